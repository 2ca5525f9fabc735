// What a flow has said already, as a few hashes: for frames that repeat the same many times a
// second for ever (beacons), where only what is new is worth a Transaction.
const KEPT = 16
const OFFSET = 0x811c9dc5
const PRIME = 0x01000193

/** Hash to begin with. */
export const noveltySeed = OFFSET

/** FNV-1a over [from, to) of `bytes`, going on from `hash`. */
export function noveltyHash(hash: number, bytes: Buffer, from: number, to: number): number {
  let value = hash
  for (let at = from; at < to; at++) value = Math.imul(value ^ bytes[at], PRIME)
  return value
}

/** The last few things said; as a protocol's flow state. */
export class Novelty {
  private readonly hashes: number[] = []

  /** Whether this was not among the last said; it is now. */
  isNew(hash: number): boolean {
    if (this.hashes.includes(hash)) return false
    if (this.hashes.length >= KEPT) this.hashes.shift()
    this.hashes.push(hash)
    return true
  }
}
