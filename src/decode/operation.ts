// What an industrial message does to the device, in the few words that policies and detectors
// compare.

/**
 * read and write move process values; control changes what a device does (start, stop, download,
 * restart, commands to the plant); diagnostic asks for its health; discovery asks who is there;
 * monitor is a device reporting by itself.
 */
export type Operation =
  | 'read'
  | 'write'
  | 'control'
  | 'diagnostic'
  | 'discovery'
  | 'monitor'
  | 'other'
