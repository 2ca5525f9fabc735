// The map's arithmetic: folding devices into groups keeps every conversation between them.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import type { MapAnswer } from '../api/index.ts'
import { folded, neighbours, single } from './browser/screens/map/picture.ts'

const device = (id: string, group: string) => ({ id, label: id, group, devices: 1 })
const edge = (from: string, to: string, bytes: number) => ({
  from,
  to,
  services: [`s${bytes}`],
  bytes,
  flows: 1,
})

const ANSWER: MapAnswer = {
  nodes: [
    device('a', 'Office'),
    device('b', 'Office'),
    device('c', 'Plant'),
    { id: 'outside', label: 'outside', group: 'outside', devices: 0 },
  ],
  edges: [edge('a', 'b', 1), edge('a', 'c', 2), edge('b', 'c', 4), edge('c', 'outside', 8)],
}

test('folding adds up what goes between groups and leaves out what stays within one', () => {
  const { nodes, edges } = folded(ANSWER)
  assert.deepEqual(
    nodes.map(({ id, devices }) => [id, devices]),
    [
      ['Office', 2],
      ['Plant', 1],
      ['outside', 0],
    ],
  )
  assert.deepEqual(
    edges.map(({ from, to, bytes, flows }) => [from, to, bytes, flows]),
    [
      ['Office', 'Plant', 6, 2],
      ['Plant', 'outside', 8, 1],
    ],
  )
  assert.deepEqual(edges[0].services, ['s2', 's4'])
})

test('single devices lead to their pages, the outside does not', () => {
  const { nodes, groups } = single(ANSWER)
  assert.deepEqual(
    nodes.map((node) => node.device),
    ['a', 'b', 'c', ''],
  )
  assert.deepEqual([...groups.keys()], ['Office', 'Plant'])
})

test('groups that the API folded already stay groups', () => {
  const nodes = [{ id: 'Office', label: 'Office', group: 'Office', devices: 4000 }]
  assert.equal(single({ nodes, edges: [] }).nodes[0].device, '')
})

test('neighbours come with most bytes first', () => {
  const near = neighbours(single(ANSWER), 'c')
  assert.deepEqual(
    near.map(({ other }) => other.id),
    ['outside', 'b', 'a'],
  )
})
