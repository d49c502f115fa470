import { expect, it } from 'vitest';
import { isConflict, sqlStateWords } from './sql-states.js';

it.each([
  ['40001', '', 'retry'],
  ['40P01', '', 'retry'],
  ['XX000', 'tuple concurrently updated', 'retry'],
  ['XX000', 'tuple concurrently deleted', 'retry'],
  ['XX000', 'cache lookup failed for type 7', 'wait'],
  ['XX001', 'tuple concurrently updated', 'change'],
  ['08006', '', 'wait'],
  ['53300', '', 'wait'],
  ['57P01', '', 'wait'],
  ['57P04', '', 'change'],
  ['42501', '', 'change'],
  ['42P01', '', 'change'],
  ['28P01', '', 'change'],
  ['3D000', '', 'change'],
  ['25006', '', 'change'],
  ['P0001', '', 'change'],
])('%s %j: %s', (state, message, remedy) => {
  expect(sqlStateWords(state, message).remedy).toBe(remedy);
  expect(isConflict(state, message)).toBe(remedy === 'retry');
});
