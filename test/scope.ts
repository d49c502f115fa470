import type { RunScope } from '../src/model/index.js';
import { openScope } from '../src/engine/run-scope.js';
import { defaultContext } from '../src/engine/context.js';

type Optional<Type> = { readonly [Key in keyof Type]?: Type[Key] | undefined };

/** The scope of one run with an empty environment, but for what is given. */
export function runScope({ env = {}, cwd, signal, ...more }: Optional<RunScope> = {}): RunScope {
  const given = Object.fromEntries(
    Object.entries({ cwd, signal }).filter(([, value]) => value !== undefined),
  );
  return { ...openScope(defaultContext({ ...given, env })), ...(more as Partial<RunScope>) };
}
