// Roles, and who may give which. An owner may do everything; an operator works; an auditor reads
// everything; a partner sees its own things only; a sensor delivers.

/** As in the API's contract. */
export const ROLES = ['owner', 'operator', 'auditor', 'partner', 'sensor'] as const
export type Role = (typeof ROLES)[number]

/** Roles that a holder of each may hand to a token of theirs: never more than they have. */
const MAY_GIVE: { readonly [role in Role]: readonly Role[] } = {
  owner: ROLES,
  operator: ['operator', 'auditor', 'sensor'],
  auditor: ['auditor'],
  partner: ['partner'],
  sensor: [],
}

/** Whether who has `role` may make a token of `wanted`. */
export const mayGive = (role: Role, wanted: Role): boolean => MAY_GIVE[role].includes(wanted)

/** Who acts: a signed-in person, or a token of theirs. */
export interface Actor {
  /** For evidence: `user:u1`, `token:t1`. */
  readonly name: string
  readonly userId: string
  readonly userName: string
  readonly role: Role
  /** Present for a session: what writes have to carry, and which session it is. */
  readonly session?: { readonly id: string; readonly hash: string; readonly csrf: string }
}
