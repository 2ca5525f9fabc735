// The inventory's device in the policy's words.
import type { Device } from '../../inventory/index.ts'
import type { DeviceRole, PolicyDevice } from '../../policy/index.ts'

const CONTROLLERS = new Set(['hub', 'hmi', 'gateway', 'plc'])

/** Attributes count from even odds on; below that they are no ground for a permission. */
export function policyDevice(device: Device): PolicyDevice {
  const sure = (name: 'manufacturer' | 'model' | 'firmware') => {
    const attribute = device.attributes[name]
    return attribute && attribute.confidence >= 0.5 ? { [name]: attribute.value } : {}
  }
  return {
    id: device.id,
    name: device.name,
    ...sure('manufacturer'),
    ...sure('model'),
    ...sure('firmware'),
    ...reopenedBy(device),
    role: roleOf(device),
    endpoints: device.endpoints,
    macs: device.macs,
    addresses: device.addresses.map((use) => use.address),
    placement: device.placement,
    vlans: device.vlans,
    ...(device.mudUrls.length > 0 && { mudUrl: device.mudUrls[0] }),
  }
}

/** Another firmware may need other things: learning begins anew with the latest. */
function reopenedBy({ firmwareChanges }: Device): Pick<PolicyDevice, 'reopened'> {
  const change = firmwareChanges?.at(-1)
  if (!change) return {}
  const because = `firmware ${change.before} became ${change.after}`
  return { reopened: { at: change.time, because } }
}

function roleOf({ kind, attributes }: Device): DeviceRole {
  if (kind === 'infrastructure') return 'infrastructure'
  if (kind === 'person') return 'personal'
  return CONTROLLERS.has(attributes.type?.value ?? '') ? 'controller' : 'thing'
}
