// Second factors as a person meets them, in a real browser on the real program: an authenticator
// app set up, asked for, lost; passkeys of a virtual authenticator on https://localhost.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:tls'
import { after, before, describe, test } from 'node:test'
import assert from 'node:assert/strict'
import type { Browser, CDPSession, Page } from 'playwright-core'
import { codeOf, stepAt } from '../../src/accounts/totp.ts'
import { needs } from '../needs.ts'
import { openBrowser, startThingward, violations, watchedPage } from './console-kit.ts'
import type { Running, Watched } from './console-kit.ts'

const NAME = 'anna'
const PASSWORD = 'a sentence is fine'

/** What Chromium takes to trust this one certificate: the hash of its public key. */
async function keyHash(url: string): Promise<string> {
  const port = Number(new URL(url).port)
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  const key = socket.getPeerX509Certificate()!.publicKey.export({ type: 'spki', format: 'der' })
  socket.destroy()
  return createHash('sha256').update(key).digest('base64')
}

describe('second factors', { skip: needs('chromium') }, () => {
  let thingward: Running
  let browser: Browser
  let watched: Watched
  let page: Page
  let keys: CDPSession
  let authenticator: string
  let url: string
  let secret: Buffer
  let recoveryCodes: string[]

  before(async () => {
    thingward = await startThingward()
    url = thingward.url.replace('127.0.0.1', 'localhost')
    const trust = `--ignore-certificate-errors-spki-list=${await keyHash(thingward.url)}`
    browser = await openBrowser([trust])
    watched = await watchedPage(browser, { trusted: true })
    page = watched.page
    watched.context.setDefaultTimeout(10_000)
  })
  after(async () => {
    await browser?.close()
    await thingward?.stop()
  })

  const section = (name: string) => page.getByRole('region', { name, exact: true })
  const button = (name: string | RegExp) => page.getByRole('button', { name })
  const account = async () => {
    await page.goto(`${url}/settings/account`)
    await section('Passkeys').waitFor()
  }
  const signOut = async () => {
    await page
      .getByTitle(/^Sign out/)
      .first()
      .click()
    await page.waitForURL('**/sign-in')
  }
  const givePassword = async () => {
    await page.getByLabel('Name', { exact: true }).fill(NAME)
    await page.getByLabel('Password').fill(PASSWORD)
    await button(/^Sign in$/).click()
  }
  const said = (text: RegExp) => page.getByRole('alert').filter({ hasText: text }).waitFor()
  const code = (steps: number) => codeOf(secret, stepAt(Date.now() * 1000) + steps)
  /** A code of a step that was not used yet, and is still within the drift. */
  let used = 0
  const freshCode = async () => {
    for (;;) {
      const now = stepAt(Date.now() * 1000)
      const step = Math.max(now, used + 1)
      if (step <= now + 1) {
        used = step
        return codeOf(secret, step)
      }
      await page.waitForTimeout(500)
    }
  }

  test('an authenticator is set up: secret, QR code, a code of it, recovery codes', async () => {
    await page.goto(url)
    await page.getByLabel('Setup code').fill(thingward.setupCode)
    await page.getByLabel('Your name').fill(NAME)
    await page.getByLabel('Password').fill('password-password')
    await button('Create the owner account').click()
    await said(/guessed early/)
    await page.getByLabel('Password').fill(PASSWORD)
    await button('Create the owner account').click()
    await page.getByRole('heading', { name: 'Four questions about this place' }).waitFor()
    await account()
    await button('Set up an authenticator').click()
    await page.getByLabel('Your password').fill('not this one')
    await button('Go on').click()
    await said(/the present password is another/)
    assert.deepEqual(await violations(page), [])
    await page.getByLabel('Your password').fill(PASSWORD)
    await button('Go on').click()
    const text = (await page.locator('.secret').textContent()) ?? ''
    assert.match(text, /^[A-Z2-7]{32}$/)
    secret = bytesOf(text)
    const squares = await page.locator('.qr-code path').getAttribute('d')
    assert.ok(squares!.length > 2000)
    const link = await page.getByRole('link', { name: 'open it in the app' }).getAttribute('href')
    assert.match(link!, new RegExp(`^otpauth://totp/Thingward:${NAME}\\?secret=${text}&`))
    assert.deepEqual(await violations(page), [])
    await page.getByLabel('Code that the app shows').fill(code(-5))
    await button('Confirm').click()
    await said(/the code is another/)
    await page.getByLabel('Code that the app shows').fill(await freshCode())
    await button('Confirm').click()
    await page.locator('.recovery-codes li').first().waitFor()
    recoveryCodes = await page.locator('.recovery-codes li').allTextContents()
    assert.equal(recoveryCodes.length, 10)
    assert.deepEqual(await violations(page), [])
    await button('I have kept them').click()
    await section('Second factor').getByText('10 recovery codes left').waitFor()
    assert.deepEqual(await violations(page), [])
  })

  test('signing in asks for the code; a recovery code is the way without the phone', async () => {
    await signOut()
    await givePassword()
    await page.getByLabel('Code from your authenticator').waitFor()
    assert.deepEqual(await violations(page), [])
    await page.getByLabel('Code from your authenticator').fill('000000')
    await button(/^Sign in$/).click()
    await said(/this code is wrong/)
    await page.getByLabel('Code from your authenticator').fill(await freshCode())
    await button(/^Sign in$/).click()
    await page.waitForURL('**/devices')
    await signOut()
    await givePassword()
    await button('Use a recovery code').click()
    await page.getByLabel('Recovery code').fill(recoveryCodes[0].toLowerCase())
    assert.deepEqual(await violations(page), [])
    await button(/^Sign in$/).click()
    await page.waitForURL('**/devices')
    await account()
    await section('Second factor').getByText('9 recovery codes left').waitFor()
  })

  const addPasskey = async (name: string) => {
    await button('Add a passkey').click()
    await page.getByLabel('Name of the passkey').fill(name)
    await page.getByLabel('Your password').fill(PASSWORD)
    await button('Make it').click()
  }

  test('passkeys are made, several, and named', async () => {
    keys = await watched.context.newCDPSession(page)
    await keys.send('WebAuthn.enable')
    authenticator = await plugIn('internal')
    await addPasskey('laptop')
    await section('Passkeys').getByText('laptop').first().waitFor()
    await addPasskey('again')
    await said(/has a passkey for you already/)
    await page.keyboard.press('Escape')
    await keys.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId: authenticator })
    authenticator = await plugIn('usb')
    await addPasskey('stick')
    await section('Passkeys').getByText('stick').first().waitFor()
    await button('Rename stick').click()
    await page.getByLabel('Name of the passkey').fill('blue stick')
    await button(/^Rename$/).click()
    await section('Passkeys').getByText('blue stick').first().waitFor()
    assert.deepEqual(await violations(page), [])
  })

  const plugIn = async (transport: 'internal' | 'usb') => {
    const { authenticatorId } = await keys.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport,
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    })
    return authenticatorId
  }
  const byPasskey = () => button('Sign in with a passkey').click()

  test('a passkey signs in alone; not without its holder, nor as a copy', async () => {
    await signOut()
    assert.deepEqual(await violations(page), [])
    await byPasskey()
    await page.waitForURL('**/devices')
    await signOut()
    const authenticatorId = authenticator
    await keys.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })
    await byPasskey()
    await said(/No passkey was used/)
    await keys.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true })
    const { credentials } = await keys.send('WebAuthn.getCredentials', { authenticatorId })
    const [credential] = credentials
    assert.ok(credential.signCount > 0)
    const { credentialId } = credential
    await keys.send('WebAuthn.removeCredential', { authenticatorId, credentialId })
    const copy = { ...credential, signCount: 0 }
    await keys.send('WebAuthn.addCredential', { authenticatorId, credential: copy })
    await byPasskey()
    await said(/there is a copy of it/)
    await keys.send('WebAuthn.removeCredential', { authenticatorId, credentialId })
    const original = { ...credential, signCount: credential.signCount + 5 }
    await keys.send('WebAuthn.addCredential', { authenticatorId, credential: original })
    await byPasskey()
    await page.waitForURL('**/devices')
  })

  test('a passkey is removed with the password, and signs in no more', async () => {
    await account()
    await button('Remove blue stick').click()
    await page.getByLabel('Your password').fill(PASSWORD)
    assert.deepEqual(await violations(page), [])
    await button(/^Remove$/).click()
    await section('Passkeys').locator('b', { hasText: 'blue stick' }).waitFor({ state: 'detached' })
    await signOut()
    await byPasskey()
    await said(/none that was made here/)
  })

  test('the factor goes with the password; all of it is on record, without a secret', async () => {
    await givePassword()
    await page.getByLabel('Code from your authenticator').fill(await freshCode())
    await button(/^Sign in$/).click()
    await page.waitForURL('**/devices')
    await account()
    await button('Remove the authenticator').click()
    await page.getByLabel('Your password').fill(PASSWORD)
    await button(/^Remove$/).click()
    await button('Set up an authenticator').waitFor()
    const log = await page.evaluate(async () => {
      const answer = await fetch('/api/v1/evidence?limit=200')
      return answer.text()
    })
    const kinds = ['factor.added', 'factor.renamed', 'factor.removed', 'recovery-code.used']
    for (const kind of [...kinds, 'session.refused', 'copied-passkey']) {
      assert.ok(log.includes(kind), kind)
    }
    for (const one of [...recoveryCodes, PASSWORD]) assert.ok(!log.includes(one))
    await page.goto(`${url}/settings/users`)
    await page.getByRole('cell', { name: 'password, 1 passkey' }).waitFor()
    assert.deepEqual(await violations(page), [])
    // What was refused on purpose stands there too.
    const isRefusal = (text: string) => /responded with a status of 40[03]/.test(text)
    assert.deepEqual(
      watched.complaints.filter((text) => !isRefusal(text)),
      [],
    )
    assert.deepEqual([...watched.hosts], [new URL(url).host])
  })

  test('an owner resets the factor of somebody else, with the own password', async () => {
    await page.goto(`${url}/settings/users`)
    await button('Add a user').click()
    await page.getByLabel('Name', { exact: true }).fill('ben')
    await page.getByLabel('First password').fill(PASSWORD)
    await button(/^Add$/).click()
    const row = page.getByRole('row').filter({ hasText: 'ben' })
    await row.waitFor()
    const { context } = await watchedPage(browser)
    const post = async (path: string, data: object, csrf = '') => {
      const headers = { 'x-csrf-token': csrf }
      const answer = await context.request.post(`${url}/api/v1${path}`, { data, headers })
      assert.equal(answer.status(), 200, path)
      return (await answer.json()) as { csrf: string; secret: string }
    }
    const { csrf } = await post('/session', { name: 'ben', password: PASSWORD })
    const begun = await post('/users/me/totp', { password: PASSWORD }, csrf)
    const totp = codeOf(bytesOf(begun.secret), stepAt(Date.now() * 1000))
    await post('/users/me/totp/confirm', { totp }, csrf)
    await page.reload()
    await row.getByText('password and code').waitFor()
    await button('Reset the second factor of ben').click()
    await page.getByLabel('Your password').fill(PASSWORD)
    assert.deepEqual(await violations(page), [])
    await button(/^Reset$/).click()
    await row.getByText('password', { exact: true }).waitFor()
    const after = await context.request.get(`${url}/api/v1/session`)
    assert.equal(after.status(), 401, 'their session is over')
    await post('/session', { name: 'ben', password: PASSWORD })
    await context.close()
  })

  test('at an IP address it says why there are no passkeys', async () => {
    const { page: other, context } = await watchedPage(browser)
    await other.goto(`${thingward.url}/sign-in`)
    await other.getByLabel('Name', { exact: true }).fill(NAME)
    assert.equal(await other.getByRole('button', { name: /passkey/ }).count(), 0)
    await other.getByLabel('Password').fill(PASSWORD)
    await other.getByRole('button', { name: /^Sign in$/ }).click()
    await other.waitForURL('**/devices')
    await other.goto(`${thingward.url}/settings/account`)
    await other.getByText(/bound to a host name/).waitFor()
    assert.equal(await other.getByRole('button', { name: 'Add a passkey' }).count(), 0)
    await context.close()
  })
})

function bytesOf(base32: string): Buffer {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const digits = [...base32].map((each) => alphabet.indexOf(each).toString(2).padStart(5, '0'))
  const bytes = digits.join('').match(/.{8}/g) ?? []
  return Buffer.from(bytes.map((each) => Number.parseInt(each, 2)))
}
