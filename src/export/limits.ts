// The bounds of what goes out: queues on disk, messages, waits.
import type { Limit } from '../core/limits.ts'

/** By what is bounded; what meets one is counted and told to the receiver. */
export const EXPORT_LIMITS = Object.freeze({
  outboxBytes: {
    name: 'outboxBytes',
    value: 67_108_864,
    unit: 'bytes',
    why: 'messages that wait on disk for one receiver; the oldest go first',
  },
  outboxAge: {
    name: 'outboxAge',
    value: 604_800,
    unit: 'seconds',
    why: 'a message that waited longer is old news',
  },
  outboxRecord: {
    name: 'outboxRecord',
    value: 262_144,
    unit: 'bytes',
    why: 'one message in the queue',
  },
  syslogDatagram: {
    name: 'syslogDatagram',
    value: 2048,
    unit: 'bytes',
    why: 'RFC 5424 6.1: receivers should accept as much; longer ones are cut',
  },
  syslogMessage: {
    name: 'syslogMessage',
    value: 8192,
    unit: 'bytes',
    why: 'over TCP and TLS: what rsyslog takes unless told otherwise',
  },
} satisfies { [name: string]: Limit })
