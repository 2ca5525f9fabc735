// What runs for good, put together. The door of this folder.
export { platformSettings, type PlatformWords } from './settings.ts'
export { startPlatform, type Platform } from './platform.ts'
export { backUp, restore, type BackupSummary } from './backup.ts'
