// Findings on their way to others: forms, queues on disk, couriers, syslog and webhooks.
export { Courier, type CourierHealth } from './courier.ts'
export {
  loadForms,
  syslogDestination,
  webhookDestination,
  type Destination,
  type DestinationParts,
} from './destination.ts'
export type { Form, Message, Sender } from './message.ts'
export { Outbox, type OutboxOptions } from './outbox.ts'
export type { Delivery, Target } from './target.ts'
