// The console's pictures: strokes on a grid of 24, drawn for it.

const PATHS = {
  devices: ['M4 5h11v9H4zM2 18h13M18 9h4v11h-4zM20 17h.01'],
  findings: ['M12 3 2.5 20h19zM12 10v4M12 17h.01'],
  map: [
    'M6 7.5 17 6M6.8 8.8 11 17M17.6 8 13 17M8 6a3 3 0 1 1-6 0 3 3 0 0 1 6 0',
    'M22 5.5a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0M15 19a3 3 0 1 1-6 0 3 3 0 0 1 6 0',
  ],
  flows: ['M3 8h15M14 4l4 4-4 4M21 16H6M10 12l-4 4 4 4'],
  traffic: ['M3 20h18M4 16l4-6 4 3 4-8 4 6'],
  settings: [
    'M12 15.2a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4M12 2.5v3M12 18.5v3M2.5 12h3',
    'M18.5 12h3M5.3 5.3l2.1 2.1M16.6 16.6l2.1 2.1M5.3 18.7l2.1-2.1M16.6 7.4l2.1-2.1',
  ],
  search: ['M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13M20 20l-4.8-4.8'],
  close: ['M6 6l12 12M18 6 6 18'],
  check: ['M4 12.5 9.5 18 20 6.5'],
  up: ['M12 19V5M6 11l6-6 6 6'],
  down: ['M12 5v14M6 13l6 6 6-6'],
  left: ['M15 5l-7 7 7 7'],
  right: ['M9 5l7 7-7 7'],
  more: ['M5 12h.01M12 12h.01M19 12h.01'],
  help: [
    'M9.2 9a3 3 0 1 1 4 2.8c-.8.4-1.2 1-1.2 2.2M12 17.5h.01',
    'M12 21.5a9.5 9.5 0 1 0 0-19 9.5 9.5 0 0 0 0 19',
  ],
  sun: [
    'M12 16.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9M12 2v2M12 20v2M2 12h2M20 12h2',
    'M5 5l1.4 1.4M17.6 17.6 19 19M5 19l1.4-1.4M17.6 6.4 19 5',
  ],
  moon: ['M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5'],
  contrast: ['M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M12 3v18M12 8h7.5M12 13h9M12 18h6'],
  leave: ['M14 4H5v16h9M10 12h11M17 8l4 4-4 4'],
  download: ['M12 4v11M7 11l5 5 5-5M4 20h16'],
  eye: [
    'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12',
    'M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6',
  ],
  blind: [
    'M4 4l16 16M9 6c1-.3 2-.5 3-.5 6 0 9.5 6.5 9.5 6.5a17 17 0 0 1-3 3.7',
    'M6 8c-2.3 1.7-3.5 4-3.5 4S6 18.5 12 18.5c1.4 0 2.6-.3 3.7-.8',
  ],
  pause: ['M8 5v14M16 5v14'],
  clock: ['M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M12 7v5l3.5 2'],
  link: [
    'M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-5.7-5.7l-1.5 1.5',
    'M14 10a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 5.7 5.7l1.5-1.5',
  ],
  shield: ['M12 3 20 6v6c0 5-3.5 7.8-8 9.5C7.5 19.8 4 17 4 12V6z'],
  edit: ['M4 20h4L19.5 8.5l-4-4L4 16zM13.5 6.5l4 4'],
  star: ['M12 3.5l2.6 5.4 5.9.8-4.3 4.1 1.1 5.9L12 16.9l-5.3 2.8 1.1-5.9L3.5 9.7l5.9-.8z'],
  camera: ['M3 8h10a3 3 0 0 1 3 3v2a3 3 0 0 1-3 3H3zM16 11l5-2.5v7L16 13M7 16v4M4 20h6'],
  computer: ['M5 5h14v10H5zM2 19h20'],
  phone: ['M8 2.5h8v19H8zM11 18.5h2'],
  router: ['M3 13h18v6H3zM7 16h.01M11 16h.01M8 13 6 5M16 13l2-8'],
  printer: ['M7 8V3h10v5M4 8h16v8H4zM7 13h10v8H7z'],
  light: ['M9 18h6M10 21h4M8.5 15.5A6.5 6.5 0 1 1 15.5 15.5V18h-7z'],
  climate: ['M10 14V5a2 2 0 1 1 4 0v9a4 4 0 1 1-4 0M12 17V9'],
  plc: ['M4 4h16v16H4zM8 8h8M8 12h3M8 16h3M15 12v4'],
  screen: ['M3 5h18v12H3zM8 21h8M12 17v4'],
  meter: ['M12 20a8.5 8.5 0 1 1 8.5-8.5M12 12l4-4M12 20h9M17 16h4'],
  lock: ['M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 1 1 7 0v3M12 15v2'],
  server: ['M4 4h16v6H4zM4 14h16v6H4zM8 7h.01M8 17h.01'],
  hub: ['M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6M12 9V3M14.6 13.5 20 17M9.4 13.5 4 17'],
  sensor: [
    'M12 14a2 2 0 1 0 0-4 2 2 0 0 0 0 4M8 16a5.6 5.6 0 0 1 0-8M16 8a5.6 5.6 0 0 1 0 8',
    'M5 19A10 10 0 0 1 5 5M19 5a10 10 0 0 1 0 14',
  ],
  speaker: ['M7 3h10v18H7zM12 17a3 3 0 1 0 0-6 3 3 0 0 0 0 6M12 7h.01'],
  unknown: [
    'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18',
    'M9.5 9.5a2.5 2.5 0 1 1 3.4 2.3c-.6.3-.9.8-.9 1.7M12 16.5h.01',
  ],
} as const

export type IconName = keyof typeof PATHS

/** Decoration only: what it means stands beside it or in the label of its button. */
export const Icon = ({ name, className = '' }: { name: IconName; className?: string }) => (
  <svg className={`icon ${className}`} viewBox="0 0 24 24" aria-hidden="true">
    <path d={PATHS[name].join('')} />
  </svg>
)

const CATEGORIES: Readonly<Record<string, IconName>> = {
  camera: 'camera',
  doorbell: 'camera',
  recorder: 'server',
  computer: 'computer',
  tablet: 'phone',
  phone: 'phone',
  'voip-phone': 'phone',
  wearable: 'phone',
  router: 'router',
  switch: 'router',
  gateway: 'router',
  'access-point': 'router',
  printer: 'printer',
  light: 'light',
  thermostat: 'climate',
  'bms-controller': 'climate',
  plc: 'plc',
  rtu: 'plc',
  io: 'plc',
  drive: 'plc',
  robot: 'plc',
  hmi: 'screen',
  tv: 'screen',
  'media-player': 'screen',
  console: 'screen',
  meter: 'meter',
  scale: 'meter',
  ups: 'meter',
  lock: 'lock',
  server: 'server',
  nas: 'server',
  hub: 'hub',
  sensor: 'sensor',
  siren: 'sensor',
  medical: 'sensor',
  speaker: 'speaker',
  plug: 'light',
}

/** The picture of a category of devices. */
export const categoryIcon = (category: string): IconName => CATEGORIES[category] ?? 'unknown'
