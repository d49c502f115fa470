import { randomUUID } from 'node:crypto';
import type { StateData } from '../../src/model/index.js';
import { fieldText } from '../../src/model/index.js';
import type { BackendDefinition, Lock, LockRequest, StateStore } from '../../src/state/index.js';

/** A state backend that keeps states in memory, in a drawer that the configuration names. */
export function toyBackend(): BackendDefinition & { readonly drawers: ReadonlyMap<string, StateData> } {
  const drawers = new Map<string, StateData>();
  return {
    name: 'toy',
    description: 'The memory of a test.',
    settings: {
      drawer: {
        type: 'string',
        pattern: '^[a-z]+$',
        patternErrorMessage: 'A drawer is named with lower-case letters.',
        description: 'The drawer that keeps the state.',
        examples: ['top'],
      },
    },
    excerpt: { shown: ['drawer'], short: ['drawer'] },
    credentials: ['TOY_BACKEND_TOKEN'],
    complete: (fields, { stack }) => ({ drawer: { kind: 'plain', value: stack }, ...fields }),
    open: ({ fields }) => Promise.resolve(storeIn(drawers, fieldText(fields['drawer']) ?? '')),
    drawers,
  };
}

function storeIn(drawers: Map<string, StateData>, drawer: string): StateStore {
  return {
    location: `drawer ${drawer}`,
    read: () => Promise.resolve(drawers.get(drawer)),
    write(next, expectedSerial) {
      if ((drawers.get(drawer)?.serial ?? 0) !== expectedSerial) return Promise.reject(new Error('too late'));
      drawers.set(drawer, next);
      return Promise.resolve();
    },
    lock: (request) => Promise.resolve(lockFor(request)),
    unlock: () => Promise.reject(new Error('never locked')),
    close: () => Promise.resolve(),
  };
}

function lockFor({ operation }: LockRequest): Lock {
  const info = { ID: randomUUID(), Operation: operation, Info: '', Who: 'toy', Version: '0', Created: '' };
  return { info, lost: new AbortController().signal, release: () => Promise.resolve() };
}
