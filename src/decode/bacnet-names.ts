// Names of BACnet's enumerations (ANSI/ASHRAE 135 clause 21): object types, properties, services,
// network messages, BVLC functions; and what each service does to a device.
import type { Operation } from './operation.ts'

const OBJECT_TYPES = (
  'analog-input analog-output analog-value binary-input binary-output binary-value calendar ' +
  'command device event-enrollment file group loop multi-state-input multi-state-output ' +
  'notification-class program schedule averaging multi-state-value trend-log life-safety-point ' +
  'life-safety-zone accumulator pulse-converter event-log global-group trend-log-multiple ' +
  'load-control structured-view access-door timer access-credential access-point access-rights ' +
  'access-user access-zone credential-data-input network-security bitstring-value ' +
  'characterstring-value date-pattern-value date-value datetime-pattern-value datetime-value ' +
  'integer-value large-analog-value octetstring-value positive-integer-value time-pattern-value ' +
  'time-value notification-forwarder alert-enrollment channel lighting-output ' +
  'binary-lighting-output network-port elevator-group escalator lift'
).split(' ')

export const DEVICE = 8

export const objectTypeName = (type: number) => OBJECT_TYPES[type] ?? `object-type-${type}`

const PROPERTIES = new Map([
  [8, 'all'],
  [11, 'apdu-timeout'],
  [12, 'application-software-version'],
  [28, 'description'],
  [30, 'device-address-binding'],
  [36, 'event-state'],
  [44, 'firmware-revision'],
  [56, 'local-date'],
  [57, 'local-time'],
  [58, 'location'],
  [62, 'max-apdu-length-accepted'],
  [70, 'model-name'],
  [75, 'object-identifier'],
  [76, 'object-list'],
  [77, 'object-name'],
  [79, 'object-type'],
  [80, 'optional'],
  [81, 'out-of-service'],
  [85, 'present-value'],
  [87, 'priority-array'],
  [96, 'protocol-object-types-supported'],
  [97, 'protocol-services-supported'],
  [98, 'protocol-version'],
  [103, 'reliability'],
  [104, 'relinquish-default'],
  [105, 'required'],
  [107, 'segmentation-supported'],
  [111, 'status-flags'],
  [112, 'system-status'],
  [117, 'units'],
  [120, 'vendor-identifier'],
  [121, 'vendor-name'],
  [139, 'protocol-revision'],
  [155, 'database-revision'],
  [371, 'property-list'],
  [372, 'serial-number'],
])

export const propertyName = (property: number) => PROPERTIES.get(property) ?? `property-${property}`

/** Properties of the device object whose values are said: they identify it. */
export const IDENTIFYING = new Set([12, 28, 44, 58, 70, 77, 120, 121, 372])

type Service = readonly [name: string, operation: Operation]

const CONFIRMED: readonly Service[] = [
  ['acknowledge-alarm', 'control'],
  ['confirmed-cov-notification', 'monitor'],
  ['confirmed-event-notification', 'monitor'],
  ['get-alarm-summary', 'read'],
  ['get-enrollment-summary', 'read'],
  ['subscribe-cov', 'monitor'],
  ['atomic-read-file', 'read'],
  ['atomic-write-file', 'write'],
  ['add-list-element', 'write'],
  ['remove-list-element', 'write'],
  ['create-object', 'write'],
  ['delete-object', 'write'],
  ['read-property', 'read'],
  ['read-property-conditional', 'read'],
  ['read-property-multiple', 'read'],
  ['write-property', 'write'],
  ['write-property-multiple', 'write'],
  ['device-communication-control', 'control'],
  ['confirmed-private-transfer', 'other'],
  ['confirmed-text-message', 'other'],
  ['reinitialize-device', 'control'],
  ['vt-open', 'other'],
  ['vt-close', 'other'],
  ['vt-data', 'other'],
  ['authenticate', 'other'],
  ['request-key', 'other'],
  ['read-range', 'read'],
  ['life-safety-operation', 'control'],
  ['subscribe-cov-property', 'monitor'],
  ['get-event-information', 'read'],
  ['subscribe-cov-property-multiple', 'monitor'],
  ['confirmed-cov-notification-multiple', 'monitor'],
  ['confirmed-audit-notification', 'monitor'],
  ['audit-log-query', 'read'],
]

const UNCONFIRMED: readonly Service[] = [
  ['i-am', 'discovery'],
  ['i-have', 'discovery'],
  ['unconfirmed-cov-notification', 'monitor'],
  ['unconfirmed-event-notification', 'monitor'],
  ['unconfirmed-private-transfer', 'other'],
  ['unconfirmed-text-message', 'other'],
  ['time-synchronization', 'write'],
  ['who-has', 'discovery'],
  ['who-is', 'discovery'],
  ['utc-time-synchronization', 'write'],
  ['write-group', 'write'],
  ['unconfirmed-cov-notification-multiple', 'monitor'],
  ['unconfirmed-audit-notification', 'monitor'],
  ['who-am-i', 'discovery'],
  ['you-are', 'write'],
]

const unknown = (choice: number): Service => [`service-${choice}`, 'other']

export const confirmedService = (choice: number): Service => CONFIRMED[choice] ?? unknown(choice)
export const unconfirmedService = (choice: number): Service =>
  UNCONFIRMED[choice] ?? unknown(choice)

const NETWORK_MESSAGES = new Map([
  [0, 'who-is-router-to-network'],
  [1, 'i-am-router-to-network'],
  [2, 'i-could-be-router-to-network'],
  [3, 'reject-message-to-network'],
  [4, 'router-busy-to-network'],
  [5, 'router-available-to-network'],
  [6, 'initialize-routing-table'],
  [7, 'initialize-routing-table-ack'],
  [8, 'establish-connection-to-network'],
  [9, 'disconnect-connection-to-network'],
  [18, 'what-is-network-number'],
  [19, 'network-number-is'],
])

export const networkMessageName = (type: number) =>
  NETWORK_MESSAGES.get(type) ?? `network-message-${type}`

/** BVLC functions of BACnet/IP (annex J.2). */
export const BVLC = [
  'result',
  'write-broadcast-distribution-table',
  'read-broadcast-distribution-table',
  'read-broadcast-distribution-table-ack',
  'forwarded-npdu',
  'register-foreign-device',
  'read-foreign-device-table',
  'read-foreign-device-table-ack',
  'delete-foreign-device-table-entry',
  'distribute-broadcast-to-network',
  'original-unicast-npdu',
  'original-broadcast-npdu',
  'secure-bvll',
] as const

/** ReinitializeDevice: state of device (clause 21). */
export const RESTARTS = [
  'cold-start',
  'warm-start',
  'start-backup',
  'end-backup',
  'start-restore',
  'end-restore',
  'abort-restore',
  'activate-changes',
]

/** DeviceCommunicationControl: what it sets. */
export const COMMUNICATION = ['enable', 'disable', 'disable-initiation']
