// Findings and receivers for tests: a made-up finding, and a target that does what a test says.
import type { Finding, Severity } from '../../finding/index.ts'
import type { Message, Sender } from './message.ts'
import type { Delivery, Target } from './target.ts'

export const SENDER: Sender = { host: 'sensor-1.example', version: '1.2.3', processId: 77 }
const AT = 1_795_327_258_000_001

/** A finding with a bit of everything that formats stumble over. */
export function findingOf(severity: Severity = 'high', id = 'c2d5baa95c469c73'): Finding {
  return {
    id,
    detector: 'telnet-brute-force',
    title: 'Passwords tried | over Telnet',
    severity,
    confidence: 0.95,
    time: AT,
    window: { from: AT - 5_000_000, to: AT },
    device: 'd4',
    sources: [{ address: '192.168.50.66', mac: '08:00:27:10:00:66', device: 'd4' }],
    targets: [{ address: '2001:db8::7', mac: '', device: '' }],
    expected: 'no more than 3 attempts = quiet',
    seen: '12 attempts with "root"\\]\nfrom Köln',
    count: 12,
    evidence: [{ source: 'a.pcap', frame: 7, time: AT }],
    techniques: ['T1110.001', 'T0859'],
    respond: 'Change the password.',
    falsePositives: 'A monitoring system.',
  }
}

export function messageOf(number: number, more: Partial<Message> = {}): Message {
  const id = String(number).padStart(16, '0')
  const at = AT + number
  return { id: `${id}.1`, at, kind: 'finding.opened', finding: findingOf('high', id), ...more }
}

/** Keeps what arrives; `next` says what becomes of the next batches. */
export class FakeTarget implements Target {
  readonly name = 'fake'
  readonly arrived: string[] = []
  readonly next: ((messages: readonly Message[]) => Delivery)[] = []
  attempts = 0

  async send(messages: readonly Message[]): Promise<Delivery> {
    this.attempts++
    const delivery = this.next.shift()?.(messages) ?? { delivered: messages.length }
    this.arrived.push(...messages.slice(0, delivery.delivered).map(({ id }) => id))
    return delivery
  }

  async close(): Promise<void> {}
}
