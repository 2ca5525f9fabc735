// Breaks comment lines that run over 100 columns, which the formatter leaves as they are: words
// that do not fit move to the next line of the same comment. Code is not touched.

const COLUMNS_MAX = 100

/** The text with its long comment lines broken; the same text when there are none. */
export function wrapComments(text: string): string {
  const lines = text.split('\n')
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]
    if (line.length <= COLUMNS_MAX) continue
    const single = /^(\s*)\/\*\* (.*) \*\/$/.exec(line)
    if (single) {
      const [, indent, words] = single
      lines.splice(at, 1, `${indent}/**`, `${indent} * ${words}`, `${indent} */`)
      continue
    }
    const part = /^(\s*(?:\/\/|\*) +)(.*)$/.exec(line)
    const cut = part ? line.lastIndexOf(' ', COLUMNS_MAX) : -1
    if (!part || cut <= part[1].length) continue
    const rest = line.slice(cut + 1)
    lines[at] = line.slice(0, cut)
    const next = lines[at + 1] ?? ''
    if (continues(next, part[1])) lines[at + 1] = part[1] + rest + ' ' + next.slice(part[1].length)
    else lines.splice(at + 1, 0, part[1] + rest)
  }
  return lines.join('\n')
}

/** Whether a line goes on with the prose of a comment, rather than with a list, a table or code. */
const continues = (line: string, prefix: string) =>
  line.startsWith(prefix) && /^[\w'"`(]/.test(line.slice(prefix.length))
