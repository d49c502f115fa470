/** The ways in which a request can be made to go wrong; see the spec for each. */
export const faultKinds = [
  'status',
  'timeout-before',
  'timeout-after',
  'reset-before',
  'reset-after',
  'truncated',
  'html',
  'garbage',
  'slow',
] as const;

/** One of `faultKinds`. */
export type FaultKind = (typeof faultKinds)[number];

/** Which requests go wrong, and how. Without `method`, `path` and `query` a rule fits every request of the API. */
export interface FaultRule {
  readonly kind: FaultKind;
  readonly method?: string;
  /** A regular expression for the path, without the query. */
  readonly path?: string;
  /** A regular expression for the query as sent (`name=A&organizationID=…`). */
  readonly query?: string;
  /** Which fitting request is the first to go wrong, from 1; `every` (the default): from the first, all of them. */
  readonly nth?: number | 'every';
  /** How many fitting requests go wrong, from there on: 1 with a number in `nth`, else no limit. */
  readonly times?: number;
  /** For `status`: the status, 500 by default. */
  readonly status?: number;
  /** For `status`: the `Retry-After` header: seconds, or a text that is sent as it is (an HTTP date). */
  readonly retryAfter?: number | string;
  /** For `status`, `html` and `garbage`: another body than theirs. */
  readonly body?: string;
  /** For `status`, `html` and `garbage`: the call takes effect before the bad answer; false by default. */
  readonly effect?: boolean;
  /** For `slow`: how long to wait before the call is handled, in milliseconds. */
  readonly delayMs?: number;
}

/** A rule in force: how many requests fitted and how many went wrong. */
export interface FaultReport {
  readonly id: number;
  readonly rule: FaultRule;
  readonly matched: number;
  readonly fired: number;
}

/** The rules in force. */
export interface Faults {
  /** Adds a rule and gives its id. Raises a SyntaxError for a regular expression that is none. */
  add(rule: FaultRule): number;
  /** Takes out one rule, or all of them. */
  clear(id?: number): void;
  list(): FaultReport[];
  /** Counts a request against every rule; gives the oldest rule that fires, if one does. */
  next(request: { method: string; path: string; query: string }): FaultRule | undefined;
}

/** An empty set of rules. */
export function createFaults(): Faults {
  interface Entry {
    readonly id: number;
    readonly rule: FaultRule;
    readonly path: RegExp;
    readonly query: RegExp;
    matched: number;
    fired: number;
  }
  let entries: Entry[] = [];
  let made = 0;

  const due = ({ rule, matched }: Entry): boolean => {
    const nth = rule.nth ?? 'every';
    const first = nth === 'every' ? 1 : nth;
    const times = rule.times ?? (nth === 'every' ? Infinity : 1);
    return matched >= first && matched < first + times;
  };

  return {
    add(rule) {
      const id = ++made;
      const path = new RegExp(rule.path ?? '');
      entries.push({ id, rule, path, query: new RegExp(rule.query ?? ''), matched: 0, fired: 0 });
      return id;
    },
    clear(id) {
      entries = id === undefined ? [] : entries.filter((entry) => entry.id !== id);
    },
    list: () => entries.map(({ id, rule, matched, fired }) => ({ id, rule, matched, fired })),
    next({ method, path, query }) {
      const fitting = entries.filter(
        (entry) =>
          (entry.rule.method ?? method).toUpperCase() === method &&
          entry.path.test(path) &&
          entry.query.test(query),
      );
      for (const entry of fitting) entry.matched += 1;
      const firing = fitting.find(due);
      if (firing !== undefined) firing.fired += 1;
      return firing?.rule;
    },
  };
}
