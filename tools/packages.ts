// The programs that some tests need beside Node, one row a Debian package: which commands it
// brings, what for, and which tests use them. The only list: the tests' skip reasons, the closing
// words of `npm test` and what a CI run installs all come from here.
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

export interface DebianPackage {
  readonly name: string
  /** Commands the tests look for; the package counts as there when all of them are. */
  readonly commands: readonly string[]
  readonly why: string
  /** Test files or folders, relative to the project. */
  readonly tests: readonly string[]
}

export const PACKAGES: readonly DebianPackage[] = [
  {
    name: 'tcpdump',
    commands: ['tcpdump'],
    why: 'live capture runs it as a child; the test network is recorded with it',
    tests: ['src/sensor', 'test/network', 'test/e2e'],
  },
  {
    name: 'tshark',
    commands: ['tshark', 'editcap', 'mergecap'],
    why: 'a second opinion on fields and addresses; cuts and joins captures',
    tests: ['test'],
  },
  {
    name: 'libyang2-tools',
    commands: ['yanglint'],
    why: 'validates MUD files against the modules of RFC 8520',
    tests: ['src/policy'],
  },
  {
    name: 'iproute2',
    commands: ['ip'],
    why: 'makes the namespaces, cables and bridges of the test network, and of tests of the gate',
    tests: ['test/network', 'test/compile', 'test/e2e'],
  },
  {
    name: 'rsyslog',
    commands: ['rsyslogd'],
    why: 'a syslog collector that we did not write',
    tests: ['src/export', 'test/e2e'],
  },
  {
    name: 'rsyslog-gnutls',
    commands: ['rsyslogd'],
    why: 'lets that collector speak TLS',
    tests: ['src/export'],
  },
  {
    name: 'nftables',
    commands: ['nft'],
    why: "the address translation of the test network's gateway; takes and holds the gate's rules",
    tests: ['test/network', 'test/compile', 'test/e2e'],
  },
  {
    name: 'util-linux',
    commands: ['unshare'],
    why: "a network of its own in which nft checks the gate's rules",
    tests: ['test/compile'],
  },
  {
    name: 'ethtool',
    commands: ['ethtool'],
    why: 'switches checksum offload off, so that recorded packets look as on a wire',
    tests: ['test/network'],
  },
  {
    name: 'procps',
    commands: ['sysctl'],
    why: 'lets the gateway of the test network forward',
    tests: ['test/network', 'test/e2e'],
  },
  {
    name: 'dpkg',
    commands: ['dpkg-deb'],
    why: 'builds the Debian package, and unpacks it again',
    tests: ['tools/package'],
  },
  {
    name: 'systemd',
    commands: ['systemd-analyze'],
    why: "judges the service unit's sandbox",
    tests: ['tools/package'],
  },
  {
    name: 'openssl',
    commands: ['openssl'],
    why: 'the certificates of the test network',
    tests: ['test/network'],
  },
  {
    name: 'dnsmasq-base',
    commands: ['dnsmasq'],
    why: 'DHCP and DNS of the test network',
    tests: ['test/network'],
  },
  {
    name: 'udhcpc',
    commands: ['udhcpc'],
    why: 'the DHCP client of its smaller devices',
    tests: ['test/network'],
  },
  {
    name: 'mosquitto',
    commands: ['mosquitto'],
    why: "the MQTT broker of the test network's hub",
    tests: ['test/network'],
  },
  {
    name: 'libcoap3-bin',
    commands: ['coap-server-gnutls', 'coap-client-notls'],
    why: 'the CoAP lamp of the test network',
    tests: ['test/network'],
  },
  {
    name: 'snmpd',
    commands: ['snmpd'],
    why: 'an SNMP agent that answers discovery, and prints the tables that are read',
    tests: ['test/e2e/discover.test.ts'],
  },
  {
    name: 'strace',
    commands: ['strace'],
    why: 'shows that what is acknowledged was synced to the disk before',
    tests: ['test/e2e/platform-synced.test.ts'],
  },
  {
    name: 'chromium',
    commands: ['chromium'],
    why: 'the browser in which the console is walked through',
    tests: ['test/e2e/console.test.ts'],
  },
]

/** Whether a command stands in PATH or where Debian keeps the administrator's. */
export function hasCommand(command: string): boolean {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin']
  return folders.some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK)
      return folder !== ''
    } catch {
      return false
    }
  })
}

/** The packages of which at least one command is missing. */
export const missingPackages = (): DebianPackage[] =>
  PACKAGES.filter((row) => !row.commands.every(hasCommand))

/** The one command that adds packages. */
export const installCommand = (packages: readonly DebianPackage[]) =>
  'apt-get install -y --no-install-recommends ' + packages.map((row) => row.name).join(' ')
