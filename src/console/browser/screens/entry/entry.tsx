// The page in front of the door: one card in the middle.
import type { ReactNode } from 'react'
import icon from '../../icon.svg'

interface EntryGiven {
  readonly title: string
  readonly text?: ReactNode
  readonly children: ReactNode
  readonly wide?: boolean
}

export const Entry = ({ title, text, children, wide = false }: EntryGiven) => (
  <main className="entry">
    <div className={`entry-card ${wide ? 'wide' : ''}`}>
      <p className="brand">
        <img src={icon} alt="" /> Thingward
      </p>
      <h1>{title}</h1>
      {text && <div className="soft">{text}</div>}
      {children}
    </div>
  </main>
)
