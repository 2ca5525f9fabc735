// The addresses of the console. What a list shows stands in its address; screens that are not the
// first ones are loaded when somebody goes there.
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router'
import { queryClient, sessionQuery, setupQuery } from './client/queries.ts'
import { Failed, Loading } from './parts/states.tsx'
import { DevicesScreen } from './screens/devices/devices.tsx'
import { FindingsScreen } from './screens/findings/findings.tsx'
import { Entry } from './screens/entry/entry.tsx'
import { SignInScreen } from './screens/entry/sign-in.tsx'
import { Shell } from './shell/shell.tsx'

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value.slice(0, 300) : undefined

/** Takes the texts with these names out of an address, and nothing else. */
const texts =
  <Name extends string>(...names: readonly Name[]) =>
  (given: Record<string, unknown>): { [name in Name]?: string } =>
    Object.fromEntries(
      names.flatMap((name) => {
        const value = text(given[name])
        return value === undefined ? [] : [[name, value]]
      }),
    ) as { [name in Name]?: string }

const root = createRootRoute({ component: Outlet })

const setUp = createRoute({
  getParentRoute: () => root,
  path: '/set-up',
  validateSearch: texts('step', 'code'),
  component: lazyRouteComponent(() => import('./screens/entry/set-up.tsx'), 'SetUpScreen'),
})

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: texts('to'),
  component: SignInScreen,
})

/** Everything behind the door. */
const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  component: Shell,
  beforeLoad: async ({ location }) => {
    const asked = [
      queryClient.ensureQueryData(sessionQuery),
      queryClient.ensureQueryData(setupQuery),
    ] as const
    const session = await asked[0]
    if (session) return
    const { needed } = await asked[1]
    if (needed) throw redirect({ to: '/set-up' })
    throw redirect({ to: '/sign-in', search: { to: location.href } })
  },
})

const home = createRoute({
  getParentRoute: () => inside,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/devices', replace: true })
  },
})

const devices = createRoute({
  getParentRoute: () => inside,
  path: '/devices',
  validateSearch: texts('q', 'category', 'segment', 'manufacturer', 'owner', 'sort', 'at'),
  component: DevicesScreen,
})

const device = createRoute({
  getParentRoute: () => inside,
  path: '/devices/$device',
  validateSearch: texts('show'),
  component: lazyRouteComponent(() => import('./screens/device/device.tsx'), 'DeviceScreen'),
})

const findings = createRoute({
  getParentRoute: () => inside,
  path: '/findings',
  validateSearch: texts('q', 'state', 'severity', 'detector', 'device', 'sort', 'finding', 'at'),
  component: FindingsScreen,
})

const map = createRoute({
  getParentRoute: () => inside,
  path: '/map',
  validateSearch: texts('group', 'view', 'node'),
  component: lazyRouteComponent(() => import('./screens/map/map.tsx'), 'MapScreen'),
})

const flows = createRoute({
  getParentRoute: () => inside,
  path: '/flows',
  validateSearch: texts('q'),
  component: lazyRouteComponent(() => import('./screens/flows/flows.tsx'), 'FlowsScreen'),
})

const traffic = createRoute({
  getParentRoute: () => inside,
  path: '/traffic',
  validateSearch: texts('from', 'to', 'device', 'measure'),
  component: lazyRouteComponent(() => import('./screens/traffic/traffic.tsx'), 'TrafficScreen'),
})

const settingsHome = createRoute({
  getParentRoute: () => inside,
  path: '/settings',
  beforeLoad: () => {
    throw redirect({ to: '/settings/$section', params: { section: 'health' }, replace: true })
  },
})

const settings = createRoute({
  getParentRoute: () => inside,
  path: '/settings/$section',
  validateSearch: texts('kind'),
  component: lazyRouteComponent(() => import('./screens/settings/settings.tsx'), 'SettingsScreen'),
})

export const router = createRouter({
  routeTree: root.addChildren([
    setUp,
    signIn,
    inside.addChildren([
      home,
      devices,
      device,
      findings,
      map,
      flows,
      traffic,
      settingsHome,
      settings,
    ]),
  ]),
  defaultPreload: 'intent',
  defaultPendingComponent: () => <Loading what="the screen" />,
  defaultErrorComponent: ({ error, reset }) => <Failed error={error} again={reset} />,
  defaultNotFoundComponent: () => (
    <Entry title="There is no such page">
      <p>
        <a href="/devices">To the devices</a>
      </p>
    </Entry>
  ),
  // Plain texts, so that an address can be read and typed.
  parseSearch: (given) => Object.fromEntries(new URLSearchParams(given)),
  stringifySearch: (given) => {
    const kept = Object.entries(given).flatMap(([name, value]) => {
      const one = text(value)
      return one === undefined ? [] : [[name, one]]
    })
    const written = new URLSearchParams(kept).toString()
    return written === '' ? '' : `?${written}`
  },
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
