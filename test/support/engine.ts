import { expect } from 'vitest';
import { DEFAULT_OPTIONS, apply, drift, plan } from '../../src/engine/index.js';
import type { ApplyResult, DriftResult, PlanResult, RunContext, RunOptions } from '../../src/engine/index.js';
import type { Project } from './project.js';

/** The engine's verbs over a project, in this process: what the command does, without the start of a process. */
export interface Engine {
  readonly plan: () => Promise<PlanResult>;
  readonly drift: () => Promise<DriftResult>;
  /** Applies without asking. */
  readonly apply: () => Promise<ApplyResult>;
  /** Applies, and raises unless that went well. */
  readonly applied: () => Promise<ApplyResult>;
  /** Raises unless nothing is left to do and nothing drifted. */
  readonly settled: () => Promise<void>;
}

/** The engine over the folder and the variables of a project. */
export function engineOf({ folder, env }: Pick<Project, 'folder' | 'env'>): Engine {
  const context = (): RunContext => ({
    cwd: folder,
    env: { ...env },
    signal: new AbortController().signal,
    progress: () => undefined,
    now: () => new Date(),
    toolVersion: 'test',
  });
  // What is asked of these runs may well be to destroy everything.
  const options: RunOptions = { ...DEFAULT_OPTIONS, maxDeletes: { percent: 100 } };
  const hooks = { approve: () => Promise.resolve(true), onOutcome: () => undefined, onWait: () => undefined };
  const run = {
    plan: () => plan(options, context()),
    drift: () => drift(options, context()),
    apply: () => apply(options, context(), hooks),
  };
  return {
    ...run,
    applied: async () => {
      const result = await run.apply();
      const failed = result.outcomes?.filter((outcome) => outcome.status !== 'done') ?? [];
      expect({
        failed,
        errors: result.diagnostics.filter((diagnostic) => diagnostic.severity === 'error'),
      }).toEqual({
        failed: [],
        errors: [],
      });
      expect(result.status).toBe('ok');
      return result;
    },
    settled: async () => {
      const planned = await run.plan();
      expect(planned.status).toBe('ok');
      expect(planned.plan?.changes).toEqual([]);
      const drifted = await run.drift();
      expect(drifted.status).toBe('ok');
      expect(drifted.plan?.drift).toEqual([]);
    },
  };
}
