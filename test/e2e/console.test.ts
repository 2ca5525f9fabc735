// The console as a person meets it, in a real browser on the real program: first visit, devices,
// one device, triage by keyboard, map, flows, settings; in both themes, on a phone, with axe.
import { after, before, describe, test } from 'node:test'
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser, Page } from 'playwright-core'
import { needs } from '../needs.ts'
import { openBrowser, startThingward, violations, watchedPage } from './console-kit.ts'
import type { Running, Watched } from './console-kit.ts'

const NAME = 'anna'
const PASSWORD = 'a sentence is fine'
const DEVICES = 17
const SCRIPT_BYTES_MAX = 300_000

describe('console', { skip: needs('chromium') }, () => {
  let thingward: Running
  let browser: Browser
  let watched: Watched
  let page: Page

  before(async () => {
    thingward = await startThingward()
    browser = await openBrowser()
    watched = await watchedPage(browser)
    page = watched.page
  })
  after(async () => {
    await browser?.close()
    await thingward?.stop()
  })

  const go = async (path: string) => {
    await page.goto(thingward.url + path)
    await page.locator('h1').first().waitFor()
  }
  const rows = () => page.getByRole('row').filter({ has: page.getByRole('gridcell') })
  /** Waits until the heading says this many; what it said last stands in the failure. */
  const total = async (text: RegExp) => {
    const heading = page.getByRole('heading', { level: 1 })
    let seen = ''
    for (let tries = 0; tries < 100 && !text.test(seen); tries++) {
      await sleep(100)
      seen = ((await heading.textContent()) ?? '').trim()
    }
    assert.match(seen, text)
  }

  test('first visit: the code, an owner, four questions, and what is not seen', async () => {
    await page.goto(thingward.url)
    await page.getByLabel('Setup code').fill('wrong-code')
    await page.getByLabel('Your name').fill(NAME)
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Create the owner account' }).click()
    await page.getByRole('alert').first().waitFor()
    await page.getByLabel('Setup code').fill(thingward.setupCode)
    await page.getByRole('button', { name: 'Create the owner account' }).click()
    await page.getByRole('heading', { name: 'Four questions about this place' }).waitFor()
    assert.deepEqual(await violations(page), [])
    await page.getByLabel('Network 1: prefix').fill('192.168.50.0/24')
    await page.getByLabel('Network 1: segment').fill('Office')
    await page.getByRole('button', { name: 'Add a network' }).click()
    await page.getByLabel('Network 2: prefix').fill('10.20.0.0/16')
    await page.getByLabel('Network 2: segment').fill('Production')
    await page.getByLabel(/network 2 is industrial/).check()
    await page.getByRole('button', { name: 'Save and show the blind spots' }).click()
    await page.getByRole('heading', { name: 'What we will not see from here' }).waitFor()
    await page.locator('.spots li').first().waitFor()
    assert.deepEqual(await violations(page), [])
    await page.getByRole('button', { name: 'To the devices' }).click()
    await page.waitForURL('**/devices')
  })

  test('devices: search answers while typing, and its state is in the address', async () => {
    await total(new RegExp(`^Devices ${DEVICES}$`))
    await page.keyboard.press('/')
    await page.keyboard.type('axis door')
    await total(/^Devices 1$/)
    assert.match(page.url(), /[?&]q=axis\+door/)
    await page.getByLabel('Search devices').fill('nothing like this')
    await page.getByRole('heading', { name: 'No device fits' }).waitFor()
    await page.getByRole('button', { name: 'Show all devices' }).click()
    await total(new RegExp(`^Devices ${DEVICES}$`))
    await page.getByLabel('All categories').selectOption('camera')
    await total(/^Devices 1$/)
    await page.getByRole('button', { name: 'As of …' }).click()
    await page.getByLabel('As it was at').fill('2001-01-01T00:00:00')
    await page.getByRole('button', { name: 'Show', exact: true }).click()
    await page.getByRole('heading', { name: 'No device' }).waitFor()
    assert.match(page.url(), /[?&]at=2001/)
    await page.getByRole('button', { name: /^As of 2001/ }).click()
    await total(/^Devices 1$/)
    await go('/devices?segment=Production')
    await total(/^Devices 1$/)
    await go('/devices?sort=-name')
    assert.match((await rows().first().textContent()) ?? '', /TP-Link|phone|plc/)
  })

  test('a device: why we think so, what it may do; the owner is set and undone', async () => {
    await go('/devices?q=IPCAM')
    await rows().first().waitFor()
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'IPCAM-4C21' }).waitFor()
    const why = page.getByRole('region', { name: 'Attributes' })
    assert.match((await why.textContent()) ?? '', /Hikvision.*mac-prefix/)
    await page.getByRole('link', { name: 'Whom it talks to' }).click()
    await page
      .getByRole('region', { name: 'Table of conversations' })
      .getByText('cnc.evil.test')
      .first()
      .waitFor()
    await page.getByRole('link', { name: 'What it may do' }).click()
    await page
      .getByRole('region', { name: 'Profile' })
      .getByText(/permissions/)
      .waitFor()
    await page.getByRole('region', { name: 'Difference' }).waitFor()
    await page
      .getByRole('region', { name: 'Enforcement' })
      .getByText(/gateway/)
      .waitFor()
    await page.getByRole('link', { name: 'Time line' }).click()
    await page.locator('.timeline li').first().waitFor()
    await page.keyboard.press('e')
    await page.getByLabel('Owner').fill('Facilities')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.locator('.facts').getByText('Facilities').waitFor()
    await page.getByRole('button', { name: /^Undo/ }).click()
    await page.locator('.facts').getByText('nobody').waitFor()
  })

  test('findings: triage by keys alone, and every decision has its way back', async () => {
    await go('/findings')
    await rows().first().waitFor()
    const heading = page.getByRole('heading', { level: 1 })
    const before = Number(/\d+/.exec((await heading.textContent()) ?? '')?.[0])
    assert.ok(before > 10)
    await page.keyboard.press('j')
    await page.getByRole('region', { name: 'Finding' }).getByText('Expected').waitFor()
    assert.match(page.url(), /[?&]finding=/)
    await page.keyboard.press('s')
    await page.getByRole('dialog').waitFor()
    assert.deepEqual(await violations(page), [])
    await page.keyboard.press('Enter')
    await total(new RegExp(`^Findings ${before - 1} open$`))
    await page.keyboard.press('u')
    await total(new RegExp(`^Findings ${before} open$`))
    await page.keyboard.press('c')
    await page.getByLabel('Or in your own words').fill('looked at together with the owner')
    await page.keyboard.press('Enter')
    await total(new RegExp(`^Findings ${before - 1} open$`))
    await page.getByRole('button', { name: 'Closed', exact: true }).click()
    await rows().first().click()
    await page.getByText('looked at together with the owner').waitFor()
    await page.keyboard.press('r')
    await page.getByRole('heading', { name: 'Nothing closed' }).waitFor()
  })

  test('map: a picture, and a table that says the same', async () => {
    await go('/map')
    await page.locator('.map-canvas canvas').first().waitFor({ state: 'attached' })
    const table = page.getByRole('region', { name: 'The map in words' })
    await table.getByRole('button', { name: 'NVR' }).first().click()
    await table.getByRole('link', { name: 'Its page' }).waitFor()
    assert.match(page.url(), /[?&]node=/)
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'By category' }).click()
    await table.getByRole('heading', { name: 'By category' }).waitFor()
    await page.getByRole('button', { name: 'Groups', exact: true }).click()
    await page.waitForURL(/view=groups/)
  })

  test('flows: the query box filters, says what it does not know, exports', async () => {
    await go('/flows')
    await rows().first().waitFor()
    await page.getByLabel('Search flows').fill('service:telnet device:IPCAM-4C21 speed:1')
    await page.getByText("'speed:' is not known").waitFor()
    await page.getByLabel('Search flows').fill('service:telnet device:IPCAM-4C21')
    await page.getByText("'speed:' is not known").waitFor({ state: 'detached' })
    await rows().first().waitFor()
    for (const row of await rows().all()) assert.match((await row.textContent()) ?? '', /telnet/)
    const link = await page.getByRole('link', { name: 'CSV' }).getAttribute('href')
    const csv = await page.request.get(thingward.url + link)
    assert.equal(csv.status(), 200)
    assert.match(await csv.text(), /telnet/)
    await rows().first().click()
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Keep this query' }).click()
    await page.getByRole('link', { name: 'service:telnet device:IPCAM-4C21' }).waitFor()
  })

  test('traffic: a picture over time, and the same in numbers', async () => {
    await go('/traffic')
    await page.getByRole('img', { name: /bytes per second from/ }).waitFor()
    await page.getByText('The same in numbers').click()
    await page.getByRole('region', { name: 'Traffic in numbers' }).getByRole('row').nth(1).waitFor()
    await page.getByRole('button', { name: 'Packets' }).click()
    await page.waitForURL(/measure=packets/)
  })

  test('settings: a token is shown once, health, the evidence log', async () => {
    await go('/settings/tokens')
    await page.getByRole('button', { name: 'Make a token' }).click()
    await page.getByLabel('What for').fill('the wall display')
    await page.getByRole('button', { name: 'Make it' }).click()
    const token = (await page.locator('.secret').textContent()) ?? ''
    assert.ok(token.length > 20)
    const answer = await page.request.get(`${thingward.url}/api/v1/devices?limit=1`, {
      headers: { authorization: `Bearer ${token}` },
    })
    assert.equal(answer.status(), 200)
    await page.getByRole('button', { name: 'I have it' }).click()
    await page.reload()
    await page.getByRole('cell', { name: 'the wall display', exact: true }).waitFor()
    assert.ok(!(await page.content()).includes(token))
    await go('/settings/health')
    await page.getByRole('region', { name: 'Sensors' }).getByText('input.pcap').waitFor()
    await go('/settings/evidence')
    await rows().first().waitFor()
    await page.getByText(/\d+ entries are whole/).waitFor()
    await rows().first().click()
    await page.getByRole('dialog').getByText('Hash').first().waitFor()
  })

  test('a change made elsewhere appears without loading the page again', async () => {
    await go('/devices?q=bulb')
    await rows().first().waitFor()
    // As somebody else's program would do it: the console's own code does not hear of it.
    const renamed = await page.evaluate(async () => {
      const read = async (path: string) => (await fetch(`/api/v1${path}`)).json()
      const { csrf } = (await read('/session')) as { csrf: string }
      const { items } = (await read('/devices?q=bulb')) as { items: { id: string }[] }
      const device = await fetch(`/api/v1/devices/${items[0].id}`)
      const answer = await fetch(`/api/v1/devices/${items[0].id}`, {
        method: 'PATCH',
        headers: {
          'content-type': 'application/json',
          'x-csrf-token': csrf,
          'if-match': device.headers.get('etag') ?? '*',
        },
        body: JSON.stringify({ name: 'bulb over the door' }),
      })
      return answer.status
    })
    assert.ok(renamed < 300, `PATCH answered ${renamed}`)
    await page.getByRole('link', { name: 'bulb over the door' }).waitFor()
  })

  test('the help sheet lists the keys, and single keys can be switched off', async () => {
    await go('/devices')
    await rows().first().waitFor()
    await page.keyboard.press('?')
    const sheet = page.getByRole('dialog', { name: 'Keys' })
    await sheet.getByText('Next row').waitFor()
    assert.deepEqual(await violations(page), [])
    await sheet.getByRole('checkbox').uncheck()
    await page.keyboard.press('Escape')
    await page.keyboard.press('?')
    assert.equal(await page.getByRole('dialog').count(), 0)
    await page.getByRole('button', { name: 'Keys and help' }).click()
    await sheet.getByRole('checkbox').check()
    await page.keyboard.press('Escape')
    await page.keyboard.press('g')
    await page.keyboard.press('m')
    await page.waitForURL('**/map')
    assert.equal(await page.evaluate('document.activeElement.id'), 'content')
  })

  const SCREENS = [
    '/devices',
    '/devices?q=nothing-like-this',
    '/findings',
    '/map',
    '/map?view=groups&group=category',
    '/flows',
    '/traffic',
    '/settings/health',
    '/settings/place',
    '/settings/users',
    '/settings/tokens',
    '/settings/account',
    '/settings/evidence',
    '/no-such-page',
  ]
  const PARTS = ['', '?show=talks', '?show=may', '?show=findings', '?show=history']

  for (const dark of [false, true]) {
    for (const width of [1440, 390]) {
      test(`axe finds nothing, ${dark ? 'dark' : 'light'}, ${width} pixels wide`, async () => {
        const state = await watched.context.storageState()
        const other = await watchedPage(browser, { dark, width, state })
        try {
          await other.page.goto(`${thingward.url}/devices?q=IPCAM`)
          const link = other.page.getByRole('link', { name: 'IPCAM-4C21' })
          const device = (await link.getAttribute('href')) ?? ''
          const found: string[] = []
          for (const path of [...SCREENS, ...PARTS.map((part) => device + part)]) {
            await other.page.goto(thingward.url + path)
            await other.page.locator('h1').first().waitFor()
            await other.page.locator('.skeleton').first().waitFor({ state: 'detached' })
            for (const one of await violations(other.page)) found.push(`${path} ${one}`)
            const wide = await other.page.evaluate('document.documentElement.scrollWidth')
            if ((wide as number) > width) found.push(`${path} is ${wide} pixels wide`)
          }
          assert.deepEqual(found, [])
          assert.deepEqual(other.complaints, [])
        } finally {
          await other.context.close()
        }
      })
    }
  }

  test('scripts are small together, and the first view is quick', async (t) => {
    const state = await watched.context.storageState()
    const other = await watchedPage(browser, { state })
    const sizes = new Map<string, number>()
    other.page.on('response', (response) => {
      const length = Number(response.headers()['content-length'])
      if (new URL(response.url()).pathname.endsWith('.js')) sizes.set(response.url(), length)
    })
    const start = performance.now()
    await other.page.goto(`${thingward.url}/devices`)
    await other.page.getByRole('gridcell').first().waitFor()
    const first = performance.now() - start
    t.diagnostic(`first view, cold: ${Math.round(first)} ms`)
    for (const path of ['/map', '/flows', '/traffic', '/settings/health', '/set-up']) {
      await other.page.goto(thingward.url + path)
      await other.page.waitForLoadState('networkidle').catch(() => {})
    }
    const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0)
    t.diagnostic(`scripts: ${bytes} bytes in ${sizes.size} files`)
    assert.ok(sizes.size >= 5, 'screens are loaded when somebody goes there')
    assert.ok(bytes > 50_000 && bytes < SCRIPT_BYTES_MAX, `${bytes} bytes`)
    // The goal is 1.5 s; on a machine that does ten other things it may take longer.
    assert.ok(first < 10_000, `${first} ms`)
    await other.context.close()
  })

  test('signing out closes the door, signing in leads back to where one was going', async () => {
    await go('/devices')
    await page.getByRole('button', { name: /^Sign out/ }).click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await page.goto(`${thingward.url}/flows?q=service%3Adns`)
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    assert.deepEqual(await violations(page), [])
    await page.getByLabel('Name').fill(NAME)
    await page.getByLabel('Password').fill('not my password')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('alert').waitFor()
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL(/\/flows\?q=service/)
    await rows().first().waitFor()
  })

  test('a session that was ended elsewhere leads to the sign-in and back', async () => {
    await go('/devices')
    await rows().first().waitFor()
    await page.evaluate(async () => {
      const session = await fetch('/api/v1/session')
      const { csrf } = (await session.json()) as { csrf: string }
      await fetch('/api/v1/session', { method: 'DELETE', headers: { 'x-csrf-token': csrf } })
    })
    await page
      .getByRole('link', { name: /^Flows/ })
      .first()
      .click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await page.getByLabel('Name').fill(NAME)
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL(/\/flows/)
  })

  test('nothing came from elsewhere, and the browser had nothing to complain about', () => {
    assert.deepEqual([...watched.hosts], [new URL(thingward.url).host])
    const expected = /status of (400|403|412|422)/
    assert.deepEqual(
      watched.complaints.filter((text) => !expected.test(text)),
      [],
    )
  })
})
