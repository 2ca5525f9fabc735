// TLS handshakes recorded between programs and certificates of our own making.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse, tear, type Line } from '../rehearse.ts'
import { protocol } from './tls.ts'

/** TLS 1.2, the client asks for a name and shows a certificate of its own. */
const mutual: Line[] = [
  {
    hex: `
      160301008e0100008a0303d4d3dcf960f5d92e9f998adb22e122d9833c95cf8f221059da45fe8249e5728700
      0006c02bc02c00ff0100005b0000001d001b00001843616d6572612d372e666163746f72792e6578616d706c
      65000b000403000102000a0004000200170023000000100010000e08687474702f312e31046d717474001600
      0000170000000d0006000404030401`,
  },
  {
    from: 'responder',
    hex: `
      160303004c0200004803033cf887c2bb926309feb6f45e37d245a64908606592559510daf359fd3d73621300
      c02b000020ff01000100000b00040300010200230000001000070005046d71747400170000160303024f0b00
      024b00024800024530820241308201e7a003020102020500c0ffee11300a06082a8648ce3d0403023048310b
      300906035504061302444531163014060355040a0c0d4578616d706c6520576f726b733121301f0603550403
      0c1863616d6572612d372e666163746f72792e6578616d706c65301e170d3236313132323032313833325a17
      0d3336313131393032313833325a3048310b300906035504061302444531163014060355040a0c0d4578616d
      706c6520576f726b733121301f06035504030c1863616d6572612d372e666163746f72792e6578616d706c65
      3059301306072a8648ce3d020106082a8648ce3d03010703420004408a2f4a7d271fca3e6922b4468fed3c44
      c47e0b3b6761210947213c444352a5a5bfe4beef95ad54d045fb60b8d62d6e1e4c3bdcbad2f3a197282b23d5
      2e7dcba381bd3081ba300f0603551d130101ff040530030101ff30590603551d1104523050821863616d6572
      612d372e666163746f72792e6578616d706c65820863616d6572612d378704c0000207871020010db8000000
      000000000000000007861275726e3a6578616d706c653a63616d657261302d06082b06010505070119042116
      1f68747470733a2f2f6d75642e6578616d706c652f63616d6572612e6a736f6e301d0603551d0e04160414bf
      3be3e55b2c28f8c08466f528206e815484b4dc300a06082a8648ce3d0403020348003045022100b8ab05adb6
      085c548eba35d34291720d8a3e49cbd6b92328cc21c8e716b3084302205393d3444d3cb43903bbba675d4f6a
      e8b2793ec9286c6006467d767bceb6b49216030300950c00009103001741047661583825eeaab27b7ee0bad3
      efb9bbd3bbf6b452572b12731859f34a541c822539df162ac1797bcfbf8eeaa303a224990ac26f31be913b34
      571b9a49501aea040300483046022100e1d8a0e54e538084adf34fa071c5dcb7943ed4a68549c10b21d32df7
      f8e92648022100fffcc77a21b721c900b0332b0ba5fa6c4b8a100d01cfce746405c3fe4c4fbd541603030034
      0d000030030102400028040305030603080708080809080a080b080408050806040105010601030303010302
      040205020602000016030300040e000000`,
  },
  {
    hex: `
      16030301a90b0001a50001a200019f3082019b30820141020107300a06082a8648ce3d0403023048310b3009
      06035504061302444531163014060355040a0c0d4578616d706c6520576f726b733121301f06035504030c18
      63616d6572612d372e666163746f72792e6578616d706c65301e170d3236313132323032313833325a170d32
      37303330323032313833325a30243122302006035504030c19676174657761792d332e666163746f72792e65
      78616d706c6530819f300d06092a864886f70d010101050003818d0030818902818100c6511e8111b8356f5b
      eda34fc93a63b432cc5880eea1d3761c77b0c36153541971d350b1602ecbce1b1462ded0c5ecf8237662a631
      99c0525955e61986274a942e58d341a3e164a6ca9d79287710b4a1e9ac8c31834c92b8433094f370c663a6ac
      eed72d89cb4fe9287fa8797fbc2856812e65134320ceea6c6edb851f2339a90203010001300a06082a8648ce
      3d040302034800304502202e4fb1d87d6a16c878e7ecd371fe846b856823b5700cd5c981561e1349c53db202
      210094ea0bd5f8cbeffb66e7a8ed33d3cc2df417326902ba882582f59336d39408f616030300461000004241
      04367f2b1c9b236ea1a6394bb36de4e14b17c4dfd9f984306d67534bad369aa280a8d346c5866eec49a7b674
      3d8c6769243f00203798a0d6a1f220094b6cea05da16030300880f000084040100801d1089bd7491a663b06c
      cf80f711ec93a2104ff69cd0da3192630460930d77f65e42e6ff8b1dcdbb18c7a1985e5dda87147881a8bfa8
      ce8e68aaa0a719ed3594e12a03c4df75cf9c3a96730caac2a5b9298a82f45b2b844d69aa3cdfafc77908da30
      b98e0d3fb8b05b244f28050cce39a83bc68d363e5f5554b8359b4fe535f1140303000101160303002870d7a0
      9dd0a82e4ed2484a127e30daa8c98f82d88a0f3b89520af7e30b0039759d9017076953dc12`,
  },
]

/** TLS 1.3, where the server first asks for another key share (HelloRetryRequest). */
const retried: Line[] = [
  {
    hex: `
      160301010a0100010603038f842c2cedd68c2874dcd33bb3519b9ea20177966a223561b3d5b138821647bc20
      7139711761c1720450d28929bf93e8ba749ec5a8e06660c6af92be1139618662000a130213031301c02b00ff
      010000b30000001d001b00001863616d6572612d372e666163746f72792e6578616d706c65000b0004030001
      02000a00060004001d0017002300000010000500030268320016000000170000000d002a0028040305030603
      080708080809080a080b080408050806040105010601030303010302040205020602002b0009080304030303
      020301002d00020101003300260024001d00207484ef7b80516464f3ce9934306cae97df921d53b0bd2d8972
      03bbb150f33d10`,
  },
  {
    from: 'responder',
    hex: `
      1603030058020000540303cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c20
      7139711761c1720450d28929bf93e8ba749ec5a8e06660c6af92be1139618662130200000c002b0002030400
      3300020017140303000101`,
  },
  {
    hex: `
      140303000101160303012b0100012703038f842c2cedd68c2874dcd33bb3519b9ea20177966a223561b3d5b1
      38821647bc207139711761c1720450d28929bf93e8ba749ec5a8e06660c6af92be1139618662000a13021303
      1301c02b00ff010000d40000001d001b00001863616d6572612d372e666163746f72792e6578616d706c6500
      0b000403000102000a00060004001d0017002300000010000500030268320016000000170000000d002a0028
      040305030603080708080809080a080b080408050806040105010601030303010302040205020602002b0009
      080304030303020301002d000201010033004700450017004104625e54a2f0673832fc6decc50bd462436052
      b6890dd78808c2ac99f8dbbbd88b26a158e53eadff025042000917585b4196576b44d96ae72e5fe945f62b70
      598a`,
  },
  {
    from: 'responder',
    hex: `
      160303009b020000970303d4661e24dbfc7f2a9f030d8c4ca37652d329dbba3a1d8b011d35ae22c0a9fcb120
      7139711761c1720450d28929bf93e8ba749ec5a8e06660c6af92be1139618662130200004f002b0002030400
      3300450017004104f314cfd6a6ebceddf040b474250e3f156f09d3595ac1f4a52d2521ed2482a8c6b4fa4ac4
      1d16f9276ad3c0cfd98086191e792ed28fbdd75bde3183ec61e91eb0`,
  },
]

const hello = {
  kind: 'client-hello',
  serverName: 'camera-7.factory.example',
  alpn: ['http/1.1', 'mqtt'],
  version: 'TLSv1.2',
  versions: ['TLSv1.2'],
  ja4: 't12d0308h1_d2d16fa5f279_cf2350eb60cd',
  cipherCount: 3,
}

const serverCertificate = {
  subject: 'CN=camera-7.factory.example,O=Example Works,C=DE',
  issuer: 'CN=camera-7.factory.example,O=Example Works,C=DE',
  commonName: 'camera-7.factory.example',
  serial: 'c0ffee11',
  notBefore: '2026-11-22T02:18:32Z',
  notAfter: '2036-11-19T02:18:32Z',
  sha256: '37ed12660fb4c8a9784fc141df3712645ffd804798b08e41c6fd03ff6081480f',
  keySha256: '93c5bf257c4ef9884a94949b7c5d06c64726b8cbc49389465f32008fd4bcb037',
  selfSigned: true,
  keyType: 'ec',
  keyBits: 256,
  signature: 'ecdsa-with-SHA256',
  names: ['camera-7.factory.example', 'camera-7', '192.0.2.7', '2001:db8::7', 'urn:example:camera'],
  authority: true,
  mudUrl: 'https://mud.example/camera.json',
}

test('TLS 1.2: the hello, what the server chose, the certificates of both', () => {
  const { certainty, said, names, progress } = rehearse(protocol, mutual)
  assert.equal(certainty, 2)
  assert.deepEqual(names, ['camera-7.factory.example'])
  assert.deepEqual(said.slice(0, 3), [
    hello,
    { kind: 'server-hello', version: 'TLSv1.2', cipher: 'c02b', alpn: 'mqtt' },
    { kind: 'certificate', chain: [serverCertificate], from: 'server' },
  ])
  assert.deepEqual(said[3], {
    kind: 'certificate',
    chain: [
      {
        subject: 'CN=gateway-3.factory.example',
        issuer: serverCertificate.subject,
        commonName: 'gateway-3.factory.example',
        serial: '07',
        notBefore: '2026-11-22T02:18:32Z',
        notAfter: '2027-03-02T02:18:32Z',
        sha256: '4003af43f796d47daaa9982cabfde64ec12dc6394671c647993502735718a5c5',
        keySha256: '290f8619f62ea353dc9603df1a3bf726ac6d18f75a0861386b3f7e5b864ce59f',
        selfSigned: false,
        keyType: 'rsa',
        keyBits: 1024,
        signature: 'ecdsa-with-SHA256',
        names: [],
      },
    ],
    from: 'client',
  })
  assert.equal(said.length, 4)
  assert.equal(progress, 2, 'from ChangeCipherSpec on all is encrypted')
})

test('TLS 1.3: a retried hello is said once, the server hello ends it', () => {
  const { said, progress } = rehearse(protocol, retried)
  assert.deepEqual(said, [
    {
      kind: 'client-hello',
      serverName: 'camera-7.factory.example',
      alpn: ['h2'],
      version: 'TLSv1.3',
      versions: ['TLSv1.3', 'TLSv1.2', 'TLSv1.1', 'TLSv1.0'],
      ja4: 't13d0511h2_30218df08eda_1f22a2ca17c4',
      cipherCount: 5,
    },
    { kind: 'server-hello', version: 'TLSv1.3', cipher: '1302' },
  ])
  assert.equal(progress, 2)
})

test('a server that repeats the session id resumes', () => {
  const session = '20' + '5e'.repeat(32)
  const random = '11'.repeat(32)
  const { said } = rehearse(protocol, [
    { hex: `16 0301 004d 01 000049 0303 ${random} ${session} 0002 c02f 01 00` },
    { from: 'responder', hex: `16 0303 004a 02 000046 0303 ${random} ${session} c02f 00` },
    { from: 'responder', hex: '14 0303 0001 01' },
  ])
  assert.deepEqual(said, [
    {
      kind: 'client-hello',
      version: 'TLSv1.2',
      versions: ['TLSv1.2'],
      ja4: 't12i010000_f06271c2b022_000000000000',
      cipherCount: 1,
    },
    { kind: 'server-hello', version: 'TLSv1.2', cipher: 'c02f', resumed: true },
  ])
})

test('a hello in fragments of ten bytes, each a record of its own', () => {
  const whole = Buffer.from(mutual[0].hex!.replace(/\s/g, ''), 'hex').subarray(5)
  const records: Buffer[] = []
  for (let at = 0; at < whole.length; at += 10) {
    const part = whole.subarray(at, at + 10)
    records.push(Buffer.from([22, 3, 1, 0, part.length]), part)
  }
  assert.deepEqual(rehearse(protocol, [{ bytes: Buffer.concat(records) }]).said, [hello])
  tear(protocol, [{ bytes: Buffer.concat(records) }])
})

test('alerts in the clear are named; a goodbye and encrypted ones are not', () => {
  const refused = [mutual[0], { from: 'responder', hex: '15 0303 0002 02 46' }] as const
  assert.deepEqual(rehearse(protocol, refused).said[1], {
    kind: 'alert',
    level: 'fatal',
    description: 'protocol-version',
  })
  const quiet = [mutual[0], { from: 'responder', hex: '15 0303 0002 01 00' }] as const
  assert.equal(rehearse(protocol, quiet).said.length, 1)
  assert.equal(rehearse(protocol, [{ hex: '15 0303 001a' + '5a'.repeat(26) }]).said.length, 0)
})

test('the SSLv2 form of a hello', () => {
  const hex = `80 2e 01 0301 0015 0000 0010 ${'000035'.repeat(7)} ${'c4'.repeat(16)}`
  const { certainty, said } = rehearse(protocol, [{ hex }])
  assert.equal(certainty, 2)
  assert.deepEqual(said, [
    { kind: 'client-hello', version: 'TLSv1.0', versions: ['TLSv1.0'], cipherCount: 7 },
  ])
})

test('what only begins like TLS is not taken on any port', () => {
  const certainty = (hex: string) => rehearse(protocol, [{ hex }]).certainty
  assert.equal(certainty('16 0301 0060 07 00005c'), 0, 'no such handshake message')
  assert.equal(certainty('16 0301 0060 01 01005c 0303'), 0, 'a hello of 64 kB')
  assert.equal(certainty('16 0301 0060 01 00005c 0203'), 0, 'a version that never was')
  assert.equal(certainty('16 0201 0060 01 00005c 0303'), 0)
  assert.equal(certainty('17 0303 0100' + '00'.repeat(256)), 2, 'joined in the middle')
  assert.equal(certainty('17 0303 0100' + '00'.repeat(257)), 1)
  assert.equal(certainty('80 2e 01 0301 0014 0000 0010'), 0)
})

test('segments may be torn anywhere', () => {
  tear(protocol, mutual)
  tear(protocol, retried)
})

test('cut and flipped messages never throw', () => {
  assert(batter(protocol, mutual) > 20_000)
  assert(batter(protocol, retried) > 10_000)
})
