// API v1 in schemas: what every route takes and answers.
export * from './words.ts'
export * from './accounts.ts'
export * from './site.ts'
export * from './devices.ts'
export * from './findings.ts'
export * from './traffic.ts'
export * from './profiles.ts'
export * from './evidence.ts'
