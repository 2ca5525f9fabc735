// An API on a store in memory, for tests: a user of each role, signed in without the cost of
// passwords.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { Door, freshSecret, ROLES, SetupCode, Users, type Role } from '../../src/accounts/index.ts'
import { secretHash } from '../../src/accounts/secrets.ts'
import { serverIdentity } from '../../src/pki/index.ts'
import {
  Accounts,
  Devices,
  Findings,
  freshId,
  Profiles,
  Sensors,
  SqliteFlows,
  Store,
} from '../../src/store/index.ts'
import { SESSION_COOKIE } from '../../src/api/gate.ts'
import type { Api, ApiParts } from '../../src/api/parts.ts'
import { createServer } from '../../src/api/server.ts'

const HOUR = 3_600_000_000

export interface Rehearsal {
  readonly app: Api
  readonly parts: ApiParts
  /** Headers of somebody signed in with this role; `csrf` goes into writes. */
  signIn(role: Role): Promise<{ cookie: string; csrf: string }>
  /** Headers of a program with a token of this role. */
  token(role: Role): Promise<{ authorization: string }>
  close(): Promise<void>
}

/** Builds it; nothing listens. */
export async function rehearseApi(): Promise<Rehearsal> {
  const folder = mkdtempSync(join(tmpdir(), 'tw-api-'))
  const clock = () => Date.now() * 1000
  const store = await Store.open({ path: ':memory:', clock })
  const accounts = new Accounts(store)
  const setupCode = new SetupCode(join(folder, 'setup-code'))
  const door = new Door({ accounts, setupCode, markKey: freshSecret(), clock })
  const parts: ApiParts = {
    version: 'test',
    store,
    accounts,
    door,
    devices: new Devices(store),
    findings: new Findings(store),
    profiles: new Profiles(store),
    flows: new SqliteFlows(store),
    sensors: new Sensors(store),
    users: new Users(accounts),
    started: clock(),
    processes: () => [],
  }
  const identity = serverIdentity(join(folder, 'tls'), ['localhost'], Date.now())
  const tls = { key: identity.key, cert: identity.certificate }
  const app = await createServer(parts, { tls, logger: pino({ level: 'silent' }) })
  await app.ready()
  const users = new Map<Role, string>()
  for (const role of ROLES) users.set(role, await addUser(parts, role))
  return {
    app,
    parts,
    signIn: (role) => signIn(parts, users.get(role)!),
    token: (role) => makeToken(parts, users.get(role)!, role),
    close: async () => {
      await app.close()
      store.close()
      rmSync(folder, { recursive: true })
    },
  }
}

async function signIn({ accounts }: ApiParts, user: string) {
  const token = freshSecret()
  const csrf = freshSecret()
  await accounts.change((change) =>
    accounts.addSession(change, {
      hash: secretHash(token),
      id: freshId('s'),
      user,
      csrf,
      created: change.now,
      last_seen: change.now,
      expires: change.now + HOUR,
      address: '',
      agent: '',
    }),
  )
  return { cookie: `${SESSION_COOKIE}=${token}`, csrf }
}

async function makeToken({ accounts }: ApiParts, user: string, role: Role) {
  const token = `thw_${freshSecret()}`
  const id = freshId('t')
  await accounts.change(({ db, now }) =>
    db
      .insertInto('api_token')
      .values({
        id,
        hash: secretHash(token),
        name: 'test',
        role,
        user,
        created: now,
        expires: now + HOUR,
        last_used: now,
      })
      .execute(),
  )
  return { authorization: `Bearer ${token}` }
}

async function addUser({ accounts }: ApiParts, role: Role): Promise<string> {
  const id = freshId('u')
  await accounts.change(({ db, now }) =>
    db
      .insertInto('account')
      .values({
        id,
        name: role,
        name_key: role,
        role,
        password: '',
        created: now,
        last_sign_in: null,
        disabled: 0,
      })
      .execute(),
  )
  return id
}
