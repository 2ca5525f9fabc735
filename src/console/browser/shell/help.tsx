// The help sheet: every key that is answered on this screen.
import { useState } from 'react'
import { Sheet } from '../parts/sheet.tsx'
import { activeShortcuts, switchSingleKeys, useSingleKeys } from './shortcuts.ts'

export function HelpSheet({ close }: { close: () => void }) {
  // As it was when the sheet opened: the sheet itself answers no keys.
  const [shortcuts] = useState(activeShortcuts)
  const on = useSingleKeys()
  const groups = Map.groupBy(shortcuts, (shortcut) => shortcut.group ?? 'On this screen')
  return (
    <Sheet title="Keys" close={close}>
      {['On this screen', 'Everywhere'].map((title) => {
        const group = groups.get(title) ?? []
        if (group.length === 0) return null
        return (
          <section key={title}>
            <h3>{title}</h3>
            <dl className="keys">
              {group.map((shortcut) => (
                <div key={shortcut.keys}>
                  <dt>
                    {shortcut.keys.split(' ').map((key) => (
                      <kbd key={key}>{key}</kbd>
                    ))}
                  </dt>
                  <dd>{shortcut.title}</dd>
                </div>
              ))}
            </dl>
          </section>
        )
      })}
      <label className="choice">
        <input
          type="checkbox"
          checked={on}
          onChange={(event) => switchSingleKeys(event.target.checked)}
        />
        <span>
          <b>Single keys</b>
          <span className="soft small">
            Switch them off where speech input or another program types letters. Tab, arrows and
            Enter go on working.
          </span>
        </span>
      </label>
    </Sheet>
  )
}
