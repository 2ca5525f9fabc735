// A table for a terminal: columns as wide as their content, the last ones cut to the width there
// is, no colour unless asked for. Hostile text cannot move the cursor.

/** One column of a terminal table. */
export interface Column<Row> {
  readonly title: string
  readonly of: (row: Row) => string
  /** Never wider than this. */
  readonly most?: number
  readonly right?: true
}

const PLAIN = /^[\u0020-\u007e]*$/
const HOSTILE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g

/** Control and bidirectional formatting characters become '·': names come from the network. */
export const safeText = (text: string): string =>
  PLAIN.test(text) ? text : text.replace(HOSTILE, '·')

/** Characters as a terminal counts them, near enough: code points. */
const lengthOf = (text: string): number => (PLAIN.test(text) ? text.length : [...text].length)

/** Lines of a table, header first. */
export function tableLines<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  width = Infinity,
): string[] {
  const widths = columns.map((column) => column.title.length)
  const cells = rows.map((row) =>
    columns.map((column, index) => {
      const text = cut(safeText(column.of(row)), column.most ?? Infinity)
      widths[index] = Math.max(widths[index], lengthOf(text))
      return text
    }),
  )
  shrink(widths, width)
  const line = (texts: readonly string[]) =>
    texts
      .map((text, index) => pad(cut(text, widths[index]), widths[index], columns[index].right))
      .join('  ')
      .trimEnd()
  return [line(columns.map((column) => column.title)), ...cells.map(line)]
}

/** Takes width from the widest columns until the line fits. */
function shrink(widths: number[], width: number): void {
  const total = () => widths.reduce((sum, one) => sum + one + 2, -2)
  while (total() > width) {
    const widest = widths.indexOf(Math.max(...widths))
    if (widths[widest] <= 8) return
    widths[widest]--
  }
}

function cut(text: string, most: number): string {
  if (lengthOf(text) <= most) return text
  return [...text].slice(0, Math.max(0, most - 1)).join('') + '…'
}

function pad(text: string, width: number, right?: true): string {
  const space = ' '.repeat(Math.max(0, width - lengthOf(text)))
  return right ? space + text : text + space
}
