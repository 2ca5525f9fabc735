// `npm run package` builds Debian packages and tarballs for each machine type, with their sums,
// signed where a key is given. Built from what is checked out, dated by its last commit.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { debianPackage } from './debian.ts'
import { ARCHITECTURES, compile, manifest, stage, type Architecture } from './staging.ts'
import { writeSums } from './sums.ts'

const ROOT = join(import.meta.dirname, '../..')
const HELP = `usage: npm run package -- [--arch amd64,arm64] [--as deb,tar]
                            [--out FOLDER] [--key FILE]

  --arch   machine types, ${Object.keys(ARCHITECTURES).join(',')} by default
  --as     Debian packages, tarballs, or both
  --out    where to put them; build/ by default
  --key    Ed25519 private key (PEM): signs SHA256SUMS
           make one: openssl genpkey -algorithm ed25519 -out release.pem

check: openssl pkeyutl -verify -pubin -inkey release.pub -rawin -in SHA256SUMS \\
         -sigfile SHA256SUMS.sig && sha256sum -c SHA256SUMS
`

const { values } = parseArgs({
  options: {
    arch: { type: 'string', default: Object.keys(ARCHITECTURES).join(',') },
    as: { type: 'string', default: 'deb,tar' },
    out: { type: 'string', default: join(ROOT, 'build') },
    key: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

if (values.help) process.stdout.write(HELP)
else await build()

async function build(): Promise<void> {
  const wanted = values.arch.split(',').map((name) => name.trim())
  const unknown = wanted.filter((name) => !(name in ARCHITECTURES))
  if (unknown.length > 0) {
    console.error(`package: no such machine type: ${unknown.join(', ')}\n\n${HELP}`)
    process.exitCode = 2
    return
  }
  const key = values.key === undefined ? undefined : readFileSync(values.key, 'utf8')
  const out = resolve(values.out)
  mkdirSync(out, { recursive: true })
  const work = mkdtempSync(join(tmpdir(), 'thingward-package-'))
  try {
    console.log('compiling ...')
    await compile(work)
    const files = wanted.flatMap((name) => buildOne(name as Architecture, work, out))
    files.push(...writeSums(out, files, key))
    console.log(files.join('\n'))
    if (key === undefined) console.log('not signed: --key FILE signs SHA256SUMS')
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

function buildOne(architecture: Architecture, work: string, out: string): string[] {
  const name = `thingward-${manifest().version}-linux-${architecture}`
  const tree = join(work, name)
  const epochSeconds = commitSeconds()
  const forms = values.as.split(',')
  console.log(`packing for ${architecture} ...`)
  stage(tree, work, architecture)
  const files: string[] = []
  if (forms.includes('tar')) files.push(tarball(tree, out, epochSeconds))
  if (forms.includes('deb')) files.push(debianPackage({ tree, architecture, out, epochSeconds }))
  rmSync(tree, { recursive: true })
  return files
}

function tarball(tree: string, out: string, epochSeconds: number): string {
  const path = join(out, `${basename(tree)}.tar.gz`)
  const same = ['--sort=name', `--mtime=@${epochSeconds}`, '--owner=0', '--group=0']
  const words = ['--numeric-owner', '-I', 'gzip -n', '-cf', path, '-C', dirname(tree)]
  execFileSync('tar', [...same, ...words, basename(tree)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return path
}

/** When the commit that is checked out was made. */
function commitSeconds(): number {
  const words = ['log', '-1', '--format=%ct']
  return Number(execFileSync('git', words, { cwd: ROOT, encoding: 'utf8' }).trim())
}
