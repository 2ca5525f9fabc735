// What each namespace offers: the outside's resolver, broker and web; the gateway's DHCP, DNS and
// router advertisements; every device's DHCP client and servers. Configurations go to the run's
// own folder.

import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { cell, lan, outsideNames, outsideResolver } from './addressing.ts'
import type { Device } from './device.ts'
import { deviceNamed } from './devices.ts'
import { bridge, prefix } from './network.ts'
import type { Network } from './network.ts'

const programs = join(import.meta.dirname, 'programs')
export const program = (name: string, ...words: string[]): string[] => {
  const path = join(programs, name)
  return name.endsWith('.ts') ? [process.execPath, path, ...words] : [path, ...words]
}
export const sharedKey = ['bulb', 'hue-7f19c2d4']

/** The services of gateway and outside: they stand before the first device is plugged in. */
export function startInfrastructure(network: Network, certificates: string): void {
  const records = outsideNames.map(({ name, ipv4, ipv6 }) => {
    return `--host-record=${[name, ipv4, ipv6, 300].filter((part) => part !== null).join(',')}`
  })
  const resolver = [
    '-k',
    '-C',
    '/dev/null',
    '-u',
    'root',
    '--no-resolv',
    '--no-hosts',
    '--pid-file=',
  ]
  network.start('outside', [
    'dnsmasq',
    ...resolver,
    `--listen-address=${outsideResolver}`,
    '--bind-interfaces',
    '--local=/test/',
    ...records,
  ])
  const mud = join(import.meta.dirname, 'mud', 'door-2.json')
  network.start('outside', program('cloud.ts', certificates, mud))
  network.start('outside', ['mosquitto', '-c', outsideBroker(network, certificates)])
  network.start('gateway', ['dnsmasq', ...resolver, ...gatewayOptions(network)])
}

function outsideBroker(network: Network, certificates: string): string {
  return configuration(network, 'outside/broker.conf', [
    'listener 8883 203.0.113.10',
    `cafile ${certificates}/device-ca.crt`,
    `certfile ${certificates}/acmecloud.crt`,
    `keyfile ${certificates}/acmecloud.key`,
    'require_certificate true',
    'use_identity_as_username true',
    'allow_anonymous false',
    'user root',
  ])
}

function gatewayOptions(network: Network): string[] {
  const reserved = network.devices
    .filter((device) => device.dhcp !== null)
    .map((device) => `--dhcp-host=${device.mac},set:${device.name},${device.ipv4}`)
  const routes = [cell.ipv4, '192.168.50.30', '0.0.0.0/0', lan.gateway].join(',')
  return [
    `--interface=${bridge}`,
    '--bind-interfaces',
    `--server=${outsideResolver}`,
    '--server=/t.evil.test/203.0.113.66',
    '--domain=home.test',
    '--dhcp-authoritative',
    `--dhcp-range=${lan.prefix}100,${lan.prefix}199,10m`,
    ...lan.ipv6.map((network6) => `--dhcp-range=${network6.replace('/64', '')},ra-only,64,1h`),
    // Busy for the phone: a rogue server is faster.
    '--dhcp-reply-delay=tag:phone,1',
    '--enable-ra',
    '--dhcp-option=42,203.0.113.123',
    `--dhcp-option=tag:hub,121,${routes}`,
    `--dhcp-leasefile=${join(network.directory, 'leases')}`,
    ...reserved,
  ]
}

function configuration(network: Network, file: string, lines: string[]): string {
  const path = join(network.directory, file)
  writeFileSync(path, `${lines.join('\n')}\n`)
  return path
}

/** Plugs a device in, lets it get its address, and starts what it offers. */
export async function startDevice(network: Network, name: string): Promise<void> {
  const device = deviceNamed(name)
  network.plugIn(name)
  if (device.dhcp) startDhcpClient(network, device)
  else setFixedAddress(device)
  await addressed(device)
  offer[name]?.(network, device)
}

function startDhcpClient(network: Network, device: Device): void {
  network.start(device.name, dhcpCommand(network, device))
}

/** Takes the cable out and in again: the device asks for an address anew. */
export async function rejoin(network: Network, name: string): Promise<void> {
  for (const client of network.running(name, 'udhcpc')) await network.stop(client)
  network.unplug(name)
  await sleep(500)
  network.plugIn(name)
  startDhcpClient(network, deviceNamed(name))
}

function setFixedAddress(device: Device): void {
  const own = `${prefix}${device.name}`
  const router = device.zone === 'cell' ? cell.gateway : lan.gateway
  const ip = (...words: string[]): void => void execFileSync('ip', ['-n', own, ...words])
  ip('addr', 'add', `${device.ipv4}/24`, 'dev', 'eth0')
  ip('route', 'add', 'default', 'via', router)
}

async function addressed(device: Device): Promise<void> {
  const show = ['-n', `${prefix}${device.name}`, '-4', 'addr', 'show', 'dev', 'eth0']
  for (let waited = 0; waited < 15_000; waited += 250) {
    if (execFileSync('ip', show, { encoding: 'utf8' }).includes(`inet ${device.ipv4}/`)) return
    await sleep(250)
  }
  throw new Error(`${device.name} did not get its address`)
}

const optionNames: Record<number, string> = {
  1: 'subnet-mask',
  2: 'time-offset',
  3: 'routers',
  6: 'domain-name-servers',
  12: 'host-name',
  15: 'domain-name',
  26: 'interface-mtu',
  28: 'broadcast-address',
  42: 'ntp-servers',
  44: 'netbios-name-servers',
  46: 'netbios-node-type',
  47: 'netbios-scope',
  95: 'own-95',
  119: 'domain-search',
  121: 'own-121',
  252: 'own-252',
}

function dhcpCommand(network: Network, device: Device): string[] {
  const dhcp = device.dhcp
  if (!dhcp) throw new Error(`${device.name} has a fixed address`)
  const script = join(programs, 'lease.sh')
  if (dhcp.client === 'udhcpc') {
    const asked = dhcp.parameters.flatMap((option) => ['-O', String(option)])
    const own = ['-V', dhcp.vendorClass ?? '']
    if (device.hostname) own.push('-x', `hostname:${device.hostname}`)
    if (dhcp.mudUrl) own.push('-x', `0xa1:${Buffer.from(dhcp.mudUrl).toString('hex')}`)
    return ['udhcpc', '-f', '-t', '5', '-i', 'eth0', '-s', script, '-o', ...asked, ...own]
  }
  if (dhcp.client === 'dhcpcd') {
    const path = configuration(network, `${device.name}/dhcpcd.conf`, [
      `hostname ${device.hostname}`,
      `vendorclassid ${dhcp.vendorClass}`,
      'option domain_name_servers, domain_name, classless_static_routes, interface_mtu',
      'require dhcp_server_identifier',
    ])
    return ['dhcpcd', '-B', '-4', '-f', path, '--nohook', 'resolv.conf,hostname,ntp', 'eth0']
  }
  const path = configuration(network, `${device.name}/dhclient.conf`, [
    'option own-95 code 95 = text;',
    'option own-121 code 121 = array of unsigned integer 8;',
    'option own-252 code 252 = text;',
    `send host-name "${device.hostname}";`,
    ...(dhcp.vendorClass ? [`send vendor-class-identifier "${dhcp.vendorClass}";`] : []),
    `request ${dhcp.parameters.map((option) => optionNames[option]).join(', ')};`,
  ])
  const state = join(network.directory, device.name)
  const files = ['-lf', join(state, 'leases'), '-pf', join(state, 'dhclient.pid')]
  const hand = ['-e', `RESOLVER=${join(state, 'resolv.conf')}`]
  return ['dhclient', '-d', '-4', ...hand, '-cf', path, '-sf', script, ...files, 'eth0']
}

type Announcement = { name: string; type: string; port: number; text: string[] }

function announce(network: Network, device: Device, what: Announcement): void {
  const folder = join(network.directory, device.name, 'avahi')
  mkdirSync(join(folder, 'services'), { recursive: true })
  const conf = ['[server]', `host-name=${device.hostname}`, 'use-ipv4=yes', 'use-ipv6=yes']
  conf.push('enable-dbus=no', 'allow-interfaces=eth0', '[publish]', 'publish-workstation=no')
  writeFileSync(join(folder, 'avahi-daemon.conf'), `${conf.join('\n')}\n`)
  const text = what.text.map((record) => `<txt-record>${record}</txt-record>`).join('')
  const service = `<service><type>${what.type}</type><port>${what.port}</port>${text}</service>`
  const group = `<service-group><name>${what.name}</name>${service}</service-group>`
  writeFileSync(join(folder, 'services', 'own.service'), `<?xml version="1.0"?>${group}`)
  network.start(device.name, ['avahi-daemon', '--no-drop-root', '--no-chroot', '--no-rlimits'])
}

function startTelnet(network: Network, device: Device): void {
  const telnetd = `EXEC:"/usr/sbin/telnetd -h -E ${join(programs, 'login.sh')}",nofork`
  network.start(device.name, ['socat', 'TCP-LISTEN:23,fork,reuseaddr', telnetd])
}

const offer: Record<string, (network: Network, device: Device) => void> = {
  camera(network, device) {
    const root = join(network.directory, 'camera', 'www')
    mkdirSync(root)
    writeFileSync(join(root, 'index.html'), '<html><title>DS-2CD2032-I</title></html>\n')
    const users = configuration(network, 'camera/users', ['admin:12345'])
    const path = configuration(network, 'camera/lighttpd.conf', [
      'server.modules=("mod_auth","mod_authn_file")',
      `server.document-root="${root}"`,
      'server.port=80',
      'server.tag="App-webs/"',
      'index-file.names=("index.html")',
      'mimetype.assign=(".html"=>"text/html")',
      `auth.backend="plain"\nauth.backend.plain.userfile="${users}"`,
      'auth.require=(""=>("method"=>"basic","realm"=>"DS-2CD2032-I","require"=>"valid-user"))',
    ])
    network.start('camera', ['lighttpd', '-D', '-f', path])
    network.start('camera', program('camera.ts', '10'))
    startTelnet(network, device)
  },
  bulb(network) {
    const [hint, key] = sharedKey
    network.start('bulb', ['coap-server-gnutls', '-A', '::', '-v', '3', '-k', key, '-h', hint])
  },
  hub(network, device) {
    const lines = ['listener 1883', 'allow_anonymous true', 'user root']
    network.start('hub', ['mosquitto', '-c', configuration(network, 'hub/broker.conf', lines)])
    const page = 'location / { default_type text/html; return 200 "<title>Acme Hub</title>"; }'
    const web = `access_log off; server { listen 80; listen [::]:80; ${page} }`
    network.start('hub', nginx(network, 'hub', web))
    const text = ['md=AcmeHub 2', 'pv=1.1', 'ci=2', 'sf=0']
    announce(network, device, { name: 'Acme Hub', type: '_hap._tcp', port: 80, text })
  },
  printer(network, device) {
    const path = configuration(network, 'printer/snmpd.conf', [
      'rocommunity public',
      'rwcommunity private',
      'sysDescr HP ETHERNET MULTI-ENVIRONMENT,ROM none,JETDIRECT,JD153,EEPROM JSI22300012',
      'sysName NPI100005',
      'agentaddress udp:161',
    ])
    network.start('printer', [
      'snmpd',
      '-f',
      '-Lo',
      '-I',
      '-smux',
      '-C',
      '-c',
      path,
      '-p',
      '/run/snmpd.pid',
    ])
    network.start('printer', program('printer.ts'))
    const text = ['ty=HP LaserJet 400 M401dn', 'rp=ipp/print', 'usb_MFG=HP', 'product=(M401dn)']
    const name = 'HP LaserJet 400 M401dn'
    announce(network, device, { name, type: '_ipp._tcp', port: 631, text })
  },
  tv(network, device) {
    network.start('tv', program('upnp.ts', device.ipv4, 'Living room TV'))
    const text = ['md=UN55', 'fn=Living room TV', 've=05', 'ca=4101']
    const name = 'UN55-8c79f5100006'
    announce(network, device, { name, type: '_googlecast._tcp', port: 8009, text })
  },
  plc(network) {
    network.start('plc', program('modbus-server.ts', 'Schneider Electric', 'TM221CE16T', '1.6.2'))
  },
  pump(network) {
    network.start('pump', program('modbus-server.ts', 'WAGO', '750-881', '01.09.18'))
  },
  recorder(network, device) {
    startTelnet(network, device)
    const key = join(network.directory, 'recorder', 'host.key')
    execFileSync('dropbearkey', ['-t', 'ed25519', '-f', key], { stdio: 'ignore' })
    network.start('recorder', ['dropbear', '-F', '-E', '-R', '-p', '22', '-r', key])
    const own = join(network.directory, 'certificates')
    const tls = 'ssl_protocols TLSv1.2; ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256:AES128-SHA;'
    const pair = `ssl_certificate ${own}/recorder.crt; ssl_certificate_key ${own}/recorder.key;`
    const page = 'location / { default_type text/html; return 200 "<title>WEB SERVICE</title>"; }'
    const web = `access_log off; server { listen 443 ssl; ${tls} ${pair} ${page} }`
    network.start('recorder', nginx(network, 'recorder', web))
  },
  laptop(network, device) {
    const text = ['rpMd=MacBookPro16,1', 'rpVr=195.2']
    const name = "Anna's MacBook"
    announce(network, device, { name, type: '_companion-link._tcp', port: 49200, text })
  },
}

function nginx(network: Network, name: string, web: string): string[] {
  const own = join(network.directory, name)
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  const folders = kinds.map((kind) => `${kind}_temp_path ${own}/${kind};`).join(' ')
  const path = configuration(network, `${name}/nginx.conf`, [
    `daemon off; user root; pid ${own}/nginx.pid; error_log stderr; worker_processes 1;`,
    `events {} http { ${folders} server_tokens off; ${web} }`,
  ])
  return ['nginx', '-c', path]
}
