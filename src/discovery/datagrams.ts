// A UDP socket on one interface, for probes to groups and to single hosts.
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'

export interface DatagramOptions {
  readonly family: 4 | 6
  /** Our address on the link; for IPv6 with the zone. */
  readonly from: string
  readonly hopLimit: number
}

export async function openDatagrams({ family, from, hopLimit }: DatagramOptions): Promise<Socket> {
  const socket = createSocket(family === 4 ? 'udp4' : 'udp6')
  socket.bind(0, from)
  await once(socket, 'listening')
  // A host that refuses is no fault of ours; answers are heard by the sensor.
  socket.on('error', () => {})
  socket.setMulticastInterface(from)
  socket.setMulticastTTL(hopLimit)
  return socket
}

export const sendTo = (
  socket: Socket,
  bytes: Uint8Array,
  { port, address }: { readonly port: number; readonly address: string },
): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.send(bytes, port, address, (error) => (error ? reject(error) : resolve()))
  })

export const closeSocket = (socket: Socket): Promise<void> =>
  new Promise((resolve) => void socket.close(() => resolve()))
