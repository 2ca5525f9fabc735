// How every child process begins and ends: the supervisor hands over what it needs (never by the
// command line, which others can read), and asks it to stop; without a supervisor it stops too.

/** Resolves with what the supervisor sent first. */
export function startOf<Settings>(): Promise<Settings> {
  // Ctrl-C on a terminal reaches everybody; the supervisor decides who stops when.
  process.on('SIGINT', () => {})
  return new Promise((resolve) => {
    const hear = (message: { start?: Settings }) => {
      if (!message.start) return
      process.off('message', hear)
      resolve(message.start)
    }
    process.on('message', hear)
  })
}

/** Calls back once: at SIGTERM, or when the supervisor is gone. */
export function whenToStop(stop: () => void): void {
  let isStopping = false
  const once = () => {
    if (isStopping) return
    isStopping = true
    stop()
  }
  process.on('SIGTERM', once).on('disconnect', once)
}

/** Tells the supervisor something that is not for the bus. */
export function tellSupervisor(message: object): void {
  if (process.connected) process.send!(message, undefined, {}, () => {})
}
