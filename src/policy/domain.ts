// When many names are one permission: names below a domain that one party holds. Without the public
// suffix list (which is not ours to ship) we stay careful: what may be a registry or a shared host
// is never widened.

/** Second levels under which country registries sell names: `co.uk`, `com.au`. */
const REGISTRY_SECOND_LEVELS = new Set(
  'ac co com edu gob gouv gov govt gv id info ltd mil ne net nom or org plc sch'.split(' '),
)

/**
 * Domains under which anybody can have a name; a wildcard here would permit strangers. Known by
 * use.
 */
const SHARED_HOSTS = new Set(
  `amazonaws.com cloudfront.net awsglobalaccelerator.com elasticbeanstalk.com
  azurewebsites.net azure.com azureedge.net azurefd.net trafficmanager.net windows.net
  cloudapp.net akamai.net akamaiedge.net akamaihd.net akamaized.net edgekey.net
  edgesuite.net fastly.net fastlylb.net cloudflare.net workers.dev pages.dev
  googleusercontent.com appspot.com run.app web.app firebaseio.com herokuapp.com
  vercel.app netlify.app github.io gitlab.io digitaloceanspaces.com backblazeb2.com
  wasabisys.com aliyuncs.com myqcloud.com tencentcs.com myhuaweicloud.com hwclouds.com
  baidubce.com llnwd.net hwcdn.net b-cdn.net cdn77.org stackpathdns.com ngrok.io ngrok.app
  duckdns.org dyndns.org no-ip.org ddns.net dynv6.net ntp.org in-addr.arpa ip6.arpa`.split(/\s+/),
)

/** How many labels of a name its holder's domain has: `example.com` 2, `example.co.uk` 3. */
function registeredLabels(labels: readonly string[]): number {
  const country = labels.at(-1)!.length === 2
  return country && labels.length > 2 && REGISTRY_SECOND_LEVELS.has(labels.at(-2)!) ? 3 : 2
}

/**
 * The domains above a name that its holder controls alone, nearest first: for `a.b.example.com`
 * `b.example.com` and `example.com`; none on shared hosts.
 */
export function ownDomains(name: string): string[] {
  const labels = name.split('.')
  const least = registeredLabels(labels)
  if (SHARED_HOSTS.has(labels.slice(-2).join('.'))) return []
  const domains: string[] = []
  for (let from = 1; labels.length - from >= least; from++)
    domains.push(labels.slice(from).join('.'))
  return domains
}

/** The domain that is its holder's alone, for telling holders apart; on shared hosts the name. */
export const holderOf = (name: string): string => ownDomains(name).at(-1) ?? name

/** Names below one domain beyond which the domain stands for them. */
export const SIBLING_NAMES_MAX = 8

/**
 * Which names are better said as `*.domain`: the nearest own domain that holds more than eight of
 * them. Answers name → pattern, for those names only.
 */
export function namePatterns(names: readonly string[]): Map<string, string> {
  const patterns = new Map<string, string>()
  if (names.length <= SIBLING_NAMES_MAX) return patterns
  const below = new Map<string, Set<string>>()
  for (const name of names) {
    for (const domain of ownDomains(name)) {
      const held = below.get(domain)
      if (held) held.add(name)
      else below.set(domain, new Set([name]))
    }
  }
  const depth = (domain: string) => domain.split('.').length
  // Deepest first, so that a domain is not widened further than its own names ask for.
  const domains = [...below.keys()].toSorted((a, b) => depth(b) - depth(a) || (a < b ? -1 : 1))
  for (const domain of domains) {
    const open = [...below.get(domain)!].filter((name) => !patterns.has(name))
    if (open.length <= SIBLING_NAMES_MAX) continue
    for (const name of open) patterns.set(name, `*.${domain}`)
  }
  return patterns
}

/** Whether `name` is `pattern`, or lies below it (`*.example.com`). */
export function nameMatches(pattern: string, name: string): boolean {
  if (!pattern.startsWith('*.')) return pattern === name
  return name.length > pattern.length - 1 && name.endsWith(pattern.slice(1))
}
