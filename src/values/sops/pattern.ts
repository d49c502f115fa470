import { createContext, Script } from 'node:vm';
import type { Context } from 'node:vm';

/** How long one pattern of a file may take in all, for every name of the file, in milliseconds. */
const LIMIT_MS = 1000;

/** A pattern takes too long. Go evaluates every pattern in linear time, JavaScript does not: `^(a+)+$` takes years. */
export class SlowPattern extends Error {
  override readonly name = 'SlowPattern';
}

const COMPILE = new Script('regex = new RegExp(pattern, flags); undefined');
const TEST = new Script('regex.test(name)');

/**
 * A pattern of Go as one of JavaScript, which is asked of each name of a path; `null` where it has something that only Go has.
 * It runs in a context of its own, the only place where a regular expression can be stopped. What is returned throws SlowPattern.
 */
export function patternOf(pattern: string): ((path: readonly string[]) => boolean) | null {
  const [, flags = '', rest = ''] = /^(?:\(\?([is]+)\))?(.*)$/s.exec(pattern) ?? [];
  const context = createContext(
    Object.assign(Object.create(null) as Context, {
      pattern: rest,
      flags: `u${[...new Set(flags)].join('')}`,
    }),
  );
  try {
    COMPILE.runInContext(context, { timeout: LIMIT_MS });
  } catch {
    return null;
  }
  const answers = new Map<string, boolean>();
  let usedMs = 0;
  const test = (name: string): boolean => {
    if (usedMs >= LIMIT_MS) throw new SlowPattern();
    const startMs = performance.now();
    context['name'] = name;
    try {
      return TEST.runInContext(context, { timeout: Math.ceil(LIMIT_MS - usedMs) }) === true;
    } catch {
      throw new SlowPattern();
    } finally {
      usedMs += performance.now() - startMs;
    }
  };
  return (path) =>
    path.some((name) => {
      const answer = answers.get(name) ?? test(name);
      answers.set(name, answer);
      return answer;
    });
}
