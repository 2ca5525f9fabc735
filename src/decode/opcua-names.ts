// Services of OPC UA by the numeric id of their binary encoding (OPC 10000-6 annex A), and what
// each does.
import type { Operation } from './operation.ts'

export type OpcuaService = readonly [name: string, operation: Operation, response: boolean]

/** Ids of messages whose bodies are read. */
export const MESSAGE = {
  fault: 397,
  findServersResponse: 425,
  getEndpointsRequest: 428,
  getEndpointsResponse: 431,
  openRequest: 446,
  openResponse: 449,
  createSessionRequest: 461,
  createSessionResponse: 464,
  activateSessionRequest: 467,
  browseRequest: 527,
  readRequest: 631,
  readResponse: 634,
  writeRequest: 673,
  callRequest: 712,
  publishRequest: 826,
  publishResponse: 829,
} as const

const REQUESTS: readonly (readonly [number, string, Operation])[] = [
  [422, 'FindServers', 'discovery'],
  [428, 'GetEndpoints', 'discovery'],
  [437, 'RegisterServer', 'discovery'],
  [446, 'OpenSecureChannel', 'other'],
  [452, 'CloseSecureChannel', 'other'],
  [461, 'CreateSession', 'other'],
  [467, 'ActivateSession', 'other'],
  [473, 'CloseSession', 'other'],
  [479, 'Cancel', 'other'],
  [488, 'AddNodes', 'write'],
  [494, 'AddReferences', 'write'],
  [500, 'DeleteNodes', 'write'],
  [506, 'DeleteReferences', 'write'],
  [527, 'Browse', 'discovery'],
  [533, 'BrowseNext', 'discovery'],
  [554, 'TranslateBrowsePathsToNodeIds', 'discovery'],
  [560, 'RegisterNodes', 'other'],
  [566, 'UnregisterNodes', 'other'],
  [615, 'QueryFirst', 'read'],
  [621, 'QueryNext', 'read'],
  [631, 'Read', 'read'],
  [664, 'HistoryRead', 'read'],
  [673, 'Write', 'write'],
  [700, 'HistoryUpdate', 'write'],
  [712, 'Call', 'control'],
  [751, 'CreateMonitoredItems', 'monitor'],
  [763, 'ModifyMonitoredItems', 'monitor'],
  [769, 'SetMonitoringMode', 'monitor'],
  [775, 'SetTriggering', 'monitor'],
  [781, 'DeleteMonitoredItems', 'monitor'],
  [787, 'CreateSubscription', 'monitor'],
  [793, 'ModifySubscription', 'monitor'],
  [799, 'SetPublishingMode', 'monitor'],
  [826, 'Publish', 'monitor'],
  [832, 'Republish', 'monitor'],
  [841, 'TransferSubscriptions', 'monitor'],
  [847, 'DeleteSubscriptions', 'monitor'],
]

// A response's id is its request's plus three; the younger services were numbered in a row.
const SERVICES = new Map<number, OpcuaService>([
  ...REQUESTS.flatMap(([id, name, operation]): [number, OpcuaService][] => [
    [id, [name, operation, false]],
    [id + 3, [name, operation, true]],
  ]),
  [397, ['ServiceFault', 'other', true]],
  [12208, ['FindServersOnNetwork', 'discovery', false]],
  [12209, ['FindServersOnNetwork', 'discovery', true]],
  [12211, ['RegisterServer2', 'discovery', false]],
  [12212, ['RegisterServer2', 'discovery', true]],
])

export const opcuaService = (id: number): OpcuaService | undefined => SERVICES.get(id)

/** Variables of the server object that identify its software: numeric node id to name. */
export const BUILD = new Map([
  ['i=2261', 'productName'],
  ['i=2262', 'productUri'],
  ['i=2263', 'manufacturer'],
  ['i=2264', 'softwareVersion'],
  ['i=2265', 'buildNumber'],
])
