// What the project stands on: every dependency has its reason, is pinned, locked for every
// platform, and runs nothing of its own when it is installed; nothing is used that is not declared.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { packages } from './imports.ts'
import { complaintText, readProject, readText } from './source.ts'

interface Package {
  readonly version?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly hasInstallScript?: boolean
  readonly integrity?: string
  readonly scripts?: Readonly<Record<string, string>>
}

const manifest = JSON.parse(readText('package.json')) as Package
const lock = JSON.parse(readText('package-lock.json')) as { packages: Record<string, Package> }
const declared = {
  ...manifest.dependencies,
  ...manifest.devDependencies,
  ...manifest.optionalDependencies,
}

/** Rows of the tables in docs/dependencies.md: package name → its reason. */
function reasons(): Map<string, string> {
  const rows = readText('docs/dependencies.md').matchAll(/^\| `([^`]+)` \|([^|]*)\|([^|]*)\|/gm)
  return new Map([...rows].map(([, name, , why]) => [name, why.trim()]))
}

test('each dependency has its reason in docs/dependencies.md', () => {
  const listed = reasons()
  const silent = Object.keys(declared).filter((name) => (listed.get(name) ?? '').length < 20)
  assert.deepEqual(silent, [], 'give each a row with its reason in docs/dependencies.md')
  const gone = [...listed.keys()].filter((name) => !(name in declared))
  assert.deepEqual(gone, [], 'package.json does not name these any more: take their rows out')
})

test('dependencies are pinned to one version', () => {
  const loose = Object.entries(declared).filter(([, version]) => !/^\d+\.\d+\.\d+/.test(version))
  assert.deepEqual(loose, [], `write the exact version: npm run add -- NAME@VERSION`)
})

test('nothing is imported that package.json does not declare', () => {
  const names = {
    run: Object.keys(manifest.dependencies ?? {}),
    develop: Object.keys(manifest.devDependencies ?? {}),
  }
  const complaints = readProject().flatMap((source) => packages(source, names))
  assert.equal(complaints.length, 0, complaintText(complaints))
})

test('every optional dependency has its lock entry, or npm ci fails elsewhere', () => {
  const missing = Object.entries(lock.packages).flatMap(([path, entry]) =>
    Object.keys(entry.optionalDependencies ?? {})
      .filter((name) => {
        const nested = path === '' ? `node_modules/${name}` : `${path}/node_modules/${name}`
        return !(nested in lock.packages) && !(`node_modules/${name}` in lock.packages)
      })
      .map((name) => `${path || 'package.json'} wants ${name}`),
  )
  assert.deepEqual(missing, [], 'pin the older release whose platforms are all in the registry')
})

test('the lock file is the one of package.json, with a hash for each package', () => {
  const root = lock.packages['']
  for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies'] as const) {
    assert.deepEqual(root[kind], manifest[kind], `run 'npm run add' so that ${kind} agree`)
  }
  const unhashed = Object.entries(lock.packages).filter(([path, each]) => path && !each.integrity)
  assert.deepEqual(
    unhashed.map(([path]) => path),
    [],
  )
})

test('no dependency runs a script when it is installed', () => {
  const scripted = Object.entries(lock.packages).filter(([, each]) => each.hasInstallScript)
  assert.deepEqual(
    scripted.map(([path]) => path),
    [],
    'the set-up uses --ignore-scripts: such a package would be there and not work',
  )
})

test('each npm script names a file that is there', () => {
  const files = Object.values(manifest.scripts ?? {}).flatMap((line) => [
    ...line.matchAll(/(?:bin|tools|test|bench)\/[\w./-]+/g),
  ])
  const paths = [...new Set(files.map(([path]) => path))]
  const missing = paths.filter((path) => {
    try {
      return readText(path).length === 0
    } catch {
      return true
    }
  })
  assert.deepEqual(missing, [], 'package.json starts files that do not exist')
})
