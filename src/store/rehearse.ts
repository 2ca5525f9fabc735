// A store in memory and devices to put into it, for tests.
import type { Device } from '../inventory/index.ts'
import { DeviceAdmission, type ObservedDevice, type Sighting } from './device-admission.ts'
import { Devices } from './devices.ts'
import { Store } from './store.ts'

export const START = 1_700_000_000_000_000

/** A device as a sensor would tell it; most of it is empty. */
export function deviceOf(ref: string, part: Partial<Device> = {}): ObservedDevice {
  const device: Device = {
    id: ref,
    name: part.macs?.[0] ?? ref,
    kind: 'device',
    macs: [],
    randomisedMacs: [],
    addresses: [],
    vlans: [0],
    identities: [],
    attributes: {},
    software: [],
    services: [],
    mudUrls: [],
    firstSeen: START,
    lastSeen: START,
    packetsIn: 1,
    packetsOut: 1,
    bytesIn: 100,
    bytesOut: 100,
    limits: [],
    placement: 'adjacent',
    behind: '',
    merges: [],
    contradictions: [],
    endpoints: [],
    ...part,
  }
  return { ref, device }
}

/** An attribute that one source told. */
export const told = (value: string, confidence = 0.8, source = 'dhcp-hostname') => ({
  value,
  confidence,
  contradictions: [],
  observations: [
    { source, text: value, value, confidence, frame: 1, time: START, last: START, count: 1 },
  ],
})

/** Uses of addresses, all at the start. */
export const uses = (...addresses: string[]) =>
  addresses.map((address) => ({ address, first: START, last: START }))

/** A store with a clock that a test turns, and what was put on record. */
export async function rehearseStore() {
  const time = { now: START }
  const store = await Store.open({ path: ':memory:', clock: () => time.now })
  const recorded: string[] = []
  store.recordTo({ write: ({ kind, subject }) => recorded.push(`${kind} ${subject}`) })
  const devices = new Devices(store)
  /** One batch of a session. */
  const see = (
    admission: DeviceAdmission,
    list: readonly ObservedDevice[],
    sighting: Partial<Sighting> = {},
  ) =>
    store.change((change) =>
      admission.admit(
        change,
        {
          site: 'here',
          segment: 'lan',
          actor: 'sensor:lan',
          source: 'test',
          run: 'run 1',
          observed: START,
          ...sighting,
        },
        list,
      ),
    )
  const all = async () => (await devices.list({ limit: 500, sort: 'name' })).items
  return { store, devices, time, recorded, see, all, session: () => new DeviceAdmission() }
}
