// What goes wrong, as problem+json (RFC 9457): a stable code, words that are safe to show, nothing
// of our insides.
import { OperatingError } from '../core/errors.ts'
import type { Problem as ProblemBody } from './contract/index.ts'

interface Said {
  readonly detail: string
  readonly errors: ProblemBody['errors']
}

/** An answer that is no success. */
export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly errors: ProblemBody['errors']

  /** `said`: words for a person, with the places that do not fit where there are such. */
  constructor(status: number, code: string, said: string | Said = '') {
    super(typeof said === 'string' ? said : said.detail)
    this.status = status
    this.code = code
    this.errors = typeof said === 'string' ? undefined : said.errors
  }
}

const TITLES: { readonly [status: number]: string } = {
  400: 'The request does not fit',
  401: 'Not signed in',
  403: 'Not permitted',
  404: 'There is no such thing',
  405: 'Not done this way',
  408: 'Too slow',
  409: 'Something stands against it',
  412: 'It has changed since you read it',
  413: 'Too large',
  415: 'JSON only',
  422: 'This key was used for something else',
  428: 'Say which version you read',
  429: 'Too often',
  500: 'Our own fault',
  503: 'Not now',
}

/** Statuses of what features call by their own codes. */
const STATUS_OF_CODE: { readonly [code: string]: number } = {
  'set-up': 409,
  'wrong-code': 403,
  'wrong-sign-in': 401,
  wait: 429,
  busy: 503,
  'common-password': 400,
  'totp-needed': 401,
  'wrong-totp': 401,
  'has-factor': 409,
  'no-factor': 409,
  sealed: 409,
  'no-passkeys': 409,
  'wrong-passkey': 401,
  'copied-passkey': 401,
  'name-taken': 409,
  'last-owner': 409,
  role: 403,
  'too-many': 409,
  'bad-cursor': 400,
  'bad-query': 400,
  'flow-busy': 503,
  'flow-time': 503,
  'flow-memory': 503,
}

export const problemBody = ({ status, code, message, errors }: Problem): ProblemBody => ({
  type: 'about:blank',
  title: TITLES[status] ?? 'It did not work',
  status,
  code,
  ...(message !== '' && { detail: message }),
  ...(errors && { errors }),
})

/** What any error means to a client; undefined: it is our own fault. */
export function problemOf(cause: unknown): Problem | undefined {
  if (cause instanceof Problem) return cause
  if (cause instanceof OperatingError) {
    const status = STATUS_OF_CODE[cause.code]
    return status === undefined ? undefined : new Problem(status, cause.code, cause.message)
  }
  const { statusCode, code } = cause as { statusCode?: number; code?: string }
  if (statusCode === undefined || statusCode < 400 || statusCode > 499) return undefined
  return new Problem(statusCode, CODES[code ?? ''] ?? `http-${statusCode}`)
}

const CODES: { readonly [code: string]: string } = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'json-only',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'invalid',
  FST_ERR_CTP_INVALID_JSON_BODY: 'invalid',
}
