import { expect } from 'vitest';
import type { Diagnostic, EndSource } from '../../src/model/index.js';
import { resolveValues } from '../../src/values/index.js';
import type { ValueContext } from '../../src/values/index.js';
import { runScope } from '../scope.js';

/** A world for value sources: nothing is set, nothing allowed, but what is given. */
export function world(base: string, more: Partial<ValueContext> = {}): ValueContext {
  return runScope({ cwd: base, ...more });
}

/** What a source gives: its value, and what is said of it; no text that is said may hold one of the canaries. */
export async function read(
  source: EndSource,
  context: ValueContext,
  canaries: readonly string[] = [],
): Promise<{ readonly value: string | undefined; readonly said: readonly Diagnostic[] }> {
  const values = await resolveValues([{ source }], () => undefined, context);
  for (const canary of canaries) expect(JSON.stringify(values.diagnostics)).not.toContain(canary);
  return { value: values.get(source)?.reveal(), said: values.diagnostics };
}

/** A source's value, or the one error that is said of it: its code, what is wrong, and what to do. */
export async function outcome(
  source: EndSource,
  context: ValueContext,
  canaries: readonly string[] = [],
): Promise<string> {
  const { value, said } = await read(source, context, canaries);
  if (value !== undefined) return value;
  expect(said).toHaveLength(1);
  const [{ code, summary, next } = { code: '', summary: '', next: undefined }] = said;
  return `${code}: ${summary}${next === undefined ? '' : ` → ${next}`}`;
}
