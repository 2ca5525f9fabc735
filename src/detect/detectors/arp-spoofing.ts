// Two MACs claim one address by turns: somebody wants to stand between a device and its gateway.
// Also for IPv6 neighbour advertisements. A single change is a new device or a new lease, not an
// attack.
import { SECOND } from '../../core/clock.ts'
import { parseMac } from '../../core/addresses.ts'
import type { Transaction } from '../../flow/index.ts'
import { threshold, type DetectContext, type Detector } from '../detector.ts'

const ADDRESSES = threshold('addresses', '16384 addresses', 'addresses whose claims are watched')
const WINDOW = threshold('window', '600 seconds', 'claims further apart are a change, not a fight')
const CLAIMS = threshold('claims', '3 claims', 'a mistake happens once; poisoning must be repeated')

interface Claim {
  readonly address: string
  readonly mac: string
  readonly endpoint: number
  readonly first: number
  last: number
  frame: number
  count: number
}

export const detector: Detector = {
  id: 'arp-spoofing',
  title: 'Address claimed by two devices (ARP or ND spoofing)',
  severity: 'high',
  techniques: ['T1557.002', 'T0830'],
  why: 'Whoever answers for another address receives its traffic and can read and change it.',
  respond:
    'Find the port of the second MAC and take it off the network; then look at what it received ' +
    'meanwhile. Turn on dynamic ARP inspection or port security where the switch has it.',
  falsePositives:
    'Router redundancy with its own MACs (VRRP and HSRP addresses are left out), a wrongly ' +
    'configured duplicate address, proxy ARP.',
  limits: [ADDRESSES, WINDOW, CLAIMS],
  create(context) {
    const claims = context.table<Claim[]>(ADDRESSES)
    const claim = (address: string, mac: string, transaction: Transaction) => {
      const list = claims.get(address) ?? claims.set(address, [])
      const { time, frame } = transaction
      let mine = list.find((entry) => entry.mac === mac)
      if (!mine) {
        if (!isClaimable(address, mac)) return
        if (list.length >= 8) list.shift()
        mine = {
          address,
          mac,
          endpoint: transaction.source,
          first: time,
          last: time,
          frame,
          count: 0,
        }
        list.push(mine)
      }
      mine.last = time
      mine.frame = frame
      mine.count++
      const rival = list.find(
        (entry) => entry !== mine && time - entry.last < WINDOW.value * SECOND && entry.count >= 1,
      )
      if (rival) judge(context, mine, rival)
    }
    return {
      transactions: {
        arp: (transaction) => {
          const { kind, senderAddress, senderMac } = transaction.fields
          if (kind === 'probe') return
          claim(String(senderAddress), String(senderMac), transaction)
        },
        icmpv6: (transaction) => {
          const { kind, target, linkAddress } = transaction.fields
          if (kind === 'neighbour-advertisement' && target && linkAddress) {
            claim(String(target), String(linkAddress), transaction)
          }
        },
      },
    }
  },
}

/**
 * Left out: no address, VRRP and HSRP MACs (RFC 5798 7.3; Cisco's 00:00:0c:07:ac and 00:05:73:a0).
 */
function isClaimable(address: string, mac: string): boolean {
  if (address === '0.0.0.0' || address === '' || parseMac(mac) <= 0) return false
  return !/^(00:00:5e:00:0[12]:|00:00:0c:07:ac:|00:00:0c:9f:f|00:05:73:a0:)/.test(mac)
}

/** A fight: the newcomer claims again and again while the older one is still alive. */
function judge(context: DetectContext, one: Claim, other: Claim): void {
  const { address } = one
  const [owner, newcomer] = one.first <= other.first ? [one, other] : [other, one]
  // The older one must have spoken after the newcomer came, or the newcomer insists without being
  // asked.
  const fought = owner.last > newcomer.first
  if (newcomer.count < CLAIMS.value || (!fought && newcomer.count < CLAIMS.value * 2)) return
  const from = newcomer.first
  const to = Math.max(owner.last, newcomer.last)
  context.raise({
    key: `${address} ${owner.mac} ${newcomer.mac}`,
    about: newcomer.endpoint,
    confidence: fought ? 0.9 : 0.6,
    severity: fought ? 'high' : 'medium',
    from,
    to,
    sources: [newcomer.endpoint],
    targets: [owner.endpoint],
    expected: `${address} is at ${owner.mac}`,
    seen: `${newcomer.mac} claims ${address} as well, ${newcomer.count} times`,
    frames: [newcomer.frame, owner.frame],
    count: newcomer.count,
    taints: { originator: newcomer.endpoint, responder: 0, port: -1, from, to },
  })
}
