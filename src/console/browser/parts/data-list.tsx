// A long list: only the rows in sight are drawn, the next page is fetched before it is reached, and
// one row at a time has the focus (arrows or j and k; Enter opens).
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef, type CSSProperties, type KeyboardEvent, type ReactNode } from 'react'
import { PHONE, useMedia } from '../shell/media.ts'
import { useShortcuts } from '../shell/shortcuts.ts'
import { Icon } from './icon.tsx'

export interface Column<Item> {
  readonly id: string
  readonly title: string
  /** A track of the grid: `90px`, `minmax(0, 2fr)`. */
  readonly width: string
  readonly cell: (item: Item) => ReactNode
  /** The API's word for sorting by it. */
  readonly sort?: string
  readonly number?: boolean
  /** The first click puts the largest first. */
  readonly down?: boolean
}

export interface DataListGiven<Item> {
  readonly label: string
  /** A class that says how a row looks on a phone. */
  readonly kind: string
  readonly columns: readonly Column<Item>[]
  readonly items: readonly Item[]
  readonly total: number
  readonly keyOf: (item: Item) => string
  readonly open: (item: Item) => void
  readonly selected: string
  readonly select: (item: Item) => void
  readonly sort?: string
  readonly setSort?: (sort: string) => void
  /** Called when the end comes near. */
  readonly more?: () => void
  readonly rowHeight?: number
  readonly phoneHeight?: number
}

const NEAR_END = 30

export function DataList<Item>(given: DataListGiven<Item>) {
  const { items, columns, keyOf, selected, more, rowHeight = 46, phoneHeight = 68 } = given
  const box = useRef<HTMLDivElement>(null)
  const phone = useMedia(PHONE)
  const height = phone ? phoneHeight : rowHeight
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => box.current,
    estimateSize: () => height,
    overscan: 12,
    scrollPaddingStart: 40,
  })
  useEffect(() => {
    virtual.measure()
  }, [virtual, height])
  const rows = virtual.getVirtualItems()
  const lastRow = rows.at(-1)?.index ?? 0
  useEffect(() => {
    if (more && lastRow >= items.length - NEAR_END) more()
  }, [more, lastRow, items.length])
  const at = items.findIndex((item) => keyOf(item) === selected)
  const go = (to: number) => {
    const index = Math.min(Math.max(to, 0), items.length - 1)
    if (!items[index]) return
    virtual.scrollToIndex(index, { align: 'auto' })
    given.select(items[index])
    requestAnimationFrame(() => rowElement(box.current, index)?.focus({ preventScroll: true }))
  }
  useMoves({ at, go, last: items.length - 1 }, () => items[at] && given.open(items[at]))
  const style = { '--columns': columns.map((column) => column.width).join(' ') } as CSSProperties
  return (
    <div
      ref={box}
      className={`list ${given.kind}`}
      role="grid"
      aria-label={given.label}
      aria-rowcount={given.total + 1}
      aria-colcount={columns.length}
      style={style}
      tabIndex={items.length > 0 ? -1 : 0}
      onKeyDown={(event) => arrow(event, { at, go, last: items.length - 1 })}
    >
      <Head {...given} />
      <div role="rowgroup" className="list-inner" style={{ height: virtual.getTotalSize() }}>
        {rows.map((row) => (
          <Row
            key={keyOf(items[row.index])}
            given={given}
            index={row.index}
            top={row.start}
            height={height}
            focusable={row.index === Math.max(at, 0)}
          />
        ))}
      </div>
    </div>
  )
}

function useMoves({ at, go }: Moves, open: () => void): void {
  useShortcuts([
    { keys: 'j', title: 'Next row', run: () => go(at + 1) },
    { keys: 'k', title: 'Row before', run: () => go(at - 1) },
    { keys: 'Enter', title: 'Open the row', run: open },
  ])
}

const rowElement = (box: HTMLElement | null, index: number): HTMLElement | null =>
  box?.querySelector<HTMLElement>(`[aria-rowindex="${index + 2}"]`) ?? null

interface Moves {
  readonly at: number
  readonly last: number
  readonly go: (to: number) => void
}

function arrow(event: KeyboardEvent, { at, last, go }: Moves): void {
  const moves: Readonly<Record<string, number>> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    Home: 0,
    End: last,
    PageDown: at + 10,
    PageUp: at - 10,
  }
  const to = moves[event.key]
  if (to === undefined) return
  event.preventDefault()
  go(to)
}

/** Its own direction first, then the other way round. */
function nextSort(
  { sort: name = '', down }: { sort?: string; down?: boolean },
  now: string,
): string {
  const [first, second] = down ? [`-${name}`, name] : [name, `-${name}`]
  return now === first ? second : first
}

function Head<Item>({ columns, sort = '', setSort }: DataListGiven<Item>) {
  return (
    <div role="rowgroup">
      <div role="row" aria-rowindex={1} className="row head">
        {columns.map((column) => {
          const on = column.sort !== undefined && sort.replace(/^-/, '') === column.sort
          const down = on && sort.startsWith('-')
          return (
            <div
              key={column.id}
              role="columnheader"
              className={`cell ${column.number ? 'number' : ''}`}
              aria-sort={on ? (down ? 'descending' : 'ascending') : undefined}
            >
              {column.sort && setSort ? (
                <button type="button" onClick={() => setSort(nextSort(column, sort))}>
                  {column.title}
                  {on && <Icon name={down ? 'down' : 'up'} className="tiny-icon" />}
                </button>
              ) : (
                column.title
              )}
            </div>
          )
        })}
      </div>
    </div>
  )
}

interface RowGiven<Item> {
  readonly given: DataListGiven<Item>
  readonly index: number
  readonly top: number
  readonly height: number
  readonly focusable: boolean
}

function Row<Item>({ given, index, top, height, focusable }: RowGiven<Item>) {
  const item = given.items[index]
  return (
    // The row is chosen by a click; keyboards reach it with arrows, and open it with Enter.
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={given.keyOf(item) === given.selected}
      className="row body"
      style={{ height, transform: `translateY(${top}px)` }}
      tabIndex={focusable ? 0 : -1}
      onFocus={(event) => {
        if (event.target === event.currentTarget && given.keyOf(item) !== given.selected) {
          given.select(item)
        }
      }}
      onClick={(event) => {
        if ((event.target as HTMLElement).closest('a, button')) return
        given.select(item)
        given.open(item)
      }}
    >
      {given.columns.map((column) => (
        <div
          key={column.id}
          role="gridcell"
          className={`cell ${column.id} ${column.number ? 'number' : ''}`}
        >
          {column.cell(item)}
        </div>
      ))}
    </div>
  )
}
