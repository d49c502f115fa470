import { setMaxListeners } from 'node:events';
import { compareText, defined, isReference, problem } from '../model/index.js';
import type { Diagnostic, EndSource, Sensitive, SourceRange, ValueSource } from '../model/index.js';
import type { SourceDefinition } from './definition.js';
import { readSource } from './read.js';
import { sources as builtIn } from './registry.js';
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
 * @param sources the value sources there are
 * @returns the values, and a diagnostic for each place whose value cannot be read; never throws for a bad source
 */
export async function resolveValues(
  requests: readonly ValueRequest[],
  valueOf: (address: string) => ValueSource | undefined,
  context: ValueContext,
  sources: readonly SourceDefinition[] = builtIn,
): Promise<ResolvedValues> {
  const definitions: Definitions = new Map(sources.map((definition) => [definition.word, definition]));
  const ends = requests.flatMap(({ source }) => follow(source, valueOf) ?? []);
  const raw = await readAll(ends, definitions, context);
  const readings = new Map<string, Reading>();
  const readingOf = (source: ValueSource): KeyedReading => {
    const end = follow(source, valueOf);
    const key = end === undefined ? JSON.stringify(source) : keyOf(end);
    let reading = readings.get(key);
    if (reading === undefined) {
      reading = end === undefined ? NOWHERE : (raw.get(rawKeyOf(end, definitions))?.(end) ?? NOT_READ);
      readings.set(key, reading);
    }
    return { key, reading };
  };
  return {
    get: (source) => readingOf(source).reading.value,
    diagnostics: diagnosticsOf(requests, readingOf),
  };
}

type Definitions = ReadonlyMap<string, SourceDefinition>;

/** What came of one distinct value. */
interface KeyedReading {
  readonly key: string;
  readonly reading: Reading;
}

/** The problems of the requests: those of a secret's own value at that secret, and not at every place that refers to it. */
function diagnosticsOf(
  requests: readonly ValueRequest[],
  readingOf: (source: ValueSource) => KeyedReading,
): readonly Diagnostic[] {
  const direct = new Set(
    requests.flatMap(({ source }) => (isReference(source) ? [] : [readingOf(source).key])),
  );
  const diagnostics = new Map<string, Diagnostic>();
  for (const { source, range, address } of requests) {
    const { key, reading } = readingOf(source);
    if (isReference(source) && direct.has(key)) continue;
    for (const each of reading.problems) {
      // One source that is used in many places is one problem in each line, not one for each use.
      const place = `${key}@${range?.file ?? ''}:${range?.line ?? 0}@${each.code}`;
      if (!diagnostics.has(place)) diagnostics.set(place, { ...each, ...defined({ range, address }) });
    }
  }
  return [...diagnostics.values()];
}

/** A chain of references that ends nowhere. */
const NOWHERE: Reading = {
  problems: [
    problem({
      code: 'unknown-secret',
      summary: 'The secret that this value comes from has no value of its own.',
      next: 'Name a secret of this configuration that has a value.',
    }),
  ],
};

/** A source that no request named, so that it was not read. */
const NOT_READ: Reading = { problems: [] };

/** How many sources are read at once: each may hold a file open. */
const AT_ONCE = 32;

/** Reads what the sources share once, and gives for each shared part what makes values of it. */
async function readAll(
  sources: readonly EndSource[],
  definitions: Definitions,
  context: ValueContext,
): Promise<ReadonlyMap<string, Transformer>> {
  const distinct = new Map(sources.map((source) => [rawKeyOf(source, definitions), source]));
  const readings = new Map<string, Transformer>();
  const queue = distinct.entries();
  const { signal, end } = signalForMany(context.signal);
  // All take from the one iterator, so each source is read by one of them.
  const worker = async (): Promise<void> => {
    for (const [key, source] of queue) {
      const definition = definitions.get(source.from);
      if (definition === undefined) readings.set(key, unknown);
      else
        readings.set(
          key,
          transformer(await readSource(source, definition, { ...context, signal }), definition, context),
        );
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  end();
  return readings;
}

/** A source that a program made by hand, or that another version of the tool knows. */
function unknown({ from }: EndSource): Reading {
  return { problems: [problem({ code: 'unknown-source', summary: `Unknown value source \`${from}\`.` })] };
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
  while (isReference(current)) {
    if (passed.has(current.address)) return undefined;
    passed.add(current.address);
    current = valueOf(current.address);
  }
  return current;
}

/** One text for one distinct value. */
function keyOf(source: EndSource): string {
  return JSON.stringify(Object.entries(source).sort(([a], [b]) => compareText(a, b)));
}

/** One text for what is read: a source without what is done to it afterwards. */
function rawKeyOf(source: EndSource, definitions: Definitions): string {
  const shared = definitions.get(source.from)?.shared?.(source) ?? source;
  const { base64: _, trim: __, key: ___, allowEmpty: ____, ...rest } = shared;
  return keyOf(rest);
}
