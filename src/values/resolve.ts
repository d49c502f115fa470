import { defined } from '../model/index.js';
import { setMaxListeners } from 'node:events';
import type { Diagnostic, EndSource, Sensitive, SourceRange, ValueSource } from '../model/index.js';
import { readSource } from './read.js';
import { problem } from './reading.js';
import type { Reading, ValueContext } from './reading.js';
import { transformer } from './transforms.js';
import type { Transformer } from './transforms.js';

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
 * Reads every source that the requests name, each distinct one once, several at the same time: two places that take different keys out of
 * one file, or one answer, share its reading.
 * @param valueOf the source of another secret's value, by address, for `{ secret: NAME }`
 * @returns the values, and a diagnostic for each place whose value cannot be read; never throws for a bad source
 */
export async function resolveValues(
  requests: readonly ValueRequest[],
  valueOf: (address: string) => ValueSource | undefined,
  context: ValueContext,
): Promise<ResolvedValues> {
  const ends = requests.map(({ source }) => follow(source, valueOf));
  const raw = await readAll(ends, context);
  const readings = new Map<string, Reading>();
  const readingOf = (source: ValueSource, end: EndSource | undefined): { key: string; reading: Reading } => {
    const key = end === undefined ? JSON.stringify(source) : keyOf(end);
    let reading = readings.get(key);
    if (reading === undefined) {
      reading = end === undefined ? NOWHERE : (raw.get(rawKeyOf(end))?.(end) ?? NOT_READ);
      readings.set(key, reading);
    }
    return { key, reading };
  };
  const found = requests.map(({ source }, index) => readingOf(source, ends[index]));
  const direct = new Set(
    found.flatMap(({ key }, index) => (requests[index]?.source.from === 'secret' ? [] : [key])),
  );
  const diagnostics: Diagnostic[] = [];
  const said = new Set<string>();
  requests.forEach((request, index) => {
    const one = found[index];
    // What is wrong with a secret's own value is said there, not at every place that refers to it.
    if (one === undefined || (request.source.from === 'secret' && direct.has(one.key))) return;
    for (const each of one.reading.problems) {
      // One source that is used in many places is one problem in each file position, not one per use.
      const place = `${one.key}@${request.range?.file ?? ''}:${request.range?.line ?? 0}@${each.code}`;
      if (said.has(place)) continue;
      said.add(place);
      diagnostics.push({
        ...each,
        ...defined({ range: request.range, address: request.address }),
      });
    }
  });
  return { get: (source) => readingOf(source, follow(source, valueOf)).reading.value, diagnostics };
}

/** A chain of references that ends nowhere. */
const NOWHERE: Reading = {
  problems: [
    problem(
      'unknown-secret',
      'The secret that this value comes from has no value of its own.',
      'Name a secret of this configuration that has a value.',
    ),
  ],
};

/** A source that no request named, so that it was not read. */
const NOT_READ: Reading = { problems: [] };

/** How many sources are read at once: each may hold a file open. */
const AT_ONCE = 32;

async function readAll(
  sources: readonly (EndSource | undefined)[],
  context: ValueContext,
): Promise<ReadonlyMap<string, Transformer>> {
  const distinct = new Map<string, EndSource>();
  for (const source of sources) {
    if (source === undefined) continue;
    const key = rawKeyOf(source);
    if (!distinct.has(key)) distinct.set(key, source);
  }
  const readings = new Map<string, Transformer>();
  const left = distinct.entries();
  const { signal, end } = signalForMany(context.signal);
  // All take from the one iterator, so each source is read by one of them.
  const worker = async (): Promise<void> => {
    for (const [key, source] of left) {
      readings.set(key, transformer(await readSource(source, { ...context, signal })));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  end();
  return readings;
}

/** A signal that is aborted with another, and that so many may listen to without a warning of Node's. */
function signalForMany(signal: AbortSignal): { readonly signal: AbortSignal; readonly end: () => void } {
  const many = new AbortController();
  setMaxListeners(0, many.signal);
  const stop = (): void => {
    many.abort(signal.reason);
  };
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  return {
    signal: many.signal,
    end: () => {
      signal.removeEventListener('abort', stop);
    },
  };
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

/** One text for one distinct value. */
function keyOf(source: EndSource): string {
  return JSON.stringify(Object.entries(source).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** One text for what is read: a source without what is done to it afterwards. */
function rawKeyOf(source: EndSource): string {
  const { base64: _, trim: __, key: ___, ...rest } = source;
  return keyOf(rest.from === 'dotenv' ? { ...rest, name: '' } : rest);
}
