/** A table's own entry; `undefined` for `constructor` and whatever else every object inherits. For keys that come from outside. */
export function own<Value>(
  table: Readonly<Record<string, Value>> | undefined,
  key: string,
): Value | undefined {
  return table !== undefined && Object.hasOwn(table, key) ? table[key] : undefined;
}
