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
  /** Asked for by the code `totp-needed`, once the password was right; or a recovery code. */
  totp: z.string().min(1).max(16).optional(),
  recoveryCode: z.string().min(1).max(64).optional(),
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
  /** Whether signing in asks for a code, and the number of passkeys. */
  totp: z.boolean(),
  passkeys: z.number().int(),
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

/** Before what would let a borrowed session stay: the present password again. */
export const PasswordAgain = z.object({ password: z.string().min(1).max(256) })

/** GET /users/me/factor. */
export const Factor = z.object({
  /** Since when signing in asks for a code; absent: it does not. */
  totpSince: Time.optional(),
  recoveryCodesLeft: z.number().int(),
})
/** POST /users/me/totp: shown until it is confirmed, never again. */
export const TotpSecret = z.object({
  /** Base32, for typing. */
  secret: z.string(),
  /** otpauth://, for scanning. */
  uri: z.string(),
})
/** POST /users/me/totp/confirm. */
export const TotpCode = z.object({ totp: z.string().min(1).max(16) })
/** Shown once; each works once. */
export const RecoveryCodes = z.object({ recoveryCodes: z.array(z.string()) })

export const Passkey = z.object({
  id: Id,
  name: z.string(),
  /** The host name it works at. */
  host: z.string(),
  created: Time,
  lastUsed: Time.optional(),
})
export const PasskeyName = z.object({ name: Name })

const Base64Url = z.string().regex(/^[A-Za-z0-9_-]*$/)
const Credential = {
  id: Base64Url.min(1).max(1400),
  rawId: Base64Url.min(1).max(1400),
  type: z.literal('public-key'),
  authenticatorAttachment: z.enum(['platform', 'cross-platform']).optional(),
}
/** Nothing of what extensions say is used. */
const Extensions = z.object({}).default({})
/** What `PublicKeyCredential.parse…OptionsFromJSON` takes. */
export const PasskeyOptions = z.looseObject({ challenge: z.string() })
/** POST /users/me/passkeys: `PublicKeyCredential.toJSON()` of the new key. */
export const PasskeyRequest = z.object({
  name: Name,
  response: z.object({
    ...Credential,
    clientExtensionResults: Extensions,
    response: z.object({
      clientDataJSON: Base64Url.max(8192),
      attestationObject: Base64Url.max(32_768),
      transports: z
        .array(z.enum(['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb']))
        .max(8)
        .optional()
        .catch(undefined),
    }),
  }),
})
/** POST /session/passkey: the same of a signature. */
export const PasskeySignIn = z.object({
  response: z.object({
    ...Credential,
    clientExtensionResults: Extensions,
    response: z.object({
      clientDataJSON: Base64Url.max(8192),
      authenticatorData: Base64Url.max(8192),
      signature: Base64Url.max(8192),
      userHandle: Base64Url.max(128).optional(),
    }),
  }),
})

export type Factor = z.infer<typeof Factor>
export type TotpSecret = z.infer<typeof TotpSecret>
export type RecoveryCodes = z.infer<typeof RecoveryCodes>
export type Passkey = z.infer<typeof Passkey>
export type PasskeyRequest = z.infer<typeof PasskeyRequest>
export type PasskeySignIn = z.infer<typeof PasskeySignIn>
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
