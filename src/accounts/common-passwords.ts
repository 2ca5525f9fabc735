// Passwords that are guessed first, by their making rather than from somebody's list: words that
// everybody takes, runs on the keyboard, years, one's own name, the same again. What is left of a
// password without these has to be something.
import { OperatingError } from '../core/errors.ts'

/** Characters besides the guessable ones, and different ones among all. */
const OWN_MIN = 5
const DIFFERENT_MIN = 5
const RUN_MIN = 3

/** Longest first where one begins another; plain letters after `unmasked`. */
const WORDS: readonly string[] = [
  ...['thingward', 'password', 'passwort', 'passphrase', 'pass', 'kennwort', 'motdepasse'],
  ...['contrasena', 'senha', 'parola', 'haslo', 'secret', 'geheim', 'login', 'logmein', 'letmein'],
  ...['openup', 'sesame', 'welcome', 'willkommen', 'bienvenue', 'hello', 'hallo', 'bonjour'],
  ...['administrator', 'admin', 'root', 'user', 'owner', 'operator', 'auditor', 'guest', 'default'],
  ...[
    'changeme',
    'change',
    'master',
    'system',
    'server',
    'network',
    'security',
    'secure',
    'access',
  ],
  ...['test', 'demo', 'temp', 'example', 'company', 'office', 'computer', 'internet', 'camera'],
  ...['iloveyou', 'love', 'princess', 'dragon', 'monkey', 'football', 'fussball', 'baseball'],
  ...['soccer', 'hockey', 'superman', 'batman', 'pokemon', 'starwars', 'shadow', 'sunshine'],
  ...['flower', 'summer', 'winter', 'spring', 'autumn', 'sommer', 'herbst', 'january', 'monday'],
  ...['michael', 'jessica', 'daniel', 'ashley', 'jordan', 'charlie', 'killer', 'hunter', 'ninja'],
  ...['freedom', 'whatever', 'trustno', 'matrix', 'google', 'facebook', 'microsoft', 'windows'],
  ...['linux', 'iphone', 'samsung', 'android', 'please', 'forever', 'my', 'the', 'is', 'me', 'new'],
]

/** Along the rows of keyboards, and the alphabet. */
const ROWS: readonly string[] = [
  ...['abcdefghijklmnopqrstuvwxyz', '01234567890', 'qwertyuiop', 'qwertzuiop', 'azertyuiop'],
  ...['asdfghjkl', 'qsdfghjklm', 'zxcvbnm', 'yxcvbnm', 'wxcvbn', 'qayxswedcvfr', 'qazwsxedcrfv'],
]
const RUNS = [...ROWS, ...ROWS.map((row) => [...row].toReversed().join(''))]

const MASKS: { readonly [character: string]: string } = {
  ...{ '0': 'o', '1': 'l', '3': 'e', '4': 'a', '5': 's', '7': 't', '8': 'b', '9': 'g' },
  ...{ '@': 'a', $: 's', '!': 'i', '|': 'l', '+': 't' },
}

const plain = (text: string) =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[\s_.,-]/g, '')

const unmasked = (text: string) => [...text].map((each) => MASKS[each] ?? each).join('')

/** Throws OperatingError 'common-password' for one that would be guessed early. */
export function assertUncommon(password: string, userName: string): void {
  if (!isCommon(password, userName)) return
  const text = 'this would be guessed early: take a few words that do not belong together'
  throw new OperatingError('common-password', text)
}

/** Whether little is left without common words, runs, repetition and the user's own name. */
export function isCommon(password: string, userName: string): boolean {
  const text = plain(password)
  if (new Set(text).size < DIFFERENT_MIN) return true
  const own = plain(userName)
  const words = own.length >= RUN_MIN ? [own, unmasked(own), ...WORDS] : WORDS
  const letters = unmasked(text)
  let left = 0
  for (let at = 0; at < text.length;) {
    const step = Math.max(
      runLength(text, at),
      wordLength(letters, at, words),
      wordLength(text, at, words),
      repeatLength(text, at),
      /^(?:19|20)\d\d/.test(text.slice(at, at + 4)) ? 4 : 0,
    )
    if (step === 0) left++
    at += Math.max(1, step)
  }
  return left < OWN_MIN
}

const wordLength = (text: string, at: number, words: readonly string[]) =>
  words.reduce((best, word) => {
    return word.length > best && text.startsWith(word, at) ? word.length : best
  }, 0)

/** How far a row of keys, or one key, goes on from here. */
function runLength(text: string, at: number): number {
  let best = 1
  while (text[at + best] === text[at]) best++
  for (const run of RUNS) {
    const from = run.indexOf(text[at])
    if (from < 0) continue
    let length = 1
    while (from + length < run.length && text[at + length] === run[from + length]) length++
    best = Math.max(best, length)
  }
  return best >= RUN_MIN ? best : 0
}

/** Whether the same has stood just before: `xk4xk4xk4`. */
function repeatLength(text: string, at: number): number {
  for (let length = Math.min(at, text.length - at); length >= RUN_MIN; length--) {
    if (text.slice(at - length, at) === text.slice(at, at + length)) return length
  }
  return 0
}
