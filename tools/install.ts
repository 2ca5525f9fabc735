// Installs Debian packages on a CI machine that is thrown away afterwards. A policy-rc.d guard
// keeps every daemon from being started, and whatever stood in its place is put back.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import type { DebianPackage } from './packages.ts'

const GUARD = '/usr/sbin/policy-rc.d'
const KEPT = '/usr/sbin/policy-rc.d.before-thingward'
const MARK = '# thingward test run: no daemon is started'

/** True where packages may be installed unasked: CI=true, root, Debian. */
export const mayInstall = () =>
  process.env.CI === 'true' && process.getuid?.() === 0 && existsSync('/etc/debian_version')

/** Installs the packages; false when apt-get failed (it has said why). */
export function install(packages: readonly DebianPackage[]): boolean {
  const names = packages.map((row) => row.name)
  console.log(`installing ${names.join(' ')}`)
  const wait = () => console.log('waiting for apt-get to end ...')
  process.on('SIGINT', wait).on('SIGTERM', wait)
  const ours = existsSync(GUARD) && readFileSync(GUARD, 'utf8').includes(MARK)
  if (existsSync(GUARD) && !ours) renameSync(GUARD, KEPT)
  writeFileSync(GUARD, `#!/bin/sh\n${MARK}\nexit 101\n`, { mode: 0o755 })
  try {
    return aptGet('update') && aptGet('install', '-y', '--no-install-recommends', '--', ...names)
  } finally {
    rmSync(GUARD)
    if (existsSync(KEPT)) renameSync(KEPT, GUARD)
    process.off('SIGINT', wait).off('SIGTERM', wait)
  }
}

function aptGet(...words: string[]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' }
  const options = ['-q', '-o', 'Dpkg::Use-Pty=0', '-o', 'DPkg::Lock::Timeout=120']
  const { status, output } = spawnSync('apt-get', [...options, ...words], { env, encoding: 'utf8' })
  if (status !== 0) console.error(output.join('').trimEnd())
  return status === 0
}
