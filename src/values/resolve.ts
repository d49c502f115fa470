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
 * Reads every source that the requests name, each distinct one once, all at the same time.
 * @param valueOf the source of another secret's value, by address, for `{ secret: NAME }`
 * @returns the values, and a diagnostic for each place whose value cannot be read; never throws for a bad source
 */
export async function resolveValues(
  requests: readonly ValueRequest[],
  valueOf: (address: string) => ValueSource | undefined,
  context: ValueContext,
): Promise<ResolvedValues> {
  const readings = new Map<string, Promise<Reading>>();
  const diagnostics: Diagnostic[] = [];
  const values = new Map<string, Sensitive>();
  const said = new Set<string>();
  const direct = new Set(
    requests.filter(({ source }) => source.from !== 'secret').map(({ source }) => keyOf(source, valueOf)),
  );
  const pending = requests.map(async (request) => {
    const key = keyOf(request.source, valueOf);
    let reading = readings.get(key);
    if (reading === undefined) {
      reading = read(follow(request.source, valueOf), context);
      readings.set(key, reading);
    }
    const { value, problem } = await reading;
    if (value !== undefined) values.set(key, value);
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
  await Promise.all(pending);
  return { get: (source) => values.get(keyOf(source, valueOf)), diagnostics };
}

/** Follows `{ secret: NAME }` to where that secret's value comes from. The configuration has no cycles of them. */
function follow(
  source: ValueSource,
  valueOf: (address: string) => ValueSource | undefined,
): Exclude<ValueSource, { from: 'secret' }> | undefined {
  let current: ValueSource | undefined = source;
  while (current?.from === 'secret') current = valueOf(current.address);
  return current;
}

/** One text for one distinct source. */
function keyOf(source: ValueSource, valueOf: (address: string) => ValueSource | undefined): string {
  const end = follow(source, valueOf);
  return JSON.stringify(
    end === undefined ? source : Object.entries(end).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function read(
  source: Exclude<ValueSource, { from: 'secret' }> | undefined,
  context: ValueContext,
): Promise<Reading> {
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
