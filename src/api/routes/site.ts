// Routes of the four questions: where we sit, which networks are ours, what is OT, may we look at
// people's devices; and what we will not see.
import { SiteRequest, SiteSettings } from '../contract/index.ts'
import { actorOf, OWNERS, READERS, type Api, type ApiParts } from '../parts.ts'
import { Problem } from '../problem.ts'
import { blindSpots } from '../blind-spots.ts'

/** Name of the setting. */
export const SITE_SETTING = 'site'
const UNANSWERED: SiteRequest = { placement: 'span', networks: [], people: false }

export function siteRoutes(app: Api, { sensors, store, siteChanged }: ApiParts): void {
  const settings = async () => {
    const answered = await sensors.setting<SiteRequest>(SITE_SETTING)
    const site = answered ?? UNANSWERED
    return { ...site, answered: answered !== undefined, blindSpots: blindSpots(site) }
  }
  app.route({
    method: 'GET',
    url: '/api/v1/setup/site',
    config: { roles: READERS },
    schema: { response: { 200: SiteSettings } },
    handler: settings,
  })
  app.route({
    method: 'PUT',
    url: '/api/v1/setup/site',
    config: { roles: OWNERS },
    schema: { body: SiteRequest, response: { 200: SiteSettings } },
    handler: async (request) => {
      const site = request.body
      for (const { prefix } of site.networks) assertPrefix(prefix)
      await store.change(async (change) => {
        await sensors.set(change, SITE_SETTING, site)
        const { placement, people, networks } = site
        const facts = { placement, people, networks: networks.length }
        const actor = actorOf(request).name
        change.record({ kind: 'site.set', actor, subject: 'site', at: change.now, facts })
      })
      siteChanged?.()
      return settings()
    },
  })
}

const PREFIX =
  /^(?:(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})|([0-9a-f:]+)\/(\d{1,3}))$/i

/** Throws a Problem for what is no network. */
function assertPrefix(prefix: string): void {
  const parts = PREFIX.exec(prefix)
  const refused = () =>
    new Problem(400, 'invalid', {
      detail: `'${prefix}' is no network such as 192.0.2.0/24`,
      errors: [{ path: '/networks', message: 'no network' }],
    })
  if (!parts) throw refused()
  const [, a, b, c, d, bits, v6, bits6] = parts
  if (v6 !== undefined) {
    if (!URL.canParse(`http://[${v6}]`) || Number(bits6) > 128 || Number(bits6) < 16) {
      throw refused()
    }
    return
  }
  if ([a, b, c, d].some((part) => Number(part) > 255) || Number(bits) > 32 || Number(bits) < 8) {
    throw refused()
  }
}
