// Operating errors: what a person can act on. Each carries a stable code, a safe message that says
// what to do, and the exit code of the command line. Everything else that is thrown is our own
// fault.

/** Exit codes of the command line, documented in docs/reference/exit-codes.md. */
export const EXIT = { ok: 0, findings: 1, input: 2, setup: 3, fault: 70, interrupted: 130 } as const

/** An error a person can act on; `message` is safe to print (no secrets, no payload). */
export class OperatingError extends Error {
  readonly code: string
  readonly exitCode: number

  constructor(code: string, message: string, options: { exitCode?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.name = 'OperatingError'
    this.code = code
    this.exitCode = options.exitCode ?? EXIT.input
  }
}
