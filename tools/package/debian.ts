// The Debian package (Debian Policy 3, 5 and 6; systemd.unit(5)): the shipped tree under
// /usr/lib/thingward, the command, the unit, the configuration file, and the maintainer scripts.
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { manifest, type Architecture } from './staging.ts'

const ROOT = join(import.meta.dirname, '../..')
const SCRIPTS = ['postinst', 'prerm', 'postrm']

/** What the package is built from. */
export interface DebianBuild {
  readonly tree: string
  readonly architecture: Architecture
  /** Where to put `thingward_VERSION_ARCH.deb`. */
  readonly out: string
  /** Seconds since 1970 for all files: the same sources give the same bytes. */
  readonly epochSeconds: number
}

/** Builds the package; answers its path. Needs `dpkg-deb`. */
export function debianPackage({ tree, architecture, out, epochSeconds }: DebianBuild): string {
  const root = `${tree}.debian`
  rmSync(root, { recursive: true, force: true })
  const put = (from: string, to: string) => {
    mkdirSync(dirname(join(root, to)), { recursive: true })
    cpSync(from, join(root, to), { recursive: true })
  }
  put(tree, 'usr/lib/thingward')
  put(join(ROOT, 'packaging/systemd/thingward.service'), 'lib/systemd/system/thingward.service')
  put(join(ROOT, 'packaging/debian/site.yaml'), 'etc/thingward/site.yaml')
  for (const [from, to] of [
    ['LICENSE', 'copyright'],
    ['CHANGELOG.md', 'CHANGELOG.md'],
    ['README.md', 'README.md'],
  ]) {
    put(join(ROOT, from), `usr/share/doc/thingward/${to}`)
  }
  mkdirSync(join(root, 'usr/bin'), { recursive: true })
  symlinkSync('../lib/thingward/bin/thingward', join(root, 'usr/bin/thingward'))
  const size = Math.ceil(bytesOf(root) / 1024)
  mkdirSync(join(root, 'DEBIAN'))
  writeFileSync(join(root, 'DEBIAN/control'), control(architecture, size))
  writeFileSync(join(root, 'DEBIAN/conffiles'), '/etc/thingward/site.yaml\n')
  for (const name of SCRIPTS) {
    cpSync(join(ROOT, 'packaging/debian', name), join(root, 'DEBIAN', name))
    chmodSync(join(root, 'DEBIAN', name), 0o755)
  }
  const path = join(out, `thingward_${manifest().version}_${architecture}.deb`)
  const env = { ...process.env, SOURCE_DATE_EPOCH: String(epochSeconds) }
  const words = ['--root-owner-group', '-Zzstd', '-z9', '--build', root, path]
  execFileSync('dpkg-deb', words, { env, stdio: ['ignore', 'ignore', 'inherit'] })
  rmSync(root, { recursive: true })
  return path
}

/** Debian Policy 5.3; the first line of a description is a phrase without a full stop. */
export function control(architecture: Architecture, kibibytes: number): string {
  const { version } = manifest()
  return [
    'Package: thingward',
    `Version: ${version}`,
    `Architecture: ${architecture}`,
    'Maintainer: Thingward <packages@thingward.invalid>',
    'Section: net',
    'Priority: optional',
    `Installed-Size: ${kibibytes}`,
    'Depends: adduser, libc6 (>= 2.28), libstdc++6',
    'Recommends: tcpdump, nftables',
    "Description: keeps an organisation's connected things in order",
    ' Sees every device on the network, says what each is and may do, holds it to',
    ' that, and proves it. Reads live traffic, captures, Zeek and Suricata logs.',
    '',
  ].join('\n')
}

function bytesOf(path: string): number {
  const found = lstatSync(path)
  if (!found.isDirectory()) return found.size
  return readdirSync(path).reduce((sum, name) => sum + bytesOf(join(path, name)), 0)
}
