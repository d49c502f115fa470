import { DiagnosticError, nearestWords, problemError, providerOf } from '../../model/index.js';
import type { ActualResource, ConfiguredResource, StateData } from '../../model/index.js';
import type { RunContext, RunOptions } from '../context.js';
import { load } from '../load.js';
import type { Loaded } from '../load.js';
import { withLockedStore } from '../locking.js';
import { applyMarks, markProblems } from '../marks.js';
import { refresh } from '../refresh/index.js';
import type { RefreshRequest, RefreshResult } from '../refresh/index.js';
import { openScope } from '../run-scope.js';
import type { StateChangeResult, StateHooks } from '../state.js';
import { newState } from '../writer.js';
import { claimProblem } from './claim.js';
import { checkOneAddress, importedChange, withImported } from './record.js';

/**
 * Takes an object that exists into the state: from then on it is ours. Only its mark is set, where its system can hold one.
 * @param address a resource of the configuration
 * @param id the system's id of the object that is meant; absent: the one of that name
 * @throws DiagnosticError where there is no such resource, no such object, or another stack owns it
 */
export async function importResource(
  address: string,
  id: string | undefined,
  options: RunOptions,
  context: RunContext,
  hooks: StateHooks,
): Promise<StateChangeResult> {
  const scope = openScope(context);
  const { loaded, diagnostics } = await load(options.files, scope);
  if (loaded === undefined) throw new DiagnosticError(diagnostics);
  const resource = findResource(loaded, address);
  const locking = { operation: 'import', options, onWait: hooks.onWait };
  return withLockedStore(loaded, locking, scope, ({ store, lock, scope: inner }) => {
    const request: RefreshRequest = {
      loaded,
      store,
      valuesAreRead: 'never',
      options: { ...options, targets: [address], excludes: [] },
      diagnostics,
    };
    return refresh<StateChangeResult>(request, inner, {
      onBlocked: (problems) => {
        throw new DiagnosticError(problems);
      },
      onRefreshed: async (refreshed) => {
        const { stack } = loaded.configuration;
        const from = adoptedFrom(loaded, resource);
        const actual = findObject(refreshed, { stack, address, id, from });
        const before = refreshed.unmoved ?? newState(stack);
        const next = await withImported(before, [{ actual, resource }], refreshed, inner.now());
        checkOneAddress(next, [address], loaded.kinds);
        const marked = await applyMarks([actual], { loaded, refreshed });
        const failures = markProblems(marked, 'import-mark');
        if (failures.length > 0) throw new DiagnosticError(failures);
        await store.write(next, before.serial, lock);
        return {
          status: 'ok',
          diagnostics: [
            ...refreshed.diagnostics.filter(
              ({ severity, code }) => severity === 'info' || code === 'key-missing',
            ),
            ...marked.diagnostics,
          ],
          changes: [importedChange(actual, marked)],
        };
      },
    });
  });
}

/** The resource of the configuration: one that it does not name would be destroyed by the next apply. */
function findResource({ configuration: { resources }, kinds }: Loaded, address: string): ConfiguredResource {
  const parsed = kinds.parse(address);
  if (parsed === undefined) {
    throw problemError({
      code: 'import-address',
      summary: `${address} is not a valid address.`,
      next: 'Write one such as secret.helios.HF_TOKEN.',
    });
  }
  const resource = resources.find((candidate) => candidate.address === address);
  if (resource === undefined) throw unknownResource(address, resources);
  if (kinds.isList(parsed.kind)) {
    throw problemError({
      code: 'import-member',
      summary: `${address} is a member of an authoritative list.`,
      next: 'It needs no import: the next apply takes it in.',
    });
  }
  return resource;
}

/** The stack from which the configuration takes a resource over, by itself or by what it lives in. */
function adoptedFrom(
  { configuration, kinds }: Loaded,
  { address, lifecycle }: ConfiguredResource,
): string | undefined {
  const parent = kinds.parentOf(address);
  const { resources } = configuration;
  return lifecycle.adoptFrom ?? resources.find((it) => it.address === parent)?.lifecycle.adoptFrom;
}

function unknownResource(address: string, resources: readonly ConfiguredResource[]): DiagnosticError {
  const [nearest] = nearestWords(
    address,
    resources.map((resource) => resource.address),
  );
  return problemError({
    code: 'import-unknown',
    summary: `The configuration has no ${address}.`,
    next:
      nearest === undefined
        ? 'Write it into the configuration first, then import it.'
        : `Did you mean ${nearest}?`,
  });
}

/** What is to be imported. */
interface Meant {
  readonly stack: string;
  readonly address: string;
  /** The id that it must have, if one was given. */
  readonly id: string | undefined;
  /** The stack from which the configuration takes it over. */
  readonly from: string | undefined;
}

/** The object that is meant, where the system has it and no other stack owns it. */
function findObject({ systems, stored, diagnostics }: RefreshResult, meant: Meant): ActualResource {
  const { address } = meant;
  const down = systems.unreachable.find(({ provider }) => provider === providerOf(address));
  if (down !== undefined) {
    throw problemError({
      code: 'import-unreachable',
      summary: `${down.provider}: ${down.message}`,
      next: down.next ?? 'Try again later.',
    });
  }
  const actual = Object.values(systems.actual)
    .flatMap(({ resources }) => resources)
    .find((resource) => resource.address === address && resource.inherited !== true);
  if (actual === undefined) {
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    if (errors.length > 0) throw new DiagnosticError(errors);
    throw problemError({
      code: 'import-missing',
      summary: `The system has no ${address}, or this identity may not see it.`,
      next: 'Check the name and the rights; an apply creates what is missing.',
    });
  }
  checkImportable(actual, meant, stored);
  return actual;
}

function checkImportable(
  actual: ActualResource,
  { stack, id, from }: Meant,
  stored: StateData | undefined,
): void {
  const { address } = actual;
  if (id !== undefined && actual.id !== id) {
    throw problemError({
      code: 'import-other-id',
      summary: `${address} has the id ${actual.id} in its system, not ${id}.`,
      next: `If that is the one you mean: secrets import ${address} ${actual.id}`,
    });
  }
  const claim = claimProblem(actual, stack, from);
  if (claim !== undefined) throw problemError(claim);
  const record = stored?.records.find((candidate) => candidate.address === address);
  if (record?.id === actual.id) {
    throw problemError({
      code: 'import-owned',
      summary: `${address} is already in the state (${actual.id}).`,
      next: 'Nothing to do.',
    });
  }
}
