// The platform as a person meets it: started on a capture, set up, looked into, stopped, started
// again; nothing is lost, nothing secret is shown.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import {
  Client,
  dataFolder,
  PASSWORD,
  removeFolder,
  ROOT,
  SAMPLE,
  startUp,
  until,
  type Running,
} from './platform.ts'

const isRead = async (client: Client) => {
  const { body } = await client.get('/api/v1/health')
  const [sensor] = body.sensors
  return sensor?.state === 'done' && body
}

test('first visit, lists, restart, everything kept', { timeout: 180_000 }, async (t) => {
  const data = dataFolder()
  let running: Running = await startUp(data, ['--read', SAMPLE])
  t.after(async () => {
    await running.stop()
    removeFolder(data)
  })
  const client = new Client(running)

  await t.test('what is not signed in gets 401, but for set-up', async () => {
    for (const path of ['devices', 'findings', 'flows', 'nothing-there', 'health', 'users']) {
      assert.equal((await client.get(`/api/v1/${path}`)).status, 401, path)
    }
    assert.deepEqual((await client.get('/api/v1/setup')).body, { needed: true })
    assert.equal((await client.get('/api/openapi.json')).body.openapi, '3.1.0')
  })

  await t.test('the set-up code is in a file of ours, and works once', async () => {
    const path = join(data, 'setup-code')
    assert.equal(statSync(path).mode & 0o777, 0o600)
    assert.equal(statSync(data).mode & 0o777, 0o700)
    const wrong = { code: 'AAAA-BBBB-CCCC', name: 'Eve', password: PASSWORD }
    assert.equal((await client.post('/api/v1/setup', wrong)).status, 403)
    const code = readFileSync(path, 'utf8').trim()
    await client.setUp()
    assert.equal(existsSync(path), false)
    const again = await new Client(running).post('/api/v1/setup', { ...wrong, code })
    assert.equal(again.status, 409)
    assert.equal((await client.get('/api/v1/session')).body.user.role, 'owner')
    assert.equal(running.output().includes(code), false, 'no code on what is no terminal')
  })

  const health = await until(() => isRead(client), 60_000)
  assert.equal(health.status, 'ok', JSON.stringify(health.problems))

  let devices: { id: string; name: string }[] = []
  await t.test('devices, findings, flows of the capture', async () => {
    const page = (await client.get('/api/v1/devices?sort=name&limit=500')).body
    devices = page.items
    assert.ok(page.total >= 15, `${page.total} devices`)
    const findings = (await client.get('/api/v1/findings')).body
    assert.ok(findings.items.some(({ title }: { title: string }) => /Telnet/.test(title)))
    const flows = (await client.get('/api/v1/flows?limit=500')).body
    assert.ok(flows.items.length > 100)
    assert.match(flows.items[0].first, /^2026-\d\d-\d\dT.*\d{6}Z$/)
    const traffic = (await client.get('/api/v1/traffic')).body
    assert.ok(traffic.points.length > 1)
    const map = (await client.get('/api/v1/map')).body
    assert.ok(map.edges.length > 5 && map.nodes.length > 10)
  })

  await t.test('each device has its page, most a profile', async () => {
    let profiles = 0
    for (const { id } of devices) {
      const detail = await client.get(`/api/v1/devices/${id}`)
      assert.equal(detail.status, 200, detail.text)
      for (const part of ['conversations', 'findings', 'timeline']) {
        const answer = await client.get(`/api/v1/devices/${id}/${part}`)
        assert.equal(answer.status, 200, `${part}: ${answer.text}`)
      }
      const profile = await client.get(`/api/v1/devices/${id}/profile`)
      if (profile.status !== 200) continue
      profiles++
      assert.ok(profile.body.rules.length >= 0)
      const mud = await client.get(`/api/v1/devices/${id}/mud.json`)
      assert.equal(mud.status, 200, mud.text)
      assert.ok(mud.body['ietf-mud:mud'])
      assert.equal((await client.get(`/api/v1/devices/${id}/difference`)).status, 200)
    }
    assert.ok(profiles >= 10, `${profiles} profiles`)
    const listed: string[] = []
    for (let next = ''; ;) {
      const cursor = next === '' ? '' : `&cursor=${next}`
      const page = (await client.get(`/api/v1/profiles?limit=3${cursor}`)).body
      listed.push(...page.items.map(({ device }: { device: string }) => device))
      if (!page.next) break
      next = page.next
    }
    assert.equal(new Set(listed).size, listed.length)
    assert.equal(listed.length, profiles)
  })

  await t.test('a person sets an owner, closes a finding; with csrf only', async () => {
    const [{ id }] = devices
    const { headers } = await client.get(`/api/v1/devices/${id}`)
    const path = `/api/v1/devices/${id}`
    const body = { owner: 'Facility', name: 'Door camera' }
    assert.equal((await client.send('PATCH', path, { body })).status, 428)
    const match = { 'if-match': String(headers.etag) }
    const { csrf } = client
    client.csrf = ''
    assert.equal((await client.send('PATCH', path, { body, headers: match })).status, 403)
    client.csrf = csrf
    const done = await client.send('PATCH', path, { body, headers: match })
    assert.equal(done.status, 200, done.text)
    assert.equal(done.body.name, 'Door camera')
    assert.equal((await client.send('PATCH', path, { body, headers: match })).status, 412)
    const [finding] = (await client.get('/api/v1/findings')).body.items
    const closed = await client.post(`/api/v1/findings/${finding.id}/close`, { reason: 'tested' })
    assert.equal(closed.body.state, 'closed', closed.text)
    assert.equal(closed.body.decisions[0].by, 'Ada')
  })

  await t.test('a process that dies is started again, and people notice little', async () => {
    if (process.platform !== 'linux') return
    const children = () => {
      const { pid } = running.process
      const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      return text
        .trim()
        .split(' ')
        .map((each) => ({
          pid: Number(each),
          line: readFileSync(`/proc/${each}/cmdline`, 'utf8').replaceAll('\0', ' '),
        }))
    }
    const sensor = children().find(({ line }) => line.includes('sensor-process'))!
    assert.match(sensor.line, /--permission --allow-fs-read=\* /, 'it may write nothing')
    assert.equal(sensor.line.includes('--allow-fs-write'), false)
    const core = children().find(({ line }) => line.includes('core-process'))!
    process.kill(core.pid, 'SIGKILL')
    process.kill(sensor.pid, 'SIGKILL')
    const health = await until(async () => {
      const answer = await client.get('/api/v1/health').catch(() => undefined)
      return answer?.status === 200 && answer.body
    })
    assert.equal(health.store.devices, devices.length, 'counted afresh')
    assert.equal((await client.get('/api/v1/session')).status, 200, 'still signed in')
    await until(() => isRead(client))
  })

  await t.test('stopped and started again, it is all there, once', async () => {
    const counted = async () => {
      const { store } = (await client.get('/api/v1/health')).body
      // Two seconds old at most, and nothing has come in since.
      return { devices: store.devices, findings: store.findings, flows: store.flows }
    }
    const before = await counted()
    assert.equal(await running.stop(), 0, running.output())
    running = await startUp(data, ['--read', SAMPLE])
    const fresh = new Client(running)
    assert.equal((await fresh.signIn('ada')).status, 200, 'names know no case')
    await until(() => isRead(fresh))
    const { store } = (await fresh.get('/api/v1/health')).body
    assert.deepEqual(before, {
      devices: store.devices,
      findings: store.findings,
      flows: store.flows,
    })
    const [sensor] = (await fresh.get('/api/v1/health')).body.sensors
    assert.ok(sensor.frames > 8000, 'what was counted of the capture stays')
    const { items } = (await fresh.get('/api/v1/devices?q=door%20cam')).body
    assert.deepEqual([items.length, items[0].owner], [1, 'Facility'])
    const closed = (await fresh.get('/api/v1/findings?state=closed')).body
    assert.equal(closed.items.length, 1)
  })

  await t.test('no secret in logs and process lists', () => {
    const list = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
    for (const text of [list, running.output()]) assert.equal(text.includes(PASSWORD), false)
    for (const file of globSync('**/*.{key,sqlite,sqlite-wal}', { cwd: data })) {
      assert.equal(statSync(join(data, file)).mode & 0o077, 0, file)
    }
  })

  await t.test('the evidence log is whole, and tells what happened', () => {
    const file = join(data, 'evidence.jsonl')
    const cli = (...words: string[]) =>
      execFileSync(join(ROOT, 'bin/thingward'), words, { encoding: 'utf8' })
    cli('evidence', 'export', '--data', data, '--out', file)
    assert.match(cli('evidence', 'verify', file), /\d+ entries/)
    const text = readFileSync(file, 'utf8')
    for (const kind of ['user.created', 'session.opened', 'device.found', 'finding.close']) {
      assert.ok(text.includes(kind), kind)
    }
    assert.equal(text.includes(PASSWORD), false)
  })
})
