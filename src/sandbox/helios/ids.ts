import { createHash } from 'node:crypto';

/**
 * A UUID that always comes out the same for the same text, so that two runs of one scenario have the same ids.
 * Management API contract: ids are UUIDs.
 */
export function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

const uuidShape = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether a text has the form of a UUID (any version, either case). */
export function isUuid(text: string): boolean {
  return uuidShape.test(text);
}

/** The items in an order that looks random but is fixed by `salt` and the item's key; the input is left as it is. */
export function shuffled<T>(items: readonly T[], salt: string, keyOf: (item: T) => string): T[] {
  const ranked = items.map((item) => ({
    item,
    rank: createHash('sha256')
      .update(`${salt}/${keyOf(item)}`)
      .digest('hex'),
  }));
  ranked.sort((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0));
  return ranked.map(({ item }) => item);
}
