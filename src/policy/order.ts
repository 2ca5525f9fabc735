// Putting lists in order where they are. Nearly all lists here are short, and V8 makes copies of
// every list it sorts.

/** Up to this many items inserting one by one is quicker than sorting. */
const INSERTED_MAX = 24

/** Sorts in place; what compares as 0 keeps its order. */
export function inOrder<Item>(items: Item[], compare: (one: Item, other: Item) => number): Item[] {
  if (items.length > INSERTED_MAX) return items.sort(compare)
  for (let at = 1; at < items.length; at++) {
    const item = items[at]
    let to = at
    for (; to > 0 && compare(items[to - 1], item) > 0; to--) items[to] = items[to - 1]
    items[to] = item
  }
  return items
}
