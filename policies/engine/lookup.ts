/** An index of items by key, because each rule looks up every one of a stack's thousands of resources. */
export function lookup<Key, Item>(
  items: Iterable<Item>,
  keysOf: (item: Item) => readonly (Key | undefined)[],
): (key: Key | undefined) => readonly Item[] {
  const found = new Map<Key, Item[]>();
  for (const item of items) {
    for (const key of new Set(keysOf(item))) {
      if (key === undefined) {
        continue;
      }
      const list = found.get(key);
      if (list === undefined) {
        found.set(key, [item]);
      } else {
        list.push(item);
      }
    }
  }
  return (key) => (key === undefined ? [] : (found.get(key) ?? []));
}
