// A small seeded generator (xorshift128): the same seed gives the same run on every machine.

export class Random {
  private a: number
  private b = 0x9e3779b9
  private c = 0x243f6a88
  private d = 0xb7e15162

  constructor(seed: number) {
    this.a = seed | 0
    for (let turn = 0; turn < 16; turn++) this.next()
  }

  /** 32 random bits, non-negative. */
  next(): number {
    let t = this.a ^ (this.a << 11)
    t ^= t >>> 8
    this.a = this.b
    this.b = this.c
    this.c = this.d
    this.d = this.d ^ (this.d >>> 19) ^ t
    return this.d >>> 0
  }

  /** 0 … limit-1. */
  below(limit: number): number {
    return this.next() % limit
  }
}
