// The site's own networks: which segment an address lies in. The longest prefix decides.
import { BlockList, isIP } from 'node:net'

/** One network as people write it. */
export interface NamedNetwork {
  readonly prefix: string
  readonly segment: string
}

/** Answers a segment's name, '' where no network holds the address. */
export function segmentFinder(networks: readonly NamedNetwork[]): (address: string) => string {
  const lists = networks
    .map(({ prefix, segment }) => {
      const [address, length] = prefix.split('/')
      const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
      const list = new BlockList()
      list.addSubnet(address, Number(length), family)
      return { list, family, segment, length: Number(length) }
    })
    .toSorted((a, b) => b.length - a.length)
  return (address) => {
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    const found = lists.find((each) => each.family === family && each.list.check(address, family))
    return found?.segment ?? ''
  }
}
