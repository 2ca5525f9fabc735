// What the console asks the API for: one entry a question, so that screens that ask the same share
// the answer.
import {
  infiniteQueryOptions,
  keepPreviousData,
  QueryClient,
  queryOptions,
} from '@tanstack/react-query'
import type {
  ConversationItem,
  DeviceDetail,
  DeviceFacets,
  DeviceItem,
  DifferenceAnswer,
  EvidenceItem,
  Factor,
  EvidenceVerified,
  FindingDetail,
  FindingItem,
  FlowItem,
  Health,
  MapAnswer,
  Page,
  Passkey,
  ProfileAnswer,
  Session,
  SessionItem,
  SetupState,
  SiteSettings,
  TimelineItem,
  Token,
  TrafficAnswer,
  User,
} from '../../../api/contract/index.ts'
import { ask, Refusal, rememberCsrf, request, search } from './request.ts'

const SECOND = 1000

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15 * SECOND,
      refetchOnWindowFocus: true,
      // What the API refused once, it refuses again; a server that is away may come back.
      retry: (count, error) =>
        count < 2 && (!(error instanceof Refusal) || error.status === 0 || error.status >= 500),
    },
  },
})

/** Filters and sorting of a list as they stand in the address bar. */
export type ListSearch = Readonly<Record<string, string | undefined>>

const PAGE = 100

const pages = <Item>(name: string, path: string, given: ListSearch) =>
  infiniteQueryOptions({
    queryKey: [name, path, given],
    queryFn: ({ pageParam, signal }) =>
      request<Page<Item>>(`${path}${search({ ...given, limit: PAGE, cursor: pageParam })}`, {
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  })

const one = <Body>(key: readonly unknown[], path: string) =>
  queryOptions({
    queryKey: key,
    queryFn: ({ signal }) => request<Body>(path, { signal }),
  })

/** Null where nobody is signed in. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: async ({ signal }): Promise<Session | null> => {
    try {
      const session = await request<Session>('/session', { signal })
      rememberCsrf(session.csrf)
      return session
    } catch (error) {
      if (error instanceof Refusal && error.status === 401) return null
      throw error
    }
  },
})

export const setupQuery = one<SetupState>(['setup'], '/setup')
export const siteQuery = one<SiteSettings>(['site'], '/setup/site')
export const devicesQuery = (given: ListSearch) => pages<DeviceItem>('devices', '/devices', given)
export const facetsQuery = one<DeviceFacets>(['facets'], '/devices/facets')
export const findingsQuery = (given: ListSearch) =>
  pages<FindingItem>('findings', '/findings', given)
export const flowsQuery = (given: ListSearch) => pages<FlowItem>('flows', '/flows', given)
export const evidenceQuery = (given: ListSearch) =>
  pages<EvidenceItem>('evidence', '/evidence', given)

/** The chain from its first entry: asked for by a person, kept for a while. */
export const verifiedQuery = queryOptions({
  ...one<EvidenceVerified>(['verified'], '/evidence/verify'),
  staleTime: 300 * SECOND,
  retry: false,
})

/** The device with its ETag, which a change has to name. */
export const deviceQuery = (id: string) =>
  queryOptions({
    queryKey: ['device', id],
    queryFn: ({ signal }) => ask<DeviceDetail>(`/devices/${encodeURIComponent(id)}`, { signal }),
  })

const ofDevice = (id: string, what: string) => `/devices/${encodeURIComponent(id)}/${what}`
export const conversationsQuery = (id: string) =>
  one<Page<ConversationItem>>(
    ['device', id, 'conversations'],
    ofDevice(id, 'conversations?limit=500'),
  )
export const profileQuery = (id: string) =>
  one<ProfileAnswer>(['device', id, 'profile'], ofDevice(id, 'profile'))
export const differenceQuery = (id: string) =>
  one<DifferenceAnswer>(['device', id, 'difference'], ofDevice(id, 'difference'))
export const deviceFindingsQuery = (id: string) =>
  one<Page<FindingItem>>(['device', id, 'findings'], ofDevice(id, 'findings?limit=200'))
export const timelineQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ['device', id, 'timeline'],
    queryFn: ({ pageParam, signal }) =>
      request<Page<TimelineItem>>(
        ofDevice(id, `timeline${search({ limit: 100, cursor: pageParam })}`),
        { signal },
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
  })

export const findingQuery = (id: string) =>
  one<FindingDetail>(['finding', id], `/findings/${encodeURIComponent(id)}`)
export const mapQuery = (given: ListSearch) =>
  queryOptions({
    ...one<MapAnswer>(['map', given], `/map${search(given)}`),
    placeholderData: keepPreviousData,
  })
export const trafficQuery = (given: ListSearch) =>
  queryOptions({
    ...one<TrafficAnswer>(['traffic', given], `/traffic${search(given)}`),
    placeholderData: keepPreviousData,
  })
export const healthQuery = queryOptions({
  ...one<Health>(['health'], '/health'),
  refetchInterval: 10 * SECOND,
})
export const usersQuery = one<Page<User>>(['users'], '/users')
export const tokensQuery = one<Page<Token>>(['tokens'], '/tokens')
export const sessionsQuery = one<Page<SessionItem>>(['sessions'], '/sessions')
export const factorQuery = one<Factor>(['factor'], '/users/me/factor')
export const passkeysQuery = one<Page<Passkey>>(['passkeys'], '/users/me/passkeys')
