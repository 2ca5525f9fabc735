// The notes taken while a foreign file is read: what was repaired, what is wrong. Bounded.
import type { Problem, Repair, RepairKind } from './mud-file.ts'

const NOTES_MAX = 10_000

export class Reading {
  readonly repairs: Repair[] = []
  readonly problems: Problem[] = []

  repaired(kind: RepairKind, where: string): void {
    if (this.repairs.length < NOTES_MAX) this.repairs.push({ kind, where })
  }

  error(where: string, what: string): void {
    this.problem({ severity: 'error', where, what })
  }

  warning(where: string, what: string): void {
    this.problem({ severity: 'warning', where, what })
  }

  private problem(problem: Problem): void {
    if (this.problems.length < NOTES_MAX) this.problems.push(problem)
  }
}
