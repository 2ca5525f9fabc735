// One way to the API: same-origin requests with the session's cookie, writes with its csrf token,
// and every failure as a Refusal that a screen can show.
import type { Problem } from '../../../api/contract/index.ts'

/** What went wrong, in words for people (RFC 9457 where the API said so). */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  /** HTTP status; 0 when the server could not be reached. */
  readonly status: number
  readonly code: string
  readonly title: string
  /** For `code: invalid`: field → what does not fit. */
  readonly fields: Readonly<Record<string, string>>

  constructor(problem: Partial<Problem> & { readonly title: string }) {
    super(problem.detail ?? problem.title)
    this.title = problem.title
    this.status = problem.status ?? 0
    this.code = problem.code ?? ''
    this.fields = Object.fromEntries(
      (problem.errors ?? []).map(({ path, message }) => [path.replace(/^\//, ''), message]),
    )
  }
}

interface Ask {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

export interface Answered<Body> {
  readonly body: Body
  readonly etag: string
}

let csrf = ''

/** Called with every session the API gives us. */
export function rememberCsrf(token: string): void {
  csrf = token
}

/** Asks and hands back the body together with its ETag. */
export async function ask<Body>(path: string, given: Ask = {}): Promise<Answered<Body>> {
  const { method = 'GET', body, headers, signal } = given
  const response = await fetch(`/api/v1${path}`, {
    method,
    signal,
    credentials: 'same-origin',
    headers: {
      accept: 'application/json',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(method !== 'GET' && { 'x-csrf-token': csrf, 'idempotency-key': crypto.randomUUID() }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error
    throw new Refusal({
      title: 'Thingward does not answer',
      detail: 'The program may be starting again, or the network between you and it is down.',
    })
  })
  if (!response.ok) throw await refusal(response)
  const text = await response.text()
  return {
    body: (text === '' ? undefined : JSON.parse(text)) as Body,
    etag: response.headers.get('etag') ?? '',
  }
}

/** The body alone. */
export const request = async <Body>(path: string, given: Ask = {}): Promise<Body> =>
  (await ask<Body>(path, given)).body

async function refusal(response: Response): Promise<Refusal> {
  const { status } = response
  try {
    const problem = (await response.json()) as Problem
    return new Refusal({ ...problem, status })
  } catch {
    return new Refusal({ status, title: `The server answered ${status} ${response.statusText}` })
  }
}

/** `?a=1&b=x` without what is empty. */
export function search(values: Readonly<Record<string, string | number | undefined>>): string {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined && value !== '')
  const text = new URLSearchParams(entries.map(([name, value]) => [name, String(value)])).toString()
  return text === '' ? '' : `?${text}`
}
