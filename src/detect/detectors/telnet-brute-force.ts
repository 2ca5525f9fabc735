// Passwords tried at a Telnet door: how Mirai and its heirs spread.
import { EARLY, Guessing, PACE, PAIRS, REFUSALS, WINDOW } from '../guessing.ts'
import type { Detector } from '../detector.ts'

export const detector: Detector = {
  id: 'telnet-brute-force',
  title: 'Telnet passwords being guessed',
  severity: 'high',
  techniques: ['T1110.001', 'T1021', 'T0859'],
  why: 'IoT malware spreads by trying factory passwords at Telnet; each success attacks others.',
  respond:
    'Take the guessing device off the network; it is most likely infected. Switch Telnet off at ' +
    'the target, or change its password if it must stay.',
  falsePositives: 'A script with an old password; it tries one user at a steady pace.',
  limits: [PAIRS, WINDOW, REFUSALS, EARLY, PACE],
  create(context) {
    const guessing = new Guessing(context)
    return {
      transactions: {
        telnet: ({ fields, source, destination, time, frame, fromOriginator, sourcePort }) => {
          if (fields.kind !== 'login-result') return
          const [client, server] = fromOriginator ? [source, destination] : [destination, source]
          const user = typeof fields.user === 'string' ? fields.user : undefined
          const attempt = { client, server, time, frame, accepted: fields.accepted === true, user }
          guessing.attempt(attempt, { protocol: 'Telnet', port: sourcePort })
        },
      },
    }
  },
}
