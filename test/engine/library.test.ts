import { expect, it } from 'vitest';
import * as library from '../../src/index.js';

it('the library exports what a program needs, and no more', () => {
  expect(Object.keys(library).sort()).toEqual([
    'DEFAULT_OPTIONS',
    'DiagnosticError',
    'UnreachableError',
    'apply',
    'applyPlan',
    'defaultContext',
    'drift',
    'formatAddress',
    'getValues',
    'graph',
    'hasErrors',
    'importResource',
    'plan',
    'planTo',
    'pull',
    'showPlan',
    'stateMove',
    'statePull',
    'statePush',
    'stateRead',
    'stateRebind',
    'stateRecord',
    'stateRemove',
    'stateUnlock',
    'validate',
    'withExtensions',
  ]);
});
