// An export is checked by its file alone: whole, it holds; deleted, changed, reordered, cut, signed
// again or with checkpoints swapped, it does not, and the first broken entry is named.
import { test, type TestContext } from 'node:test'
import assert from 'node:assert/strict'
import { generateKeyPairSync, createPublicKey } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { OperatingError } from '../core/errors.ts'
import { canonicalJson, type JsonObject } from './canonical.ts'
import { readCheckpoint, signCheckpoint, verifierKey } from './checkpoint.ts'
import { entryHash } from './entry.ts'
import { exportEvidence } from './export.ts'
import { entryLine } from './export-text.ts'
import { Frontier } from './merkle.ts'
import { change, freshFolder, rehearse } from './rehearse.ts'
import { verifyEvidence } from './verify.ts'
import type { VerifyOptions } from './verifier.ts'

/** Twelve entries, signed after 4, 8 and 12; entry 6 has personal content, that of 7 is erased. */
async function exported(t: TestContext, personal = true) {
  const folder = freshFolder(t)
  const { log, signer, clock, keys, close } = await rehearse(folder)
  const notes: string[] = []
  for (let device = 2; device <= 11; device++) {
    const person = device === 7 ? 'user:2' : 'user:1'
    const content = { address: `192.0.2.${device}` }
    const isPersonal = device === 6 || device === 7
    await log.append({ ...change(device), ...(isPersonal && { personal: { person, content } }) })
    if (device % 4 === 0) notes.push(await log.checkpoint())
  }
  await log.erase('user:2', { actor: 'user:9', reason: 'asked to' })
  const file = join(folder, 'export.jsonl')
  const database = join(folder, 'store.sqlite')
  await exportEvidence({ database, signer, file, clock, ...(personal && { keys }) })
  await close()
  const { key } = await signer.state()
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1)
  const check = (changed: readonly string[], options?: VerifyOptions) => {
    writeFileSync(file, changed.map((line) => `${line}\n`).join(''))
    return verifyEvidence(file, options)
  }
  return { folder, file, lines, check, key, notes }
}

type Lines = readonly string[]

const indexOf = (lines: Lines, sequence: number) =>
  lines.findIndex((line) => line.includes(`"sequence":${sequence},`) && line.startsWith('{"hash"'))
const without = (lines: Lines, index: number) => lines.toSpliced(index, 1)
const edited = (lines: Lines, sequence: number, edit: (line: string) => string) =>
  lines.with(indexOf(lines, sequence), edit(lines[indexOf(lines, sequence)]))
const checkpointsAt = (lines: Lines) =>
  lines.flatMap((line, index) => (line.startsWith('{"checkpoint"') ? [index] : []))

/** Writes every hash and link anew from an edited entry on: what a careful forger does. */
function relinked(lines: Lines, edit: (entry: JsonObject) => JsonObject = (entry) => entry) {
  let previous = '0'.repeat(64)
  return lines.map((line) => {
    if (line.startsWith('{"end"')) {
      const { end } = JSON.parse(line) as { end: object }
      return JSON.stringify({ end: { ...end, hash: previous } })
    }
    if (!line.startsWith('{"hash"')) return line
    const { entry } = JSON.parse(line) as { entry: JsonObject }
    const canonical = canonicalJson({ ...edit(entry), previous })
    previous = entryHash(canonical)
    return entryLine(canonical, previous).trimEnd()
  })
}

/** Signs every checkpoint of a relinked export again. */
function resigned(lines: Lines, sign: (checkpoint: { size: number; root: Buffer }) => string) {
  const tree = new Frontier()
  return lines.map((line) => {
    if (line.startsWith('{"hash"')) {
      tree.add(Buffer.from((JSON.parse(line) as { hash: string }).hash, 'hex'))
    }
    if (!line.startsWith('{"checkpoint"')) return line
    return JSON.stringify({ checkpoint: sign({ size: tree.size, root: tree.root() }) })
  })
}

test('an export that nobody touched holds, with and without personal content', async (t) => {
  for (const personal of [true, false]) {
    const { lines, check, key, notes } = await exported(t, personal)
    const result = await check(lines, { key, anchors: notes })
    assert.equal(result.broken, undefined)
    assert.deepEqual(
      [result.entries, result.signed, result.checkpoints, result.anchors, result.isKeyGiven],
      [12, 12, 3, 2, true],
    )
    assert.deepEqual(
      result.personal,
      personal ? { checked: 1, erased: 1 } : { checked: 0, erased: 0 },
    )
    const text = lines.join('\n')
    assert.equal(text.includes('192.0.2.6'), personal)
    assert.equal(text.includes('192.0.2.7'), false)
  }
})

test('each tampering is found, at its entry and with its reason', async (t) => {
  const { lines, check, key } = await exported(t)
  const [first, second, last] = checkpointsAt(lines)
  const at = (sequence: number) => indexOf(lines, sequence)
  const swapped = (one: number, two: number) => lines.with(one, lines[two]).with(two, lines[one])
  const cases: [string, Lines, number, string][] = [
    ['deleted', without(lines, at(5)), 5, 'missing'],
    ['the first deleted', without(lines, at(1)), 1, 'missing'],
    ['the last deleted', without(lines, at(12)), 12, 'checkpoint-place'],
    ['put in twice', lines.toSpliced(at(5), 0, lines[at(5)]), 6, 'missing'],
    ['reordered', swapped(at(9), at(10)), 9, 'missing'],
    ['changed', edited(lines, 6, (line) => line.replace('device:6', 'device:5')), 6, 'changed'],
    [
      'its hash changed',
      edited(lines, 6, (line) => line.replace(/"hash":"../, '"hash":"zz')),
      6,
      'changed',
    ],
    [
      'its time changed',
      edited(lines, 3, (line) => line.replace('"recorded":1', '"recorded":2')),
      3,
      'changed',
    ],
    [
      'changed, hash made to fit',
      edited(lines, 6, (line) => relinked([line.replace('device:6', 'device:5')])[0]),
      6,
      'chain',
    ],
    [
      'changed, all hashes made to fit',
      relinked(lines, (entry) => (entry.sequence === 6 ? { ...entry, actor: 'user:9' } : entry)),
      5,
      'checkpoint-root',
    ],
    [
      'said twice',
      edited(lines, 4, (line) => line.replace('{"actor"', '{"actor":"x","actor"')),
      4,
      'malformed',
    ],
    ['cut in the file', lines.slice(0, at(7)), 7, 'truncated'],
    ['cut, with an end made to fit', cutWithEnd(lines, at(8)), 8, 'truncated'],
    ['its header lowered too', cutWithEnd(lines, at(8), true), 5, 'unsigned'],
    ['the end taken away', lines.slice(0, -1), 13, 'truncated'],
    ['lines after the end', [...lines, lines[at(3)]], 13, 'malformed'],
    ['checkpoints swapped', swapped(first, second), 5, 'checkpoint-place'],
    ['a checkpoint twice', lines.toSpliced(first, 0, lines[first]), 4, 'checkpoint-time'],
    [
      'a checkpoint moved',
      without(lines.toSpliced(at(7), 0, lines[first]), first),
      7,
      'checkpoint-place',
    ],
    [
      'a checkpoint changed',
      lines.with(second, lines[second].replace('\\n8\\n', '\\n9\\n')),
      5,
      'checkpoint-signature',
    ],
    ['a checkpoint spoilt', lines.with(second, '{"checkpoint":"x"}'), 9, 'checkpoint-malformed'],
    ['the last checkpoint deleted', without(lines, last), 9, 'unsigned'],
    [
      'personal content changed',
      lines.map((line) => line.replace('192.0.2.6', '192.0.2.5')),
      6,
      'personal',
    ],
    ['a line of nonsense', lines.toSpliced(at(9), 0, '{"entry":'), 9, 'malformed'],
    [
      'nested without end',
      lines.toSpliced(at(9), 0, `{"hash":"x","entry":${'['.repeat(99)}1${']'.repeat(99)}}`),
      9,
      'malformed',
    ],
  ]
  for (const [name, changed, sequence, code] of cases) {
    const { broken } = await check(changed, { key })
    assert.deepEqual([broken?.sequence, broken?.code], [sequence, code], `${name}: ${broken?.why}`)
  }
})

/** All lines before `index`, and an end that fits them; with a header that fits them on demand. */
function cutWithEnd(lines: Lines, index: number, withHeader = false): Lines {
  const kept = lines.slice(0, index)
  const entries = kept.filter((line) => line.startsWith('{"hash"'))
  const { hash } = JSON.parse(entries.at(-1)!) as { hash: string }
  const end = JSON.stringify({ end: { entries: entries.length, hash } })
  const header = kept[0].replace(/"entries":\d+/, `"entries":${entries.length}`)
  return [withHeader ? header : kept[0], ...kept.slice(1), end]
}

test('signed again with another key: the first entry or the key one noted finds it', async (t) => {
  const { lines, check, key, notes } = await exported(t)
  const { privateKey } = generateKeyPairSync('ed25519')
  const { origin } = readCheckpoint(notes[0])!
  const other = verifierKey(origin, createPublicKey(privateKey))
  let time = 1_700_000_000_000_000
  const sign = (body: { size: number; root: Buffer }) =>
    signCheckpoint({ origin, time: (time += 1), ...body }, privateKey)
  const forge = (entry: JsonObject): JsonObject =>
    entry.sequence === 6 ? { ...entry, actor: 'user:9' } : entry
  const half = resigned(relinked(lines, forge), sign)
  const withKey = half.with(0, lines[0].replace(key, other))
  assert.deepEqual((await check(withKey)).broken?.code, 'key')
  assert.deepEqual((await check(half)).broken?.code, 'checkpoint-signature')

  const whole = resigned(
    relinked(lines, (entry) => {
      const { facts } = entry as { facts: JsonObject }
      return forge(entry.sequence === 1 ? { ...entry, facts: { ...facts, key: other } } : entry)
    }),
    sign,
  ).with(0, lines[0].replace(key, other))
  // By itself a log that was made anew from the first entry on is a good log …
  assert.equal((await check(whole)).broken, undefined)
  // … of somebody else: whoever noted the key, or one checkpoint, sees it.
  assert.deepEqual((await check(whole, { key })).broken?.code, 'key')
  assert.deepEqual((await check(whole, { anchors: notes })).broken?.code, 'key')
})

test('a checkpoint published outside finds what was cut off with all its traces', async (t) => {
  const { lines, check, key, notes } = await exported(t)
  const [first] = checkpointsAt(lines)
  const short = cutWithEnd(lines, first + 1, true)
  const alone = await check(short, { key })
  assert.deepEqual([alone.broken, alone.entries], [undefined, 4])
  const { broken } = await check(short, { key, anchors: notes })
  assert.deepEqual([broken?.sequence, broken?.code], [5, 'truncated'])
  const foreign = readCheckpoint(notes[0])!
  const { privateKey } = generateKeyPairSync('ed25519')
  const other = signCheckpoint({ ...foreign, origin: 'another/log' }, privateKey)
  assert.equal((await check(lines, { key, anchors: [other] })).broken?.code, 'anchor')
})

test('a file that is cut anywhere is never called whole', async (t) => {
  const { file, lines, check, key } = await exported(t)
  await check(lines)
  const bytes = readFileSync(file)
  for (let at = 0; at < bytes.length; at += 97) {
    writeFileSync(file, bytes.subarray(0, at))
    const outcome = await verifyEvidence(file, { key }).catch((cause: unknown) => cause)
    const isFound = outcome instanceof OperatingError || 'broken' in (outcome as object)
    assert.ok(isFound, `cut at ${at}`)
  }
})

test('any byte changed anywhere in an entry or a checkpoint is found', async (t) => {
  const { file, lines, check, key } = await exported(t)
  await check(lines)
  const bytes = readFileSync(file)
  const from = bytes.indexOf('\n') + 1
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: from, max: bytes.length - 1 }),
      fc.nat(255),
      async (at, byte) => {
        fc.pre(bytes[at] !== byte)
        const changed = Buffer.from(bytes)
        changed[at] = byte
        writeFileSync(file, changed)
        assert.ok((await verifyEvidence(file, { key })).broken, `byte ${at} to ${byte}`)
      },
    ),
    { numRuns: 300, verbose: 1 },
  )
})

test('what is no export is said to be none', async (t) => {
  const folder = freshFolder(t)
  const file = join(folder, 'x')
  for (const text of ['', 'hello\n', '{}\n', '\0\0\0']) {
    writeFileSync(file, text)
    await assert.rejects(verifyEvidence(file), OperatingError)
  }
  await assert.rejects(verifyEvidence(join(folder, 'none')), OperatingError)
})
