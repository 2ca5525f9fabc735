// API v1 over HTTPS. The door of this folder; the console takes its types from here
// (`import type … from '../api/index.ts'`).
export * from './contract/index.ts'
