import type { FaultKind } from './faults.js';

/** One request, without anything of its body or its token. */
export interface LogEntry {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** What was sent; null where no answer was. */
  readonly status: number | null;
  /** The name of the API key, where the token is known. */
  readonly key: string | null;
  readonly fault?: FaultKind;
}

/** The requests so far. */
export interface RequestLog {
  add(entry: LogEntry, pattern: string | undefined): void;
  entries(): LogEntry[];
  /** How many requests there were, by method and path pattern (`GET /v1/secrets/{secretID}`). */
  counts(): Record<string, number>;
  clear(): void;
  /** Calls back after each request, before the next is handled; gives a function that ends it. */
  observe(listener: (entry: LogEntry) => void): () => void;
}

/** Older entries are dropped past this number, so that a long-lived sandbox does not grow; counts go on. */
const keptEntries = 50_000;

/** An empty log. */
export function createLog(): RequestLog {
  let kept: LogEntry[] = [];
  const counted = new Map<string, number>();
  const listeners = new Set<(entry: LogEntry) => void>();
  return {
    add(entry, pattern) {
      kept.push(entry);
      if (kept.length > keptEntries * 2) kept = kept.slice(-keptEntries);
      const group = `${entry.method} ${pattern ?? '(unknown path)'}`;
      counted.set(group, (counted.get(group) ?? 0) + 1);
      for (const listener of listeners) listener(entry);
    },
    entries: () => [...kept],
    counts: () => Object.fromEntries(counted),
    clear() {
      kept = [];
      counted.clear();
    },
    observe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}
