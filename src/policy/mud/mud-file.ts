// A MUD file by the nouns of RFC 8520 and RFC 8519, read once and then trusted: plain JSON,
// camelCase names, defaults filled in. Extensions stand where they stood, uninterpreted.

/** RFC 8520 3: the container `ietf-mud:mud` and the access lists it refers to. */
export interface MudFile {
  /** 3.1; 1 is the only one there is. */
  readonly mudVersion: number
  /** 3.2: where the file comes from; identifies the device's type. */
  readonly mudUrl: string
  /** 3.5: RFC 3339 text; '' when it was missing. */
  readonly lastUpdate: string
  /** 3.6: hours until it should be asked for again. */
  readonly cacheValidityHours: number
  /** 3.7: false: the maker no longer supports the device. */
  readonly isSupported: boolean
  /** 3.3, 3.8 to 3.12 */
  readonly mudSignature?: string
  readonly systeminfo?: string
  readonly mfgName?: string
  readonly modelName?: string
  readonly firmwareRev?: string
  readonly softwareRev?: string
  readonly documentation?: string
  readonly extensions: readonly string[]
  /** 3.4: names of access lists. */
  readonly fromDevicePolicy: readonly string[]
  readonly toDevicePolicy: readonly string[]
  /** RFC 8519 4.1, in the file's order. */
  readonly accessLists: readonly AccessList[]
  /**
   * Nodes of other modules, as they were: `ietf-mud-transparency:transparency` and the like, by
   * name.
   */
  readonly preserved: { readonly [name: string]: unknown }
}

/** RFC 8519: one `acl`. */
export interface AccessList {
  readonly name: string
  readonly type: AccessListType
  readonly aces: readonly Ace[]
}

export const ACCESS_LIST_TYPES = [
  'ipv4-acl-type',
  'ipv6-acl-type',
  'eth-acl-type',
  'mixed-eth-ipv4-acl-type',
  'mixed-eth-ipv6-acl-type',
  'mixed-eth-ipv4-ipv6-acl-type',
] as const
export type AccessListType = (typeof ACCESS_LIST_TYPES)[number]

/** RFC 8519: one `ace`. */
export interface Ace {
  readonly name: string
  readonly matches: Matches
  readonly forwarding: 'accept' | 'drop' | 'reject'
}

/** What an entry matches; parts that are absent match everything. */
export interface Matches {
  readonly eth?: EthMatch
  readonly ipv4?: IpMatch
  readonly ipv6?: IpMatch
  readonly tcp?: TransportMatch
  readonly udp?: TransportMatch
  readonly icmp?: { readonly type?: number; readonly code?: number }
  /** RFC 8520 8. */
  readonly mud?: MudMatch
  /** Leaves that we do not interpret, by path: `tcp/flags`, `ietf-acl-tls:client-profiles`. */
  readonly preserved: { readonly [path: string]: unknown }
}

export interface EthMatch {
  readonly etherType?: number
  /** Lower case with colons. */
  readonly sourceMac?: string
  readonly destinationMac?: string
}

export interface IpMatch {
  readonly protocol?: number
  /** Prefixes, always with their length. */
  readonly sourceNetwork?: string
  readonly destinationNetwork?: string
  /** RFC 8520 `ietf-acldns`; lower case without trailing dot. */
  readonly sourceName?: string
  readonly destinationName?: string
}

export interface TransportMatch {
  readonly sourcePort?: PortMatch
  readonly destinationPort?: PortMatch
  /** tcp only: RFC 8520 8.7. */
  readonly directionInitiated?: 'from-device' | 'to-device'
}

export type PortMatch =
  | { readonly operator: 'eq' | 'neq' | 'lte' | 'gte'; readonly port: number }
  | { readonly lowerPort: number; readonly upperPort: number }

/** RFC 8520 8.1 to 8.6. */
export interface MudMatch {
  readonly manufacturer?: string
  readonly sameManufacturer?: true
  readonly model?: string
  readonly localNetworks?: true
  readonly controller?: string
  readonly myController?: true
}

/** Which way of writing MUD files a file follows. */
export type MudDialect =
  /** RFC 8520, March 2019. */
  | 'rfc8520'
  /** The draft that the published research profiles (mudgee, 2018) follow. */
  | 'mudgee'
  /** The drafts of 2017 that osMUD was made for. */
  | 'draft-2017'

/** One thing that was put right so that the file could be read as RFC 8520. */
export interface Repair {
  readonly kind: RepairKind
  /** Where, as names in the file: `acl from-ipv4-lamp/ace 3`. */
  readonly where: string
}

export const REPAIRS = {
  'access-lists-renamed': 'the container access-lists is called acls',
  'acl-named': 'acl-name, acl-type and rule-name are called name, type and name',
  'entries-renamed': 'access-list-entries is called aces',
  'match-renamed':
    'ipv4-acl, ipv6-acl, eth-acl and mud-acl are called ipv4, ipv6, eth and ietf-mud:mud',
  'ports-moved': 'ports stand with tcp or udp, not with the addresses',
  'class-moved': 'same-manufacturer and its like stand in ietf-mud:mud',
  'prefix-added': 'a name of another module carries that module as prefix',
  'type-renamed': 'ethernet-acl-type is called eth-acl-type, ipv4-acl ipv4-acl-type',
  'type-mixed': 'an access list that matches Ethernet and IP is of a mixed type',
  'type-guessed': 'an access list without type has that of its entries',
  'ethertype-number': 'an EtherType is a number, not a text',
  'number-text': 'a number is written without quotes',
  'operator-dropped': 'an operator does not go with lower-port and upper-port',
  'prefix-length-added': 'an address to match is a prefix with its length',
  'family-mismatch':
    'an IPv4 address in an IPv6 match (or the reverse) can match nothing: entry dropped',
  'empty-leaf': 'a leaf without value is written [null]',
  'version-added': 'mud-version was missing: 1',
  'time-zone-added': 'a date and time says its zone; without one it is taken for UTC',
  'name-made': 'an entry without a name, or with one that was there before, was given one',
  'list-wrapped': 'a list with one entry is still a list',
} as const
export type RepairKind = keyof typeof REPAIRS

/**
 * What is wrong with a file. error: a part could not be read; warning: it could, but should not be
 * so.
 */
export interface Problem {
  readonly severity: 'error' | 'warning'
  readonly where: string
  readonly what: string
}

/**
 * `urn:ietf:params:mud:dns` and `:ntp` are registered (RFC 8520 17.7); `:gateway` is in use all the
 * same.
 */
export const MUD_URN = {
  dns: 'urn:ietf:params:mud:dns',
  ntp: 'urn:ietf:params:mud:ntp',
  gateway: 'urn:ietf:params:mud:gateway',
} as const
