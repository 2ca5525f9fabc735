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
  include: ['**/*.ts', '**/*.tsx'],
})

/** The program for Node, and the one for the browser. */
export const PROJECTS = ['tsconfig.json', 'src/console/browser/tsconfig.json'] as const

interface Opened {
  readonly root: string
  readonly projects: readonly string[]
  readonly fs?: FileSystem
}

function open(paths: readonly string[], { root, projects, fs }: Opened): Source[] {
  const api = new API(fs ? { cwd: root, fs } : { cwd: root })
  try {
    const settings = projects.map((path) => join(root, path))
    const snapshot = api.updateSnapshot({ openProjects: settings })
    const opened = settings.map((path) => {
      const project = snapshot.getProject(path)
      if (!project) throw new Error(`the compiler did not open ${path}`)
      return project
    })
    return paths.map((path) => {
      for (const { program } of opened) {
        const tree = program.getSourceFile(join(root, path))
        if (tree) return { path, tree, lines: tree.text.split('\n') }
      }
      throw new Error(`${path} is not part of ${projects.join(' or ')}`)
    })
  } finally {
    api.close()
  }
}

/** Every TypeScript file of the project. */
export function readProject(): Source[] {
  const paths = globSync('{src,test,tools,bench}/**/*.{ts,tsx}', { cwd: ROOT }).toSorted()
  return open(paths, { root: ROOT, projects: PROJECTS })
}

/** Sources from texts, for the tests of the rules themselves. */
export function readTexts(texts: Readonly<Record<string, string>>): Source[] {
  const files: Record<string, string> = { '/virtual/tsconfig.json': SETTINGS }
  for (const [path, text] of Object.entries(texts)) files[`/virtual/${path}`] = text
  const fs = createVirtualFileSystem(files)
  return open(Object.keys(texts), { root: '/virtual', projects: ['tsconfig.json'], fs })
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
