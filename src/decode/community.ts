// SNMP communities are passwords: what leaves a reader is whether one is a word that everybody
// tries, and a mark by which two of them can be told apart, never the word itself.

export type CommunityKind = 'public' | 'private' | 'other'

/** Whether a community is one of the two that everybody tries. */
export const communityKind = (community: string): CommunityKind =>
  community === 'public' || community === 'private' ? community : 'other'

/**
 * 0 … 255. Different marks, different communities; eight bits are too few to say which (thousands
 * of words share each), and enough to see that somebody tries one after the other.
 */
export function communityMark(bytes: Uint8Array, start: number, stop: number): number {
  let hash = 0x811c9dc5
  for (let at = start; at < stop; at++) hash = Math.imul(hash ^ bytes[at], 0x01000193)
  return ((hash >>> 24) ^ (hash >>> 16) ^ (hash >>> 8) ^ hash) & 255
}

/** What a reader of logs says of a community in full; the text itself stays in the log. */
export function communityFields(community: string) {
  const bytes = Buffer.from(community)
  return {
    communityKind: communityKind(community),
    communityMark: communityMark(bytes, 0, bytes.length),
  }
}
