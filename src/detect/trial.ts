// A trial for one detector: hand-made flows and transactions in, findings out. Every detector's own
// test stands on it.
import { AddressBook, parseMac } from '../core/addresses.ts'
import { EndpointTable, Flow, type Fields, type Transaction } from '../flow/index.ts'
import { Detection, type RaisedFinding } from './detection.ts'
import type { Detector } from './detector.ts'

export class Trial {
  readonly endpoints = new EndpointTable(4096, new AddressBook(1024))
  readonly detection: Detection
  private frame = 0

  constructor(detector: Detector) {
    const { endpoints } = this
    const isLocal = (endpoint: number) => {
      const scope = endpoints.addresses.scope(endpoints.address(endpoint))
      return scope !== 'global'
    }
    this.detection = new Detection({ detectors: [detector], endpoints, isLocal })
  }

  /** An endpoint by its texts. */
  at(address: string, mac = ''): number {
    const key = address === '' ? -1 : this.endpoints.addresses.parse(address)
    return this.endpoints.internKeys(mac === '' ? -1 : parseMac(mac), key, 0)
  }

  /** One ended flow; what is not given is an answered TCP flow of one packet each way. */
  flow(from: number, to: number, rest: Partial<Flow>): this {
    const flow = Object.assign(new Flow(), {
      id: ++this.frame * 8,
      frame: this.frame,
      originator: from,
      responder: to,
      ipProtocol: 6,
      originatorPort: 40000,
      originatorPackets: 1,
      responderPackets: 1,
      originatorBytes: 60,
      responderBytes: 60,
      state: 'SF',
      directionCertain: true,
      ...rest,
    })
    flow.last ||= flow.first
    this.detection.flowStart(flow)
    this.detection.flowEnd(flow)
    return this
  }

  /** One message from `from` to `to`. */
  says(
    protocol: string,
    [from, to]: readonly [number, number],
    rest: Partial<Transaction> & { fields: Fields },
  ): this {
    this.detection.transaction({
      protocol,
      source: from,
      destination: to,
      time: 0,
      frame: ++this.frame,
      flow: 0,
      sourcePort: 40000,
      destinationPort: 0,
      fromOriginator: true,
      ...rest,
    })
    return this
  }

  tick(time: number): this {
    this.detection.tick(time)
    return this
  }

  findings(): readonly RaisedFinding[] {
    return this.detection.finish()
  }
}
