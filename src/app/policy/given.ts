// Policies that a person gives: MUD files in any dialect and our own profiles, read from a folder
// or one by one. A file that cannot be used is named with its reason; the others are used.
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { OperatingError } from '../../core/errors.ts'
import {
  checkMud,
  profileFromMud,
  readMudText,
  readProfile,
  type MudDialect,
  type MudFile,
  type Problem,
  type Profile,
  type Repair,
} from '../../policy/index.ts'
import type { ExaminedFile } from '../../report/index.ts'
import { MANIFEST } from './written.ts'

/** Files that are read from one folder. */
const FILES_MAX = 10_000
/** No policy is longer; a capture named by mistake is. */
const BYTES_MAX = 16 * 1024 * 1024

/** One file as it was read. */
export interface PolicyFile {
  /** Name without folder. */
  readonly name: string
  /** mud: RFC 8520 or an older dialect; profile: our own form; none: neither. */
  readonly kind: 'mud' | 'profile' | 'none'
  readonly dialect?: MudDialect
  /** What had to be put right to read it. */
  readonly repairs: readonly Repair[]
  readonly problems: readonly Problem[]
  readonly mud?: MudFile
  /** What it permits; undefined when nothing of it can be used. */
  readonly profile?: Profile
}

/**
 * Reads every `*.json` and `*.mud` of a folder, by name. Throws an OperatingError when there is
 * none.
 */
export async function readPolicyFolder(folder: string): Promise<PolicyFile[]> {
  const names = (await namesIn(folder)).filter(
    (name) => /\.(json|mud)$/.test(name) && !name.startsWith('.') && name !== MANIFEST,
  )
  if (names.length === 0) {
    const what = `${folder}: no policy in it; MUD files and profiles are named *.json or *.mud`
    throw new OperatingError('no-policy', what)
  }
  if (names.length > FILES_MAX) {
    const what = `${folder}: ${names.length} files, ${FILES_MAX} are allowed`
    throw new OperatingError('too-many-policies', what)
  }
  const files: PolicyFile[] = []
  for (const name of names.toSorted()) files.push(await readPolicyFile(join(folder, name)))
  return files
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    const why =
      code === 'ENOENT' ? 'there is no such folder' : code === 'ENOTDIR' ? 'not a folder' : code
    throw new OperatingError('policy-folder', `${folder}: ${why}`, { cause })
  }
}

/** Reads one file. Never throws: what cannot be read is a problem. */
export async function readPolicyFile(path: string): Promise<PolicyFile> {
  const name = basename(path)
  try {
    if ((await stat(path)).size > BYTES_MAX) return unusable(name, 'longer than 16 MiB')
    return parsePolicy(name, await readFile(path, 'utf8'))
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    return unusable(name, code === 'ENOENT' ? 'there is no such file' : (code ?? message))
  }
}

/** Reads one file and judges it by the letter too. Never throws. */
export async function examinePolicyFile(path: string): Promise<ExaminedFile> {
  const file = await readPolicyFile(path)
  if (!file.mud) return { ...file, letter: [], loss: [] }
  const json: unknown = JSON.parse((await readFile(path, 'utf8')).replace(/^\uFEFF/, ''))
  return { ...file, letter: checkMud(json), loss: profileFromMud(file.mud).loss }
}

const unusable = (name: string, what: string): PolicyFile => ({
  name,
  kind: 'none',
  repairs: [],
  problems: [{ severity: 'error', where: 'file', what }],
})

/** A policy's text, whichever kind it is. */
export function parsePolicy(name: string, text: string): PolicyFile {
  const own = ownProfile(text)
  if (own) {
    const { profile, problems } = readProfile(own)
    return {
      name,
      kind: 'profile',
      repairs: [],
      problems: problems.map((what) => ({ severity: 'error', where: 'profile', what })),
      ...(profile && { profile }),
    }
  }
  const { file, dialect, repairs, problems } = readMudText(text)
  if (!file) return { name, kind: 'none', repairs, problems }
  const { profile } = profileFromMud(file)
  return { name, kind: 'mud', dialect, repairs, problems, mud: file, profile }
}

/** The JSON value, where it looks like a profile of ours. */
function ownProfile(text: string): unknown {
  if (!text.includes('"subject"')) return undefined
  try {
    const json = JSON.parse(text) as { readonly subject?: unknown } | null
    return typeof json === 'object' && json?.subject !== undefined ? json : undefined
  } catch {
    return undefined
  }
}
