// thingward evidence verify: whether an export is whole, unchanged and signed; if not, where it
// breaks first and why. Exit code 0: it is; 1: it is not; 2: it is no export.
import { existsSync, readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { isoTime } from '../../core/clock.ts'
import { EXIT, OperatingError } from '../../core/errors.ts'
import { notesIn, readVerifierKey } from '../../evidence/index.ts'
import { verifyEvidence, verifyEvidencePack } from '../../evidence/index.ts'
import type { PackVerification, Verification } from '../../evidence/index.ts'

interface Options {
  readonly key?: string
  readonly anchors?: string
  readonly json?: boolean
}

export function verifyCommand(parent: Command): void {
  parent
    .command('verify')
    .description('Check an export offline. Exit code 0: it holds; 1: it is broken; 2: unreadable.')
    .argument('<file>', 'what `thingward evidence export` or `pack` wrote')
    .option('--key <key>', 'the key you noted (`thingward evidence key`), or a file that holds it')
    .option('--anchors <file>', 'checkpoints published outside: notes, or lines of syslog')
    .option('--json', 'the result as JSON')
    .action(async (file: string, options: Options) => {
      const key = options.key === undefined ? undefined : keyOf(options.key)
      const pack = await verifyEvidencePack(file, key)
      if (pack) return tell(pack, packWords(pack), options)
      const anchors = options.anchors === undefined ? undefined : anchorsOf(options.anchors)
      const result = await verifyEvidence(file, { key, anchors })
      tell(result, wordsOf(result), options)
    })
}

function tell(
  result: Verification | PackVerification,
  words: readonly string[],
  { json }: Options,
): void {
  process.stdout.write(`${json ? JSON.stringify(result, null, 1) : words.join('\n')}\n`)
  process.exitCode = result.broken ? EXIT.findings : EXIT.ok
}

const keyWords = ({ key, isKeyGiven }: { key: string; isKeyGiven: boolean }) => [
  `  key          ${key}`,
  isKeyGiven
    ? '               the one you gave'
    : '               the file’s own: it proves more when you give the one you noted (--key)',
]

function packWords(pack: PackVerification): string[] {
  const { broken, subject, entries, files, signedAt, origin } = pack
  const where = broken?.sequence === undefined ? '' : ` at entry ${broken.sequence}`
  const head = broken
    ? `BROKEN${where} (${broken.code}): ${broken.why}`
    : `whole: ${entries} entries about ${subject}, in the log as it was signed ${isoTime(signedAt)}`
  return [head, `  log          ${origin}`, ...keyWords(pack), `  files        ${files}`]
}

function keyOf(given: string): string {
  const text = (existsSync(given) ? readFileSync(given, 'utf8') : given).trim()
  if (readVerifierKey(text)) return text
  throw new OperatingError('evidence-key', `'${given}' is neither a key nor a file that holds one`)
}

function anchorsOf(path: string): string[] {
  try {
    const notes = notesIn(readFileSync(path, 'utf8'))
    if (notes.length > 0) return notes
  } catch (cause) {
    const text = `cannot read the anchors: ${(cause as Error).message}`
    throw new OperatingError('evidence-anchors', text, { cause })
  }
  throw new OperatingError('evidence-anchors', `no checkpoint was found in ${path}`)
}

function wordsOf(result: Verification): string[] {
  const { broken, entries, signed, signedAt, checkpoints, anchors, personal } = result
  const head = broken
    ? [`BROKEN at entry ${broken.sequence} (${broken.code}): ${broken.why}`]
    : [`whole: ${entries} entries, none changed, moved or missing up to ${isoTime(signedAt)}`]
  return [
    ...head,
    `  log          ${result.origin}, exported ${result.exported}`,
    ...keyWords(result),
    `  checkpoints  ${checkpoints}, up to entry ${signed}; ${anchors} anchored outside`,
    `  personal     ${personal.checked} as committed to, ${personal.erased} erased`,
  ]
}
