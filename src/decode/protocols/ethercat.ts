// EtherCAT (IEC 61158-4-12): a master's frame passes through all slaves. Said for each new
// combination of commands in a flow, and whenever the master asks slaves for another state; the
// cyclic rest is not.
import type { Cursor } from '../../core/cursor.ts'
import type { Operation } from '../operation.ts'
import { MORE, NEXT, ethernet, type Message, type Progress, type Protocol } from '../protocol.ts'

export type EthercatFields = {
  readonly kind: 'frame'
  readonly operation: Operation
  /** Commands of the frame's datagrams, each once, in order, e.g. ['BRD', 'LRW']. */
  readonly commands: readonly string[]
  readonly datagrams: number
  /** State that the master asks for, and of which station (position or address; absent for all). */
  readonly state?: string
  readonly station?: number
}

const COMMANDS = 'NOP APRD APWR APRW FPRD FPWR FPRW BRD BWR BRW LRD LWR LRW ARMW FRMW'.split(' ')
/** Commands whose data slaves take over. */
const WRITES = new Set([2, 3, 5, 6, 8, 9, 11, 12])
const BROADCAST_WRITE = 8
const LOGICAL_FIRST = 10
const LOGICAL_LAST = 12
const STATES = new Map([
  [1, 'init'],
  [2, 'pre-operational'],
  [3, 'bootstrap'],
  [4, 'safe-operational'],
  [8, 'operational'],
])
const STATE_REGISTER = 0x0120
const TYPE_COMMANDS = 1
const DATAGRAMS_MAX = 64
const SAID_MAX = 64

/** Combinations of commands said in this flow, as numbers. */
type State = { readonly said: number[] }

/** A write to the state register of physically addressed slaves. */
const isStateRequest = (command: number, register: number) =>
  register === STATE_REGISTER &&
  WRITES.has(command) &&
  (command < LOGICAL_FIRST || command > LOGICAL_LAST)

function sayState(message: Message, command: number, station: number, value: number): void {
  message.emit({
    kind: 'frame',
    operation: 'control',
    commands: [COMMANDS[command]],
    datagrams: 1,
    state: STATES.get(value & 15) ?? `state ${value & 15}`,
    station: command === BROADCAST_WRITE ? undefined : station,
  } satisfies EthercatFields)
}

/** Walks the datagrams: their commands, and a number for their order (-1 when one is broken). */
function readDatagrams(body: Cursor, message: Message): { commands: number[]; shape: number } {
  const commands: number[] = []
  let shape = 17
  let more = true
  while (more && commands.length < DATAGRAMS_MAX) {
    const command = body.u8()
    body.skip(1)
    const station = body.u16le()
    const register = body.u16le()
    const length = body.u16le()
    body.skip(2)
    const size = length & 0x7ff
    const value = body.peek()
    body.skip(size + 2)
    if (body.overrun || command >= COMMANDS.length) return { commands, shape: -1 }
    if (size > 0 && isStateRequest(command, register)) sayState(message, command, station, value)
    commands.push(command)
    shape = (Math.imul(shape, 31) + command) & 0x7fffffff
    more = (length & 0x8000) !== 0
  }
  return { commands, shape }
}

export const protocol: Protocol = {
  id: 'ethercat',
  title: 'EtherCAT',
  spec: 'IEC 61158-4-12',
  over: [ethernet(0x88a4)],
  industrial: true,
  packets: Infinity,

  decode(cursor: Cursor, message: Message): Progress {
    const head = cursor.u16le()
    const length = head & 0x7ff
    if (!cursor.has(length) || length === 0) {
      cursor.seek(cursor.end)
      if (message.packet.cut) return MORE
      message.anomaly('ethercat-short')
      return NEXT
    }
    const body = cursor.sub(length)
    cursor.seek(cursor.end)
    if (head >> 12 !== TYPE_COMMANDS) return NEXT
    const { commands, shape } = readDatagrams(body, message)
    if (shape < 0) {
      message.anomaly('ethercat-datagram')
      return NEXT
    }
    const state = (message.state ??= { said: [] }) as State
    if (state.said.includes(shape) || state.said.length >= SAID_MAX) return NEXT
    state.said.push(shape)
    const names = [...new Set(commands)].map((command) => COMMANDS[command])
    const writes = commands.some((command) => WRITES.has(command))
    message.emit({
      kind: 'frame',
      operation: writes ? 'write' : 'read',
      commands: names,
      datagrams: commands.length,
    } satisfies EthercatFields)
    return NEXT
  },
}
