// Places outside where checkpoints are published: whoever holds a copy there can tell a log that
// was rewritten as a whole, which no signature of its own could show.
/** Somewhere outside; a failure is told in `health` and tried again with the next checkpoint. */
export interface Anchor {
  /** As it appears in `health`: `file /mnt/worm/anchors`, `syslog 10.0.0.9:514`. */
  readonly name: string
  /** Takes a signed note; resolves once it was handed over as well as the place can promise. */
  publish(note: string): Promise<void>
}
