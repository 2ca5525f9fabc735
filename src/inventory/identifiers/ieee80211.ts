// Wi-Fi management frames: who announces a network is an access point, or a device that lets others
// connect to it; Wi-Fi Protected Setup carries its maker's words.
import type { Transaction } from '../../flow/index.ts'
import type { Category } from '../device.ts'
import { MARK, textOf, textsOf, type Identifier, type Notebook } from '../identifier.ts'
import { applyHints } from '../tables/hint.ts'
import { MODELS } from '../tables/models.ts'

/** Categories of Wi-Fi Protected Setup that are ours too. */
const TYPES = new Map<string, Category>([
  ['computer', 'computer'],
  ['printer', 'printer'],
  ['camera', 'camera'],
  ['storage', 'nas'],
  ['network-infrastructure', 'access-point'],
  ['display', 'tv'],
  ['gaming-device', 'console'],
  ['telephone', 'phone'],
])

export const identifier: Identifier = {
  id: 'ieee80211',
  title: 'Wi-Fi beacons and Wi-Fi Protected Setup',
  protocols: ['ieee80211'],

  observe(transaction: Transaction, notebook: Notebook) {
    const { fields, source } = transaction
    const { kind } = fields
    const deviceType = textOf(fields, 'deviceType')
    const type = TYPES.get(deviceType)
    if (type) notebook.note(source, 'wps-device-type', deviceType)?.type(type, 0.85)
    if (kind === 'beacon' || kind === 'probe-response') network(transaction, notebook, type)
    if (kind !== 'probe-response' && kind !== 'association-request' && kind !== 'probe-request')
      return
    for (const name of ['manufacturer', 'model', 'serial'] as const) {
      const value = textOf(fields, name)
      if (value === '' || PLACEHOLDER.test(value)) continue
      const note = notebook.note(source, `wps-${name}`, value)
      if (!note) continue
      note.says(name, value, 0.8)
      if (name === 'model') applyHints(note, value, MODELS)
      if (name === 'serial') note.identity('serial', value)
    }
    const name = textOf(fields, 'deviceName')
    notebook.note(source, 'wps-device-name', name)
  },
}

/** What drivers' examples say, and devices leave as it is. */
const PLACEHOLDER = /^(?:0+|1234567?8?|none|unknown|default|123456)$/i

function network({ fields, source }: Transaction, notebook: Notebook, type?: Category): void {
  const protection = textsOf(fields, 'protection').join(', ')
  const ssid = textOf(fields, 'ssid')
  const note = notebook.note(source, 'wifi-network', `${ssid || '(hidden)'}: ${protection}`)
  // Wi-Fi Direct: a printer or television is its own access point (Wi-Fi Direct 3.2.1).
  if (!note || ssid.startsWith('DIRECT-')) return
  if (type === undefined) note.type('access-point', 0.8)
  notebook.mark(source, MARK.bridge)
}
