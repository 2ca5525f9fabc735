// Where everything is kept when nobody says where (XDG Base Directory Specification).
import { homedir } from 'node:os'
import { join } from 'node:path'

/** `~/.local/share/thingward`, or below XDG_DATA_HOME; an empty one counts as none. */
export const defaultDataFolder = (): string =>
  join(process.env.XDG_DATA_HOME || join(homedir(), '.local/share'), 'thingward')
