// The part of XML that Recog's files use, read within bounds: tags and attributes, comments and
// text passed over, the five entities and numbered ones decoded. No DTD, no includes.

export interface RecogParameter {
  /** Group of the pattern; 0: `value` stands as it is. */
  readonly position: number
  readonly name: string
  readonly value: string
}

export interface RecogFingerprint {
  readonly pattern: RegExp
  readonly parameters: readonly RecogParameter[]
  /** Texts that the file itself says must fit; for checking the file. */
  readonly examples: readonly string[]
}

export interface RecogFile {
  /** What the patterns are for, e.g. 'ssh.banner'; '' when the text is no such file. */
  readonly matches: string
  readonly fingerprints: readonly RecogFingerprint[]
  readonly skipped: number
}

const FILE_MAX = 8 << 20
const PATTERN_MAX = 2048
const TAG = /<!--[\s\S]*?-->|<(\/?)([a-z_]+)((?:[^<>"']|"[^"]*"|'[^']*')*?)(\/?)>/g
const ATTRIBUTE = /([\w.:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g

/** Reads one file; a text that is too long or no fingerprint file gives an empty one. */
export function fingerprintsOf(xml: string): RecogFile {
  let matches = ''
  let skipped = 0
  let open: { pattern?: RegExp; parameters: RecogParameter[]; examples: string[] } | undefined
  let exampleFrom = -1
  const fingerprints: RecogFingerprint[] = []
  for (const tag of xml.length > FILE_MAX ? [] : xml.matchAll(TAG)) {
    const [whole, closing, name, attributes] = tag
    if (name === undefined) continue
    if (closing === '/') {
      if (name === 'example' && exampleFrom >= 0) {
        open?.examples.push(decode(xml.slice(exampleFrom, tag.index)))
      } else if (name === 'fingerprint' && open) {
        const { pattern, parameters, examples } = open
        if (pattern) fingerprints.push({ pattern, parameters, examples })
        else skipped++
        open = undefined
      }
      exampleFrom = -1
      continue
    }
    const said = attributesOf(attributes)
    if (name === 'fingerprints') matches = said.get('matches') ?? ''
    else if (name === 'fingerprint') {
      const pattern = patternOf(said.get('pattern') ?? '', said.get('flags') ?? '')
      open = { pattern, parameters: [], examples: [] }
    } else if (name === 'param') open?.parameters.push(parameterOf(said))
    else if (name === 'example') {
      const isPlain = !said.has('_encoding') && !said.has('_filename')
      exampleFrom = isPlain ? tag.index + whole.length : -1
    }
  }
  return { matches, fingerprints, skipped }
}

function attributesOf(text: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const [, name, double, single] of text.matchAll(ATTRIBUTE)) {
    found.set(name, decode(double ?? single ?? ''))
  }
  return found
}

const parameterOf = (said: ReadonlyMap<string, string>): RecogParameter => ({
  position: Number(said.get('pos') ?? 0),
  name: said.get('name') ?? '',
  value: said.get('value') ?? '',
})

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
])

const decode = (text: string) =>
  text.replace(/&(#x?[0-9a-f]+|[a-z]+);/gi, (whole, name: string) => {
    if (!name.startsWith('#')) return ENTITIES.get(name) ?? whole
    const code = name[1] === 'x' ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })

/** Ruby's pattern as JavaScript's; undefined when it cannot be one. */
function patternOf(source: string, names: string): RegExp | undefined {
  if (source === '' || source.length > PATTERN_MAX) return undefined
  let flags = 'm'
  if (names.includes('REG_ICASE')) flags += 'i'
  // REG_MULTILINE is Ruby's word for a dot that matches line ends too.
  if (/REG_DOT_NEWLINE|REG_MULTILINE/.test(names)) flags += 's'
  const inline = /^\(\?([ims]+)\)/.exec(source)
  const body = inline ? source.slice(inline[0].length) : source
  for (const flag of inline?.[1] ?? '') {
    const own = flag === 'm' ? 's' : flag
    if (!flags.includes(own)) flags += own
  }
  try {
    return new RegExp(
      body
        .replace(/\\A/g, '^')
        .replace(/\\[zZ]/g, '$')
        .replace(/\\h/g, '[0-9a-fA-F]'),
      flags,
    )
  } catch {
    return undefined
  }
}
