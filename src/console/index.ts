// The console's door: building the browser application, and what the API's server needs to hand it
// out. The application itself lies in browser/ and is never loaded by Node.
export { buildConsole } from './build.ts'
export { openConsole, type ConsoleAnswer, type ConsoleFiles } from './files.ts'
