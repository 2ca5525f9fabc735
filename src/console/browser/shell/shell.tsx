// The frame of every screen behind the door: rail or bottom bar, live state, help, messages.
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, Outlet, useLocation, useNavigate } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { request } from '../client/request.ts'
import { listen, useLiveState } from '../client/live.ts'
import { findingsQuery, sessionQuery } from '../client/queries.ts'
import icon from '../icon.svg'
import { Icon, type IconName } from '../parts/icon.tsx'
import { sayError, Toasts } from '../parts/toast.tsx'
import { HelpSheet } from './help.tsx'
import { useSessionEnd } from './session-end.ts'
import { useKeyboard, useShortcuts } from './shortcuts.ts'
import { useCurrentTitle } from './title.ts'
import { chooseTheme, useTheme, type Theme } from './theme.ts'

interface Place {
  readonly to: '/devices' | '/findings' | '/map' | '/flows' | '/traffic' | '/settings'
  readonly title: string
  readonly icon: IconName
  readonly key: string
}

const PLACES: readonly Place[] = [
  { to: '/devices', title: 'Devices', icon: 'devices', key: 'd' },
  { to: '/findings', title: 'Findings', icon: 'findings', key: 'f' },
  { to: '/map', title: 'Map', icon: 'map', key: 'm' },
  { to: '/flows', title: 'Flows', icon: 'flows', key: 'w' },
  { to: '/traffic', title: 'Traffic', icon: 'traffic', key: 't' },
  { to: '/settings', title: 'Settings', icon: 'settings', key: 's' },
]

export function Shell() {
  const client = useQueryClient()
  const navigate = useNavigate()
  const [help, setHelp] = useState(false)
  const { pathname } = useLocation()
  useKeyboard()
  useSessionEnd()
  useEffect(() => listen(client), [client])
  useShortcuts([
    { keys: '?', title: 'This help', group: 'Everywhere', run: () => setHelp(true) },
    ...PLACES.map(({ to, title, key }) => ({
      keys: `g ${key}`,
      title: `Go to ${title.toLowerCase()}`,
      group: 'Everywhere',
      run: () => void navigate({ to }),
    })),
  ])
  return (
    <div className="shell">
      <a className="skip" href="#content">
        Skip to content
      </a>
      <Rail path={pathname} showHelp={() => setHelp(true)} />
      <main className="screen" id="content" tabIndex={-1}>
        <Arrival path={pathname} />
        <Stale />
        <Outlet />
      </main>
      <BottomBar path={pathname} />
      <Toasts />
      {help && <HelpSheet close={() => setHelp(false)} />}
    </div>
  )
}

const isAt = (path: string, to: string) => path.split('/')[1] === to.split('/')[1]

/** Open findings from high upwards: what waits for somebody. */
function useWaiting(): number {
  const { data } = useInfiniteQuery(findingsQuery({ state: 'open', severity: 'high' }))
  return data?.pages[0]?.total ?? data?.pages[0]?.items.length ?? 0
}

function Waiting({ count }: { count: number }) {
  if (count === 0) return null
  return (
    <span className="badge critical">
      {count > 99 ? '99+' : count}
      <span className="hidden-text"> serious and open</span>
    </span>
  )
}

function Rail({ path, showHelp }: { path: string; showHelp: () => void }) {
  const waiting = useWaiting()
  return (
    <header className="rail">
      <Link to="/devices" className="brand">
        <img src={icon} alt="" />
        <span className="word">Thingward</span>
      </Link>
      <nav aria-label="Main">
        <ul>
          {PLACES.map((place) => (
            <li key={place.to}>
              <Link
                to={place.to}
                className="nav-link"
                title={place.title}
                aria-current={isAt(path, place.to) ? 'page' : undefined}
              >
                <Icon name={place.icon} />
                <span className="word">{place.title}</span>
                {place.to === '/findings' && <Waiting count={waiting} />}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <div className="rail-foot">
        <Live />
        <ThemeButton />
        <button type="button" className="nav-link" title="Keys and help" onClick={showHelp}>
          <Icon name="help" />
          <span className="word">Keys and help</span>
        </button>
        <Leave />
      </div>
    </header>
  )
}

function BottomBar({ path }: { path: string }) {
  const waiting = useWaiting()
  return (
    <nav className="bar" aria-label="Main, at the bottom">
      <ul>
        {PLACES.map((place) => (
          <li key={place.to}>
            <Link to={place.to} aria-current={isAt(path, place.to) ? 'page' : undefined}>
              <Icon name={place.icon} />
              {place.title}
              {place.to === '/findings' && <Waiting count={waiting} />}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}

/**
 * Another screen: the focus goes to its beginning, where a link that is gone has lost it, and its
 * name is said aloud.
 */
function Arrival({ path }: { path: string }) {
  const title = useCurrentTitle()
  const before = useRef(path)
  useEffect(() => {
    if (before.current === path) return
    before.current = path
    document.querySelector<HTMLElement>('#content')?.focus({ preventScroll: true })
  }, [path])
  return (
    <p className="hidden-text" role="status">
      {title}
    </p>
  )
}

/** Said only when it lasts: a browser that wakes up needs a moment. */
const STALE_MS = 4000

function Stale() {
  const lost = useLiveState() === 'lost'
  const [said, setSaid] = useState(false)
  useEffect(() => {
    if (!lost) return
    const timer = setTimeout(() => setSaid(true), STALE_MS)
    return () => {
      clearTimeout(timer)
      setSaid(false)
    }
  }, [lost])
  return (
    <div role="status">
      {said && (
        <p className="stale">
          No connection to Thingward. What you see may be old; it is tried again.
        </p>
      )}
    </div>
  )
}

const LIVE_WORDS = { connecting: 'Connecting', on: 'Live', lost: 'No connection' } as const

function Live() {
  const state = useLiveState()
  return (
    <div className={`live ${state}`} role="status" title={LIVE_WORDS[state]}>
      <i />
      <span className="word">{LIVE_WORDS[state]}</span>
    </div>
  )
}

const THEMES: Readonly<Record<Theme, { next: Theme; icon: IconName; title: string }>> = {
  system: { next: 'light', icon: 'contrast', title: 'Theme: system' },
  light: { next: 'dark', icon: 'sun', title: 'Theme: light' },
  dark: { next: 'system', icon: 'moon', title: 'Theme: dark' },
}

export function ThemeButton() {
  const { next, icon: name, title } = THEMES[useTheme()]
  return (
    <button type="button" className="nav-link" title={title} onClick={() => chooseTheme(next)}>
      <Icon name={name} />
      <span className="word">{title}</span>
    </button>
  )
}

export function Leave() {
  const client = useQueryClient()
  const { data: session } = useQuery(sessionQuery)
  const leave = async () => {
    try {
      await request('/session', { method: 'DELETE' })
      client.clear()
      location.assign('/sign-in')
    } catch (error) {
      sayError(error)
    }
  }
  const name = session?.user.name ?? ''
  return (
    <button
      type="button"
      className="nav-link"
      title={`Sign out ${name}`}
      onClick={() => void leave()}
    >
      <Icon name="leave" />
      <span className="word cut">Sign out {name}</span>
    </button>
  )
}
