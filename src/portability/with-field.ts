/*
 * Calls are not ours to change: what differs at an endpoint is made anew, and the rest stays the same object.
 */

/** The object with another value in one field. The same object when it has that value. */
export const withField = <Holder extends object>(holder: Holder, field: keyof Holder, value: unknown): Holder =>
  holder[field] === value ? holder : { ...holder, [field]: value };

/** The list with other items. The same list when no item changes. */
export function mapChanged<Item>(items: readonly Item[], map: (item: Item) => Item): readonly Item[] {
  const mapped = items.map(map);
  return mapped.some((item, index) => item !== items[index]) ? mapped : items;
}
