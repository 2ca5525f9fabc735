// The Merkle tree of RFC 6962 2.1 over entry hashes: its frontier (enough to grow and to name the
// root), and the path that proves one entry. Pure.
import assert from 'node:assert/strict'
import { hash } from 'node:crypto'

const BRANCH = Buffer.of(1)

/** Hash of an inner node: SHA-256(0x01 ‖ left ‖ right). */
const branch = (left: Uint8Array, right: Uint8Array): Buffer =>
  hash('sha256', Buffer.concat([BRANCH, left, right]), 'buffer')

/** Hash of no entries at all: SHA-256 of the empty text. */
const EMPTY_ROOT = hash('sha256', '', 'buffer')

/** The roots of the complete subtrees, largest first: all that a growing tree has to remember. */
export class Frontier {
  private count = 0
  private peaks: Buffer[] = []

  /** A frontier as `bytes` wrote it; `size` says how many leaves are below. */
  static from(size: number, bytes: Uint8Array): Frontier {
    const frontier = new Frontier()
    frontier.count = size
    const hashes = Buffer.from(bytes)
    for (let at = 0; at < hashes.length; at += 32) frontier.peaks.push(hashes.subarray(at, at + 32))
    assert(frontier.peaks.length === ones(size) && hashes.length % 32 === 0, 'a broken frontier')
    return frontier
  }

  /** Leaves below. */
  get size(): number {
    return this.count
  }

  /** Appends a leaf: 32 bytes, an entry's hash. */
  add(leaf: Uint8Array): void {
    assert.equal(leaf.length, 32)
    let peak: Buffer = Buffer.from(leaf)
    for (let rest = this.count; rest % 2 === 1; rest = Math.floor(rest / 2)) {
      peak = branch(this.peaks.pop()!, peak)
    }
    this.peaks.push(peak)
    this.count++
  }

  /** The root of the tree (RFC 6962 2.1), 32 bytes. */
  root(): Buffer {
    if (this.count === 0) return EMPTY_ROOT
    return this.peaks.reduceRight((right, left) => branch(left, right))
  }

  bytes(): Buffer {
    return Buffer.concat(this.peaks)
  }

  copy(): Frontier {
    return Frontier.from(this.count, this.bytes())
  }
}

function ones(size: number): number {
  let count = 0
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) count += rest % 2
  return count
}

/** A whole tree in memory, for audit paths: 64 bytes a leaf. */
export class LeafTree {
  /** Level 0 holds the leaves, level n the roots of full subtrees of 2^n of them; 32 bytes each. */
  private readonly levels: Buffer[]
  readonly size: number

  /** `leaves`: hashes one after another. */
  constructor(leaves: Buffer) {
    this.size = leaves.length / 32
    assert(Number.isInteger(this.size))
    this.levels = [leaves]
    for (let below = leaves; below.length >= 64; below = this.levels.at(-1)!) {
      const pairs = Math.floor(below.length / 64)
      const level = Buffer.alloc(pairs * 32)
      for (let at = 0; at < pairs; at++) {
        const left = at * 64
        branch(below.subarray(left, left + 32), below.subarray(left + 32, left + 64)).copy(
          level,
          at * 32,
        )
      }
      this.levels.push(level)
    }
  }

  /**
   * The audit path of RFC 6962 2.1.1: the hashes that lead from leaf `index` to the root, lowest
   * first.
   */
  path(index: number): Buffer[] {
    assert(index >= 0 && index < this.size, 'no such leaf')
    const path: Buffer[] = []
    let from = 0
    let to = this.size
    while (to - from > 1) {
      const half = halfOf(to - from)
      const isLeft = index < from + half
      path.push(isLeft ? this.rootOf(from + half, to) : this.rootOf(from, from + half))
      if (isLeft) to = from + half
      else from += half
    }
    return path.toReversed()
  }

  /** Root of leaves [from, to); `from` begins a subtree of at least their number. */
  private rootOf(from: number, to: number): Buffer {
    const count = to - from
    const half = halfOf(count)
    if (count === 1 || count === half * 2) {
      const level = Math.log2(count)
      const at = (from / count) * 32
      return this.levels[level].subarray(at, at + 32)
    }
    return branch(this.rootOf(from, from + half), this.rootOf(from + half, to))
  }
}

/** The largest power of two below `count`. */
function halfOf(count: number): number {
  let half = 1
  while (half * 2 < count) half *= 2
  return half
}

/**
 * The root that leaf `index` of a tree of `size` leads to by `path` (RFC 9162 2.1.3.2), or
 * undefined.
 */
export function rootByPath(
  { leaf, index, size }: { leaf: Uint8Array; index: number; size: number },
  path: readonly Uint8Array[],
): Buffer | undefined {
  let node = index
  let last = size - 1
  let root: Buffer = Buffer.from(leaf)
  if (index < 0 || index >= size) return undefined
  for (const step of path) {
    if (last === 0) return undefined
    if (node % 2 === 1 || node === last) {
      root = branch(step, root)
      while (node % 2 === 0 && node !== 0) {
        node = Math.floor(node / 2)
        last = Math.floor(last / 2)
      }
    } else {
      root = branch(root, step)
    }
    node = Math.floor(node / 2)
    last = Math.floor(last / 2)
  }
  return last === 0 ? root : undefined
}
