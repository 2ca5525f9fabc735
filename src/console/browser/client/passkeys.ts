// Passkeys in the browser: whether they can be had here, and the two questions to the
// authenticator. Failures become Refusals in words for people.
import type { PasskeyRequest, PasskeySignIn } from '../../../api/contract/index.ts'
import { Refusal, request } from './request.ts'

const IP_ADDRESS = /^(\d+\.){3}\d+$|^\[/

/** Why there can be none here; undefined: there can. */
export function whyNoPasskeys(hostname: string): string | undefined {
  if (IP_ADDRESS.test(hostname)) {
    return (
      'A passkey is bound to a host name. This page is open at an address: ' +
      `in place of ${hostname}, open it by its name.`
    )
  }
  const isKnown = 'PublicKeyCredential' in globalThis && navigator.credentials !== undefined
  if (!isKnown || !('parseCreationOptionsFromJSON' in PublicKeyCredential)) {
    return 'This browser is too old for passkeys.'
  }
  return undefined
}

/** Has the authenticator make a key for the options that the API gave. */
export async function makePasskey(options: object): Promise<PasskeyRequest['response']> {
  const json = options as PublicKeyCredentialCreationOptionsJSON
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(json)
  const made = await navigator.credentials.create({ publicKey }).catch(refuse)
  return (made as PublicKeyCredential).toJSON() as unknown as PasskeyRequest['response']
}

/** Asks for a key of this host and its holder; answers what the API checks. */
export async function signWithPasskey(): Promise<PasskeySignIn['response']> {
  const path = '/session/passkey/options'
  const json = await request<PublicKeyCredentialRequestOptionsJSON>(path, { method: 'POST' })
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(json)
  const signed = await navigator.credentials.get({ publicKey }).catch(refuse)
  return (signed as PublicKeyCredential).toJSON() as unknown as PasskeySignIn['response']
}

function refuse(cause: unknown): never {
  const { name, message } = cause as DOMException
  if (name === 'InvalidStateError') {
    throw new Refusal({ title: 'This authenticator has a passkey for you already.' })
  }
  if (name === 'SecurityError' || /TLS|certificate/i.test(message)) {
    throw new Refusal({
      title:
        'The browser allows passkeys only where it trusts the certificate of this page: install ' +
        'our authority (/authority.crt) in it, or give Thingward a certificate of your own.',
    })
  }
  throw new Refusal({
    title: 'No passkey was used: it was cancelled, took too long, or there is none for this page.',
  })
}
