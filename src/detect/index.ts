// What is wrong now. The door of this folder.
import { loadPlugins } from '../core/registry.ts'
import type { Detector } from './detector.ts'

export { Detection, type DetectionParts, type RaisedFinding } from './detection.ts'
export type { DetectContext, Detector, DetectorHandlers, Judged, Raise, Taint } from './detector.ts'

/** All detectors of `detectors/`, in name order. */
export const loadDetectors = (): Promise<readonly Detector[]> =>
  loadPlugins<Detector>(new URL('./detectors/', import.meta.url), 'detector')
