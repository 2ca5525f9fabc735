// The tree against the roots that Certificate Transparency publishes for its own test leaves, the
// recursive definition of RFC 6962 2.1, and its audit paths.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { Frontier, LeafTree, rootByPath } from './merkle.ts'

const sha256 = (...parts: Uint8Array[]) =>
  createHash('sha256').update(Buffer.concat(parts)).digest()
const leafHash = (bytes: Uint8Array) => sha256(Buffer.of(0), bytes)

/** Leaves and roots after each, as the reference implementation's tests have them. */
const KNOWN = [
  ['', '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'],
  ['00', 'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125'],
  ['10', 'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77'],
  ['2021', 'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7'],
  ['3031', '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4'],
  ['40414243', '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef'],
  ['5051525354555657', 'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c'],
  [
    '606162636465666768696a6b6c6d6e6f',
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  ],
] as const

test('the roots of the known leaves', () => {
  const tree = new Frontier()
  assert.equal(tree.root().toString('hex'), sha256().toString('hex'))
  for (const [leaf, root] of KNOWN) {
    tree.add(leafHash(Buffer.from(leaf, 'hex')))
    assert.equal(tree.root().toString('hex'), root)
  }
})

/** MTH of RFC 6962 2.1, word for word. */
function definition(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return sha256()
  if (leaves.length === 1) return leaves[0]
  let half = 1
  while (half * 2 < leaves.length) half *= 2
  return sha256(Buffer.of(1), definition(leaves.slice(0, half)), definition(leaves.slice(half)))
}

const someLeaves = fc
  .integer({ min: 1, max: 70 })
  .map((count) => Array.from({ length: count }, (_, index) => leafHash(Buffer.of(index))))

test('a growing tree has the root of the definition, also when it was put away between', () => {
  fc.assert(
    fc.property(someLeaves, fc.nat(70), (leaves, pause) => {
      let tree = new Frontier()
      leaves.forEach((leaf, index) => {
        if (index === pause) tree = Frontier.from(tree.size, tree.bytes())
        tree.add(leaf)
      })
      assert.deepEqual(tree.root(), definition(leaves))
    }),
    { numRuns: 100, verbose: 1 },
  )
})

test('an audit path leads from its leaf to the root, and from no other leaf or place', () => {
  fc.assert(
    fc.property(someLeaves, fc.nat(), fc.nat(), (leaves, one, two) => {
      const size = leaves.length
      const [index, other] = [one % size, two % size]
      const path = new LeafTree(Buffer.concat(leaves)).path(index)
      const root = definition(leaves)
      assert.deepEqual(rootByPath({ leaf: leaves[index], index, size }, path), root)
      if (other === index) return
      assert.notDeepEqual(rootByPath({ leaf: leaves[other], index, size }, path), root)
      assert.notDeepEqual(rootByPath({ leaf: leaves[index], index: other, size }, path), root)
      assert.equal(rootByPath({ leaf: leaves[index], index, size }, [...path, root]), undefined)
    }),
    { numRuns: 100, verbose: 1 },
  )
})

test('a frontier that is too short or too long is refused', () => {
  assert.throws(() => Frontier.from(3, Buffer.alloc(32)))
  assert.throws(() => Frontier.from(2, Buffer.alloc(33)))
})
