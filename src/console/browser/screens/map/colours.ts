// Colours of the map, read from the page: WebGL knows no custom properties.

const LIGHT = [
  '#0b7a70',
  '#2f5fb3',
  '#b4530a',
  '#8a3ea8',
  '#b0264f',
  '#5c7a12',
  '#1482a8',
  '#8f6a00',
  '#5a55c9',
  '#6b6b6b',
] as const
const DARK = [
  '#45c9b9',
  '#7fa8f0',
  '#f2994f',
  '#cf90ea',
  '#f37a9a',
  '#a9c957',
  '#5fc3e6',
  '#dfbd45',
  '#a09cf5',
  '#a8a8a8',
] as const

export interface Colours {
  readonly ink: string
  readonly page: string
  readonly edge: string
  readonly faint: string
  readonly dim: string
  readonly accent: string
  readonly outside: string
  readonly group: (number: number) => string
}

export const colours = (dark: boolean): Colours => ({
  ink: dark ? '#e7edf3' : '#16202c',
  page: dark ? '#161e27' : '#ffffff',
  edge: dark ? '#34424f' : '#d3dae1',
  faint: dark ? 'rgba(120, 140, 160, 0.4)' : 'rgba(120, 135, 150, 0.4)',
  dim: dark ? '#25303b' : '#e6eaee',
  accent: dark ? '#4fd1c1' : '#0b6e66',
  outside: dark ? '#6c7a88' : '#7d8a97',
  group: (number) => {
    const list = dark ? DARK : LIGHT
    return list[Math.min(Math.max(number, 0), list.length - 1)]
  },
})
