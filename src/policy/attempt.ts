// A single flow as what profiles judge: one attempt for each profiled device that takes part in it.
import type { Flow } from '../flow/index.ts'
import type { Attempt } from './decide.ts'
import { isProfiled } from './device.ts'
import { isReversed } from './orientation.ts'
import type { Site } from './site.ts'

/** An attempt with the id of the device whose profile judges it. */
export interface DeviceAttempt extends Attempt {
  readonly device: string
}

/**
 * The flow seen from each profiled end; none when no device of ours takes part. Copies what it
 * keeps.
 */
export function attemptsOf(flow: Flow, site: Site): DeviceAttempt[] {
  const turned = isReversed(flow)
  const client = turned ? flow.responder : flow.originator
  const server = turned ? flow.originator : flow.responder
  const attempts: DeviceAttempt[] = []
  for (const endpoint of [client, server]) {
    const device = site.deviceAt(endpoint)
    if (!device || !isProfiled(device, site.context)) continue
    const isClient = endpoint === client
    const peer = isClient ? server : client
    if (site.deviceAt(peer) === device) continue
    const name = isClient && !turned ? flow.serverName : ''
    attempts.push({
      device: device.id,
      initiated: isClient ? 'device' : 'peer',
      peer: site.peer(peer, name, flow.nameSource),
      ...portsOf(flow, turned),
      family: flow.family,
      ipProtocol: flow.ipProtocol,
      service: flow.service,
      operations: 0,
      topics: [],
      answered: flow.originatorPackets > 0 && flow.responderPackets > 0,
      first: flow.first,
      last: flow.last,
      flows: 1,
    })
  }
  return attempts
}

function portsOf(flow: Flow, turned: boolean) {
  const client = turned ? flow.responderPort : flow.originatorPort
  const server = turned ? flow.originatorPort : flow.responderPort
  const icmp = flow.ipProtocol === 1 || flow.ipProtocol === 58
  if (icmp) {
    return { port: ((client & 255) << 8) | (server & 255), clientPortMin: 0, clientPortMax: 0 }
  }
  return { port: server, clientPortMin: client, clientPortMax: client }
}
