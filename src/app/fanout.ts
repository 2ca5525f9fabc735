// Hands every flow and transaction to all listeners, in the order they were added. Sealed before
// the run, so that the calls stay cheap.
import type { Flow, FlowObserver, Transaction } from '../flow/index.ts'

export class Fanout implements FlowObserver {
  flowStart: FlowObserver['flowStart'] = undefined
  private readonly listeners: FlowObserver[] = []
  private starts: FlowObserver[] = []
  private ends: FlowObserver[] = []
  private speakers: FlowObserver[] = []
  private clocks: FlowObserver[] = []

  add(listener: FlowObserver): void {
    this.listeners.push(listener)
  }

  /** No listener is added afterwards. */
  seal(): void {
    this.starts = this.listeners.filter((listener) => listener.flowStart)
    this.ends = this.listeners.filter((listener) => listener.flowEnd)
    this.speakers = this.listeners.filter((listener) => listener.transaction)
    this.clocks = this.listeners.filter((listener) => listener.tick)
    // Without a listener the flow table need not even fill in the Flow.
    if (this.starts.length > 0) this.flowStart = (flow) => this.start(flow)
  }

  private start(flow: Flow): void {
    for (const listener of this.starts) listener.flowStart!(flow)
  }

  flowEnd(flow: Flow): void {
    for (const listener of this.ends) listener.flowEnd!(flow)
  }

  transaction(transaction: Transaction): void {
    for (const listener of this.speakers) listener.transaction!(transaction)
  }

  tick(time: number): void {
    for (const listener of this.clocks) listener.tick!(time)
  }
}
