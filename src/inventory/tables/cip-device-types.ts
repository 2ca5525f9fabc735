// CIP device types (the profiles of CIP Volume 1, chapter 6) → category.
import type { Category } from '../device.ts'

export const CIP_DEVICE_TYPES: ReadonlyMap<number, Category> = new Map([
  [0x02, 'drive'],
  [0x03, 'io'],
  [0x07, 'io'],
  [0x0c, 'io'],
  [0x0e, 'plc'],
  [0x10, 'drive'],
  [0x13, 'drive'],
  [0x18, 'hmi'],
  [0x1b, 'io'],
  [0x1f, 'io'],
  [0x20, 'io'],
  [0x21, 'io'],
  [0x22, 'sensor'],
  [0x23, 'io'],
  [0x25, 'drive'],
  [0x2c, 'switch'],
])
