// Starts the real program with a capture, and a real browser to look at it: what the tests of the
// console stand on. Everything started here is stopped by `stop`.
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'

const ROOT = join(import.meta.dirname, '../..')
const SAMPLE = join(ROOT, 'test/captures/sample/input.pcap')
const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser']
const START_MS_MAX = 90_000

/** A running Thingward. */
export interface Running {
  readonly url: string
  readonly setupCode: string
  readonly stop: () => Promise<void>
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  return port
}

/** Starts `thingward up --read SAMPLE` on a free port, with a data folder of its own. */
export async function startThingward(): Promise<Running> {
  const data = mkdtempSync(join(tmpdir(), 'thingward-console-'))
  const port = await freePort()
  const words = ['up', '--read', SAMPLE, '--data', data, '--listen', `127.0.0.1:${port}`]
  const child = spawn(join(ROOT, 'bin/thingward'), words, { cwd: ROOT, stdio: 'pipe' })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  }
  const stop = async () => {
    await end(child)
    rmSync(data, { recursive: true, force: true })
  }
  const code = join(data, 'setup-code')
  const until = Date.now() + START_MS_MAX
  while (!output.includes('console on') || !existsSync(code)) {
    if (child.exitCode !== null || Date.now() > until) {
      await stop()
      throw new Error(`thingward up did not start:\n${output}`)
    }
    await sleep(100)
  }
  const setupCode = readFileSync(code, 'utf8').trim()
  return { url: `https://127.0.0.1:${port}`, setupCode, stop }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const ended = new Promise((done) => child.once('exit', done))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 15_000)
  await ended
  clearTimeout(timer)
}

/** `args`: further ones for Chromium. */
export const openBrowser = (args: readonly string[] = []): Promise<Browser> =>
  chromium.launch({
    executablePath: BROWSERS.find((path) => existsSync(path)),
    // Tests run as root in places; there is no graphics card for the map.
    args: ['--no-sandbox', '--enable-unsafe-swiftshader', ...args],
  })

/** A page that keeps what a browser complains about. */
export interface Watched {
  readonly page: Page
  readonly context: BrowserContext
  /** Errors of the console and of scripts, policy violations among them. */
  readonly complaints: string[]
  /** Hosts that were asked for anything. */
  readonly hosts: Set<string>
}

interface Look {
  readonly width?: number
  readonly dark?: boolean
  /** The browser was started so that it trusts our certificate. */
  readonly trusted?: boolean
  readonly state?: Awaited<ReturnType<BrowserContext['storageState']>>
}

export async function watchedPage(browser: Browser, look: Look = {}): Promise<Watched> {
  const { width = 1440, dark = false, trusted = false, state } = look
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: dark ? 'dark' : 'light',
    // The certificate is from an authority of our own.
    ignoreHTTPSErrors: !trusted,
    ...(state && { storageState: state }),
  })
  context.setDefaultTimeout(30_000)
  const page = await context.newPage()
  const complaints: string[] = []
  const hosts = new Set<string>()
  page.on('console', (message) => {
    // 'Am I signed in?' is asked by asking.
    if (message.type() === 'error' && !message.text().includes('401')) {
      complaints.push(message.text())
    }
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('request', (request) => hosts.add(new URL(request.url()).host))
  return { page, context, complaints, hosts }
}

const AXE = readFileSync(join(ROOT, 'node_modules/axe-core/axe.min.js'), 'utf8')

interface Violation {
  readonly id: string
  readonly nodes: readonly { readonly html: string }[]
}

/** What axe finds on the page as it stands, one line each. */
export async function violations(page: Page): Promise<string[]> {
  // Through the debugger: the console's policy lets no foreign script in, and that is right.
  await page.evaluate(AXE)
  const found = await page.evaluate(
    'axe.run(document).then(({ violations }) => ' +
      'violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => ({ html })) })))',
  )
  return (found as Violation[]).map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 160)}`)
}
