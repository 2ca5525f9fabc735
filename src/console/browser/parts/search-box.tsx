// The search box of a list: answers while typing, `/` leads to it, Escape back to the list.
import { useEffect, useRef, useState } from 'react'
import { useShortcuts } from '../shell/shortcuts.ts'
import { Icon } from './icon.tsx'

const PAUSE_MS = 120

interface SearchBoxGiven {
  readonly label: string
  readonly placeholder: string
  readonly value: string
  readonly change: (value: string) => void
}

export function SearchBox({ label, placeholder, value, change }: SearchBoxGiven) {
  const box = useRef<HTMLInputElement>(null)
  const [text, setText] = useState(value)
  const sent = useRef(value)
  // The address changed by other means: a link, the back button.
  useEffect(() => {
    if (value === sent.current) return
    sent.current = value
    setText(value)
  }, [value])
  useEffect(() => {
    if (text === sent.current) return
    const timer = setTimeout(() => {
      sent.current = text
      change(text)
    }, PAUSE_MS)
    return () => clearTimeout(timer)
  })
  useShortcuts([{ keys: '/', title: 'Search', run: () => box.current?.select() }])
  return (
    <div className="search">
      <Icon name="search" />
      <input
        ref={box}
        type="search"
        className="input"
        aria-label={label}
        placeholder={placeholder}
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return
          if (text === '') box.current?.blur()
          setText('')
        }}
      />
      <kbd aria-hidden="true">/</kbd>
    </div>
  )
}
