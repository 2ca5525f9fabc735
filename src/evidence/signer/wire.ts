// What goes over the signer's socket: one JSON object a line, a request with its id, an answer with
// the same. The same words would do over any other bus.
import { OperatingError } from '../../core/errors.ts'
import { EVIDENCE_LIMITS } from '../limits.ts'

export type SignerRequest =
  | { readonly id: number; readonly kind: 'state' }
  | {
      readonly id: number
      readonly kind: 'sign'
      readonly from: number
      readonly leaves: readonly string[]
    }

export type SignerAnswer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: { readonly code: string; readonly text: string } }

/** A request as it should be, or undefined. */
export function readRequest(line: string): SignerRequest | undefined {
  try {
    const said = JSON.parse(line) as Partial<SignerRequest & { from: number; leaves: string[] }>
    if (!Number.isSafeInteger(said.id)) return undefined
    if (said.kind === 'state') return { id: said.id!, kind: 'state' }
    if (said.kind !== 'sign' || !Number.isSafeInteger(said.from)) return undefined
    if (!Array.isArray(said.leaves)) return undefined
    return { id: said.id!, kind: 'sign', from: said.from!, leaves: said.leaves }
  } catch {
    return undefined
  }
}

/** Cuts a stream into lines; throws when one is longer than a message may be. */
export class LineCutter {
  private rest = ''

  lines(chunk: string): string[] {
    const lines = (this.rest + chunk).split('\n')
    this.rest = lines.pop()!
    if (this.rest.length > EVIDENCE_LIMITS.message.value) {
      throw new OperatingError('signer-message', 'a message to or from the signer is too long')
    }
    return lines
  }
}
