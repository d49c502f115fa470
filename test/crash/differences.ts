/** Where two things differ: one line a place, with both sides. */
export function differences(actual: unknown, expected: unknown, path = ''): readonly string[] {
  if (JSON.stringify(actual) === JSON.stringify(expected)) return [];
  const [left, right] = [childrenOf(actual), childrenOf(expected)];
  if (left === undefined || right === undefined) {
    return [`${path}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`];
  }
  return [...new Set([...left.keys(), ...right.keys()])].flatMap((key) =>
    differences(left.get(key), right.get(key), `${path}/${key}`),
  );
}

/** The parts of an object or list; those of a list that have an address or a name go by it. */
function childrenOf(thing: unknown): ReadonlyMap<string, unknown> | undefined {
  if (typeof thing !== 'object' || thing === null) return undefined;
  if (!Array.isArray(thing)) return new Map(Object.entries(thing));
  return new Map(
    thing.map((one: unknown, index) => {
      const { address, name }: { address?: unknown; name?: unknown } = { ...(one as object) };
      const label = address ?? name;
      return [typeof label === 'string' ? label : String(index), one] as const;
    }),
  );
}

/** Raises an error that names every place where two things differ. */
export function expectSame(what: string, actual: unknown, expected: unknown): void {
  const found = differences(actual, expected);
  if (found.length > 0)
    throw new Error(`${what} is not as it would be undisturbed:\n  ${found.join('\n  ')}`);
}
