// For people who read a log: one sentence. Over syslog the facts stand in structured data.
import { messageText, type Form } from '../message.ts'

export const form: Form = {
  id: 'text',
  title: 'one sentence',
  contentType: 'text/plain; charset=utf-8',
  write: messageText,
}
