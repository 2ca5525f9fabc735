// Who may come in: first set-up, sessions, users, API tokens.
import { z } from 'zod'
import { Id, Role, Time } from './words.ts'

const Name = z.string().trim().min(1).max(80)
/** Long enough to need no other rule (NIST SP 800-63B 5.1.1). */
const NewPassword = z.string().min(12).max(256)

/** GET /setup: whether the first visit is still to come. */
export const SetupState = z.object({ needed: z.boolean() })
/** POST /setup: the code stood on the terminal that started Thingward. */
export const SetupRequest = z.object({
  code: z.string().trim().min(1).max(64),
  name: Name,
  password: NewPassword,
})

/** POST /session. */
export const SignIn = z.object({
  name: Name,
  password: z.string().min(1).max(256),
  totp: z.string().max(16).optional(),
})

/** Who is signed in; `csrf` goes into the header x-csrf-token of every write. */
export const Session = z.object({
  user: z.object({ id: Id, name: z.string(), role: Role }),
  csrf: z.string(),
})

/** One of GET /sessions. */
export const SessionItem = z.object({
  id: Id,
  created: Time,
  lastSeen: Time,
  address: z.string(),
  agent: z.string(),
  current: z.boolean(),
})

export const User = z.object({
  id: Id,
  name: z.string(),
  role: Role,
  created: Time,
  lastSignIn: Time.optional(),
})
export const UserRequest = z.object({ name: Name, role: Role, password: NewPassword })
/** PATCH /users/me: one's own password. */
export const PasswordRequest = z.object({
  password: z.string().min(1).max(256),
  newPassword: NewPassword,
})

export const Token = z.object({
  id: Id,
  name: z.string(),
  role: Role,
  created: Time,
  expires: Time,
  lastUsed: Time.optional(),
})
export const TokenRequest = z.object({
  name: Name,
  /** At most the role of who asks. */
  role: Role,
  days: z.number().int().min(1).max(366).default(90),
})
/** The only answer that ever shows the token. */
export const TokenCreated = Token.extend({ token: z.string() })

export type SetupState = z.infer<typeof SetupState>
export type SetupRequest = z.infer<typeof SetupRequest>
export type SignIn = z.infer<typeof SignIn>
export type Session = z.infer<typeof Session>
export type SessionItem = z.infer<typeof SessionItem>
export type User = z.infer<typeof User>
export type UserRequest = z.infer<typeof UserRequest>
export type PasswordRequest = z.infer<typeof PasswordRequest>
export type Token = z.infer<typeof Token>
export type TokenRequest = z.infer<typeof TokenRequest>
export type TokenCreated = z.infer<typeof TokenCreated>
