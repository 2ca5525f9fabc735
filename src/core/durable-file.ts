// A small file written so that after a crash it holds the old text or the new one, never half.
import { closeSync, fdatasyncSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/** Replaces `path`; durable when it returns. */
export function writeDurably(path: string, text: string | Uint8Array, mode = 0o600): void {
  const file = openSync(`${path}.new`, 'w', mode)
  try {
    const bytes = Buffer.from(text)
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at)
    fdatasyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(`${path}.new`, path)
  syncPath(dirname(path))
}

/** Makes what a file holds durable, or the names in a folder that were just given or taken. */
export function syncPath(path: string): void {
  const file = openSync(path, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
