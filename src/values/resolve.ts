import type { Diagnostic, Sensitive, SourceRange, ValueSource } from '../model/index.js';
import { readEnv } from './env.js';
import { readFileSource } from './file.js';
import type { Reading, ValueContext } from './reading.js';

/** One place that asks for a value. */
export interface ValueRequest {
  readonly source: ValueSource;
  readonly range?: SourceRange;
  readonly address?: string;
}

/** The values of a run, read once. */
export interface ResolvedValues {
  /** The value of a source; `undefined` where it could not be read (a diagnostic says why). */
  get(source: ValueSource): Sensitive | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads every source that the requests name, each distinct one once, several at the same time.
 * @param valueOf the source of another secret's value, by address, for `{ secret: NAME }`
 * @returns the values, and a diagnostic for each place whose value cannot be read; never throws for a bad source
 */
export async function resolveValues(
  requests: readonly ValueRequest[],
  valueOf: (address: string) => ValueSource | undefined,
  context: ValueContext,
): Promise<ResolvedValues> {
  const keys = requests.map(({ source }) => keyOf(source, valueOf));
  const readings = await readAll(
    new Map(requests.map(({ source }, index) => [keys[index] ?? '', follow(source, valueOf)])),
    context,
  );
  const direct = new Set(keys.filter((_, index) => requests[index]?.source.from !== 'secret'));
  const diagnostics: Diagnostic[] = [];
  const said = new Set<string>();
  requests.forEach((request, index) => {
    const key = keys[index] ?? '';
    const problem = readings.get(key)?.problem;
    if (problem === undefined) return;
    // What is wrong with a secret's own value is said there, not at every place that refers to it.
    if (request.source.from === 'secret' && direct.has(key)) return;
    // One source that is used in many places is one problem in each file position, not one per use.
    const place = `${key}@${request.range?.file ?? ''}:${request.range?.line ?? 0}`;
    if (said.has(place)) return;
    said.add(place);
    diagnostics.push({
      ...problem,
      ...(request.range === undefined ? {} : { range: request.range }),
      ...(request.address === undefined ? {} : { address: request.address }),
    });
  });
  return { get: (source) => readings.get(keyOf(source, valueOf))?.value, diagnostics };
}

/** A source that is read itself, and not by following another one. */
type EndSource = Exclude<ValueSource, { from: 'secret' }>;

/** How many sources are read at once: each may hold a file open. */
const AT_ONCE = 32;

async function readAll(
  sources: ReadonlyMap<string, EndSource | undefined>,
  context: ValueContext,
): Promise<ReadonlyMap<string, Reading>> {
  const readings = new Map<string, Reading>();
  const left = sources.entries();
  // All take from the one iterator, so each source is read by one of them.
  const worker = async (): Promise<void> => {
    for (const [key, source] of left) readings.set(key, await read(source, context));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return readings;
}

/** Follows `{ secret: NAME }` to where that secret's value comes from; a circle of them leads nowhere. */
function follow(
  source: ValueSource,
  valueOf: (address: string) => ValueSource | undefined,
): EndSource | undefined {
  const passed = new Set<string>();
  let current: ValueSource | undefined = source;
  while (current?.from === 'secret') {
    if (passed.has(current.address)) return undefined;
    passed.add(current.address);
    current = valueOf(current.address);
  }
  return current;
}

/** One text for one distinct source. */
function keyOf(source: ValueSource, valueOf: (address: string) => ValueSource | undefined): string {
  const end = follow(source, valueOf);
  return JSON.stringify(
    end === undefined ? source : Object.entries(end).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function read(source: EndSource | undefined, context: ValueContext): Promise<Reading> {
  switch (source?.from) {
    case 'env':
      return Promise.resolve(readEnv(source, context));
    case 'file':
      return readFileSource(source);
    case undefined:
      return Promise.resolve({
        problem: {
          severity: 'error',
          code: 'unknown-secret',
          summary: 'The secret that this value comes from has no value of its own.',
          next: 'Name a secret of this configuration that has a value.',
        },
      });
  }
}
