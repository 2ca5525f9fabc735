// Passwords tried at an SSH door. What is said is encrypted; but a refused login is a short
// connection of a typical size, and nobody opens many of those in a row.
import { SECOND } from '../../core/clock.ts'
import { Guessing, PAIRS, WINDOW } from '../guessing.ts'
import { threshold, type Detector } from '../detector.ts'

const CONNECTIONS = threshold(
  'connections',
  '8 connections',
  'more short SSH sessions than scripts make',
)
const SESSION_BYTES = threshold(
  'sessionBytes',
  '6000 bytes',
  'a refused login is smaller than any session',
)
const SESSION_SECONDS = threshold('sessionSeconds', '30 seconds', 'servers end refused logins soon')

export const detector: Detector = {
  id: 'ssh-brute-force',
  title: 'SSH passwords being guessed',
  severity: 'high',
  techniques: ['T1110.001', 'T1021.004'],
  why: 'Guessing SSH passwords is how servers and larger devices are taken over.',
  respond:
    'Block the guessing address; allow SSH only from the network of administrators, with keys ' +
    'and without passwords.',
  falsePositives:
    'Monitoring that opens SSH and closes it again; backup scripts that run very often.',
  limits: [PAIRS, WINDOW, CONNECTIONS, SESSION_BYTES, SESSION_SECONDS],
  create(context) {
    const guessing = new Guessing(context)
    return {
      flowEnd(flow) {
        if (flow.service !== 'ssh' || flow.responderPackets < 4) return
        const short = flow.last - flow.first < SESSION_SECONDS.value * SECOND
        const small = flow.originatorPayload < SESSION_BYTES.value
        // Less than a key exchange proves no attempt.
        if (!short || !small || flow.originatorPayload < 600) return
        const attempt = {
          client: flow.originator,
          server: flow.responder,
          time: flow.first,
          frame: flow.frame,
          accepted: false,
        }
        const words = { protocol: 'SSH', port: flow.responderPort, refusals: CONNECTIONS.value }
        guessing.attempt(attempt, words)
      },
    }
  },
}
