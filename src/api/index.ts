// API v1 over HTTPS. The door of this folder; the console takes its types from here
// (`import type … from '../api/index.ts'`).
export * from './contract/index.ts'
export { createServer, type ConsoleFile, type ServerOptions } from './server.ts'
export { SITE_SETTING } from './routes/site.ts'
export type { TargetDesk } from './routes/targets.ts'
export type { Api, ApiParts, ProcessHealth } from './parts.ts'
