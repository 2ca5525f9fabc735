// Address and MAC texts of logs to keys, remembered: the same few thousand come in every line.
import { NO_MAC, parseMac, type AddressBook, type AddressKey } from '../../core/addresses.ts'

/** Texts remembered; when more are seen, remembering starts again. */
const REMEMBERED = 32_768

export class AddressTexts {
  private readonly book: AddressBook
  private readonly keys = new Map<string, AddressKey>()
  private readonly macs = new Map<string, number>()

  constructor(book: AddressBook) {
    this.book = book
  }

  /** NO_ADDRESS for '' and for what is no address. */
  address(text: string): AddressKey {
    const v4 = quad(text)
    if (v4 >= 0) return v4
    const known = this.keys.get(text)
    if (known !== undefined) return known
    if (text.length > 64) return -1
    if (this.keys.size >= REMEMBERED) this.keys.clear()
    const key = this.book.parse(text)
    this.keys.set(text, key)
    return key
  }

  mac(text: string): number {
    if (text === '') return NO_MAC
    const plain = colons(text)
    if (plain >= 0) return plain
    const known = this.macs.get(text)
    if (known !== undefined) return known
    if (text.length > 32) return NO_MAC
    if (this.macs.size >= REMEMBERED) this.macs.clear()
    const mac = parseMac(text)
    this.macs.set(text, mac)
    return mac
  }
}

/** A dotted quad as a number; -1 when the text is none. */
export function quad(text: string): number {
  let value = 0
  let part = 0
  let digits = 0
  let dots = 0
  if (text.length > 15) return -1
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 46) {
      if (digits === 0 || digits > 3 || part > 255) return -1
      value = value * 256 + part
      part = digits = 0
      dots++
    } else {
      if (code < 48 || code > 57) return -1
      part = part * 10 + code - 48
      digits++
    }
  }
  return dots === 3 && digits > 0 && digits < 4 && part <= 255 ? value * 256 + part : -1
}

/** `00:11:22:aa:bb:cc` as a number; -1 when the text is not of that form. */
function colons(text: string): number {
  if (text.length !== 17) return -1
  let value = 0
  for (let at = 0; at < 17; at++) {
    const code = text.charCodeAt(at)
    if (at % 3 === 2) {
      if (code !== 58) return -1
      continue
    }
    const digit = code <= 57 ? code - 48 : (code | 32) - 87
    if (digit < 0 || digit > 15 || (code > 57 && digit < 10)) return -1
    value = value * 16 + digit
  }
  return value
}
