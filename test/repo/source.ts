// The project's TypeScript as syntax trees, through the API that the pinned compiler brings. It is
// called unstable there: whoever moves to another compiler mends this one file.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { API } from 'typescript/unstable/sync'
import { createVirtualFileSystem, type FileSystem } from 'typescript/unstable/fs'
import type { Node, SourceFile } from 'typescript/unstable/ast'

export const ROOT = join(import.meta.dirname, '../..')

export interface Source {
  /** Relative to the project, with forward slashes. */
  readonly path: string
  readonly lines: readonly string[]
  readonly tree: SourceFile
}

/** What a rule found wrong: where, and what to write instead. */
export interface Complaint {
  readonly rule: string
  readonly path: string
  readonly line: number
  /** What the exceptions list calls it: a function, an import, or the file itself. */
  readonly name: string
  readonly text: string
}

const SETTINGS = JSON.stringify({
  compilerOptions: { noLib: true, types: [], allowImportingTsExtensions: true, noEmit: true },
  include: ['**/*.ts'],
})

function open(root: string, paths: readonly string[], fs?: FileSystem): Source[] {
  const api = new API(fs ? { cwd: root, fs } : { cwd: root })
  try {
    const settings = join(root, 'tsconfig.json')
    const project = api.updateSnapshot({ openProjects: [settings] }).getProject(settings)
    if (!project) throw new Error(`the compiler did not open ${settings}`)
    return paths.map((path) => {
      const tree = project.program.getSourceFile(join(root, path))
      if (!tree) throw new Error(`${path} is not part of ${settings}`)
      return { path, tree, lines: tree.text.split('\n') }
    })
  } finally {
    api.close()
  }
}

/** Every TypeScript file of the project. */
export function readProject(): Source[] {
  const paths = globSync('{src,test,tools,bench}/**/*.ts', { cwd: ROOT }).toSorted()
  return open(ROOT, paths)
}

/** Sources from texts, for the tests of the rules themselves. */
export function readTexts(texts: Readonly<Record<string, string>>): Source[] {
  const files: Record<string, string> = { '/virtual/tsconfig.json': SETTINGS }
  for (const [path, text] of Object.entries(texts)) files[`/virtual/${path}`] = text
  return open('/virtual', Object.keys(texts), createVirtualFileSystem(files))
}

/** The line a node starts on, counted from 1, comments before it left out. */
export const lineOf = (source: Source, node: Node): number =>
  source.tree.getLineAndCharacterOfPosition(node.getStart(source.tree)).line + 1

/** Calls `visit` for every node, parents before children. */
export function walk(node: Node, visit: (node: Node) => void): void {
  visit(node)
  node.forEachChild((child) => walk(child, visit))
}

/** `file:line: what to do`, one a line: what a failing test prints. */
export const complaintText = (complaints: readonly Complaint[]): string =>
  complaints.map(({ path, line, text }) => `${path}:${line}: ${text}`).join('\n')

/** A text file of the project. */
export const readText = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
