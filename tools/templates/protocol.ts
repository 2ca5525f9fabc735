// Example Protocol: say here what it is, and what its messages tell about a device or what it does.
import type { Cursor } from '../../src/core/cursor.ts'
import { clip, MORE, NEXT, NO, tcp, YES } from '../../src/decode/protocol.ts'
import type { Message, Protocol } from '../../src/decode/protocol.ts'

/** What `emit` says of one message. */
export interface ExampleFields {
  readonly kind: 'request' | 'response'
  readonly name: string
}

const HEADER = 3
const MAGIC = 0x4558

export const protocol: Protocol = {
  id: 'example',
  title: 'Example Protocol',
  spec: 'RFC 0000',
  over: [tcp(54321)],
  startsWith: [0x45],

  // Only looks. YES: unmistakable, taken on any port. MAYBE: taken on the ports above. NO: not
  // mine.
  recognise(cursor: Cursor) {
    return cursor.peek16() === MAGIC ? YES : NO
  },

  // Reads one message and leaves the cursor behind it. Reading past the end yields 0 and sets
  // `overrun`.
  decode(cursor: Cursor, message: Message) {
    if (cursor.remaining < HEADER) return MORE
    if (cursor.u16() !== MAGIC) message.anomaly('example-magic')
    const length = cursor.u8()
    if (cursor.remaining < length) return MORE
    const kind = message.fromOriginator ? 'request' : 'response'
    message.emit({ kind, name: clip(cursor.utf8(length)) } satisfies ExampleFields)
    return NEXT
  },
}
