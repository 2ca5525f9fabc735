// Markup that cannot be broken by what the network says: every value is escaped, unless it is
// markup that was made here.
import { safeText } from '../table.ts'

/** Markup made by `html`; nothing else counts as such. */
export class Markup {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export type Part = Markup | string | number | undefined | false | readonly Part[]

const ESCAPES: { readonly [character: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

export const escaped = (text: string): string =>
  safeText(text).replace(/[&<>"']/g, (character) => ESCAPES[character])

function textOf(part: Part): string {
  if (part === undefined || part === false) return ''
  if (part instanceof Markup) return part.text
  if (typeof part === 'object') return part.map(textOf).join('')
  return escaped(String(part))
}

/**
 * A tagged template: literal parts are markup, inserted values are escaped (also within
 * attributes).
 */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  let text = strings[0]
  parts.forEach((part, index) => {
    text += textOf(part) + strings[index + 1]
  })
  return new Markup(text)
}
