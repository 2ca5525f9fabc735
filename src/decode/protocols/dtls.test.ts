// A DTLS 1.2 handshake recorded between programs and a certificate of our own making, with a cookie
// and a certificate in three fragments.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse, type Line } from '../rehearse.ts'
import { protocol } from './dtls.ts'

const session: Line[] = [
  {
    hex: `
      16feff00000000000000000081010000750000000000000075fefdad5fdf136849e22e3634cb88755761f471
      4d8d41e809beb99362f26db372922900000004c02b00ff010000470000001d001b00001873656e736f722d39
      2e666163746f72792e6578616d706c65000b000403000102000a000400020017002300000016000000170000
      000d0006000404030401`,
  },
  {
    from: 'responder',
    hex: `
      16feff00000000000000000023030000170000000000000017feff140b95a1ec1b1ab2c454b06c073cc2d638
      2c620776`,
  },
  {
    hex: `
      16feff00000000000000010095010000890001000000000089fefdad5fdf136849e22e3634cb88755761f471
      4d8d41e809beb99362f26db372922900140b95a1ec1b1ab2c454b06c073cc2d6382c6207760004c02b00ff01
      0000470000001d001b00001873656e736f722d392e666163746f72792e6578616d706c65000b000403000102
      000a000400020017002300000016000000170000000d0006000404030401`,
  },
  {
    from: 'responder',
    hex: `
      16fefd000000000000000100490200003d000100000000003dfefd5788fd47fd3250428f990f9f41acee78db
      d5304bc30f6a2074e412b45a7e9e4500c02b000015ff01000100000b000403000102002300000017000016fe
      fd000000000000000200810b00024b000200000000007500024800024530820241308201e7a0030201020205
      00c0ffee11300a06082a8648ce3d0403023048310b300906035504061302444531163014060355040a0c0d45
      78616d706c6520576f726b733121301f06035504030c1863616d6572612d372e666163746f72792e6578616d
      706c65301e170d32`,
  },
  {
    from: 'responder',
    hex: `
      16fefd000000000000000300d70b00024b00020000750000cb36313132323032313833325a170d3336313131
      393032313833325a3048310b300906035504061302444531163014060355040a0c0d4578616d706c6520576f
      726b733121301f06035504030c1863616d6572612d372e666163746f72792e6578616d706c65305930130607
      2a8648ce3d020106082a8648ce3d03010703420004408a2f4a7d271fca3e6922b4468fed3c44c47e0b3b6761
      210947213c444352a5a5bfe4beef95ad54d045fb60b8d62d6e1e4c3bdcbad2f3a197282b23d52e7dcba381bd
      3081ba300f060355`,
  },
  {
    from: 'responder',
    hex: `
      16fefd000000000000000400d70b00024b00020001400000cb1d130101ff040530030101ff30590603551d11
      04523050821863616d6572612d372e666163746f72792e6578616d706c65820863616d6572612d378704c000
      0207871020010db8000000000000000000000007861275726e3a6578616d706c653a63616d657261302d0608
      2b060105050701190421161f68747470733a2f2f6d75642e6578616d706c652f63616d6572612e6a736f6e30
      1d0603551d0e04160414bf3be3e55b2c28f8c08466f528206e815484b4dc300a06082a8648ce3d0403020348
      003045022100b8ab`,
  },
  {
    from: 'responder',
    hex: `
      16fefd0000000000000005004c0b00024b000200020b00004005adb6085c548eba35d34291720d8a3e49cbd6
      b92328cc21c8e716b3084302205393d3444d3cb43903bbba675d4f6ae8b2793ec9286c6006467d767bceb6b4
      9216fefd0000000000000006007e0c0000910003000000000072030017410482be83cdf9c987e3cee1961378
      9dfacb3a60d001d355c577978d24e2521e8b29128cb24321a054e22a732491b83089b657cbce7c19b130e122
      58472446057512040300483046022100f59f6f5e1773a1261a2fd7ec8c28b104b656524d9a3d8a5dd9f05511
      1f015d4f022100bf`,
  },
  {
    from: 'responder',
    hex: `
      16fefd0000000000000007002b0c000091000300007200001f27290ac58b00cf1302241f511dd48d0c1cf3d6
      384a478bbe233e153bbb428b16fefd0000000000000008000c0e0000000004000000000000`,
  },
]

test('hello, choice and certificate; the repeated hello is said once', () => {
  const { certainty, said, names } = rehearse(protocol, session)
  assert.equal(certainty, 2)
  assert.deepEqual(names, ['sensor-9.factory.example'])
  assert.deepEqual(said.slice(0, 2), [
    {
      kind: 'client-hello',
      serverName: 'sensor-9.factory.example',
      version: 'DTLSv1.2',
      versions: ['DTLSv1.2'],
      ja4: 'dd2d020700_6d4732649639_cf2350eb60cd',
      cipherCount: 2,
    },
    { kind: 'server-hello', version: 'DTLSv1.2', cipher: 'c02b' },
  ])
  const { kind, from, chain } = said[2]
  assert.deepEqual([kind, from], ['certificate', 'server'])
  assert.deepEqual(
    (chain as { sha256: string }[]).map(({ sha256 }) => sha256),
    ['37ed12660fb4c8a9784fc141df3712645ffd804798b08e41c6fd03ff6081480f'],
  )
  assert.equal(said.length, 3)
})

test('fragments in another order, and twice', () => {
  const mixed = [...session.slice(0, 4), session[6], session[5], session[6], session[4], session[5]]
  assert.equal(rehearse(protocol, mixed).said.length, 3)
})

test('sealed records and alerts', () => {
  const alert: Line = { from: 'responder', hex: '15 fefd 0000 000000000001 0002 02 28' }
  assert.deepEqual(rehearse(protocol, [session[0], alert]).said[1], {
    kind: 'alert',
    level: 'fatal',
    description: 'handshake-failure',
  })
  const sealed: Line = { hex: '17 fefd 0001 000000000001 0004 01020304' }
  const { certainty, said, progress } = rehearse(protocol, [sealed])
  assert.deepEqual([certainty, said.length, progress], [2, 0, 2])
})

test('TLS and others are told apart', () => {
  const certainty = (hex: string) => rehearse(protocol, [{ hex }]).certainty
  assert.equal(certainty('16 0303 0031' + '00'.repeat(49)), 0)
  assert.equal(certainty('16 fefd 0000 000000000001 0004 01020304'), 0, 'no room for a fragment')
  assert.equal(certainty('16 fefd 0000 000000000001 ffff'), 0)
  assert.equal(certainty('16 fefd'), 0)
})

test('cut and flipped datagrams never throw', () => {
  assert(batter(protocol, session) > 10_000)
})
