// --controller WHOSE=WHO: who may be a device's controller, in a person's words.
import { isIP } from 'node:net'
import type { WatchOptions } from '../../app/index.ts'
import { OperatingError } from '../../core/errors.ts'

/** What the option's help says. */
export const CONTROLLER_HELP = "controllers: of all ('*'), of a device's address, or of a MUD class"

type Statement = NonNullable<WatchOptions['controllers']>[number]

const MAC = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/
const isClass = (text: string) => /^(urn|https?):\S+$/i.test(text)
const isParty = (text: string) => isIP(text) !== 0 || MAC.test(text)

/** Reads statements; throws OperatingError 'bad-controller' that shows how one is written. */
export const controllersOf = (texts: readonly string[] | undefined): Statement[] =>
  (texts ?? []).map((text) => {
    // A class's URI may hold a '=' of its own.
    const at = text.lastIndexOf('=')
    const given = text.slice(0, Math.max(0, at))
    const of = isClass(given) ? given : given.toLowerCase()
    const members = text
      .slice(at + 1)
      .toLowerCase()
      .split(',')
    const fits = (of === '*' || isClass(of) || isParty(of)) && members.every(isParty)
    if (at > 0 && fits) return { of, members }
    throw new OperatingError(
      'bad-controller',
      `'${text}' is not WHOSE=WHO, such as *=192.168.1.2, 192.168.1.7=192.168.1.2,192.168.1.3 or ` +
        'https://maker.example/class=02:00:00:00:00:01',
    )
  })
