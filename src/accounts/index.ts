// Who may come in, and as what. The door of this folder.
export { Door, type DoorParts, type Opened, type Visitor } from './door.ts'
export { Users } from './users.ts'
export type { RegistrationAnswer, SignInAnswer } from './passkeys.ts'
export { SetupCode } from './setup-code.ts'
export { ROLES, mayGive, type Actor, type Role } from './roles.ts'
export { freshSecret, isSame } from './secrets.ts'
