// Bringing together what is alike: short lists, which nearly all are, by looking, long ones by key.

/** What makes items alike: `same` tells of two; `key` is equal for those that are the same. */
export interface Likeness<Item> {
  readonly same: (one: Item, other: Item) => boolean
  readonly key: (item: Item) => string
}

/** Up to this many items looking costs less than keys. */
const LOOKED_THROUGH_MAX = 16

/** Likeness by a text that is there already. */
export const byText = <Item>(text: (item: Item) => string): Likeness<Item> => ({
  same: (one, other) => text(one) === text(other),
  key: text,
})

/**
 * The items of each kind side by side, kinds in the order of their first. May change the order of
 * the list that is given.
 */
export function together<Item>(items: Item[], { same, key }: Likeness<Item>): Item[] {
  if (items.length > LOOKED_THROUGH_MAX) return [...Map.groupBy(items, key).values()].flat()
  for (let at = 2; at < items.length; at++) {
    const item = items[at]
    let before = at - 1
    while (before >= 0 && !same(items[before], item)) before--
    if (before < 0) continue
    for (let to = at; to > before + 1; to--) items[to] = items[to - 1]
    items[before + 1] = item
  }
  return items
}

/**
 * Shows the items of each kind, in the order of `together`: those of the whole list from `from` on,
 * up to and without `to`.
 */
export function eachKind<Item>(
  items: Item[],
  likeness: Likeness<Item>,
  show: (all: readonly Item[], from: number, to: number) => void,
): void {
  const all = together(items, likeness)
  for (let from = 0, to; from < all.length; from = to) {
    to = from + 1
    while (to < all.length && likeness.same(all[from], all[to])) to++
    show(all, from, to)
  }
}

/** What `change` makes of the items of each kind, in the order of `together`. */
export function perKind<Item>(
  items: Item[],
  likeness: Likeness<Item>,
  change: (kind: Item[]) => readonly Item[],
): Item[] {
  const result: Item[] = []
  eachKind(items, likeness, (all, from, to) => {
    for (const one of change(all.slice(from, to))) result.push(one)
  })
  return result
}
