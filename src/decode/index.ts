// Bytes → Packet, and the contract of application protocols. The door of this folder.
export { FAMILY, Packet, TCP, type AnomalyCounter } from './packet.ts'
export * from './protocol.ts'
