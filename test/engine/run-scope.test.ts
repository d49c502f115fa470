import type * as os from 'node:os';
import { expect, it, vi } from 'vitest';
import { defaultContext } from '../../src/engine/index.js';
import { openScope } from '../../src/engine/run-scope.js';

vi.mock('node:os', async (original) => ({
  ...(await original<typeof os>()),
  // As for a user ID without a passwd entry.
  homedir: () => {
    throw new Error('ENOENT: no such file or directory, uv_os_homedir');
  },
}));

const homeIn = (env: Record<string, string>): string | undefined => openScope(defaultContext({ env })).home;

it('the home folder comes from the environment, and is unknown for a user without one', () => {
  expect(homeIn({ HOME: '/home/ana', USERPROFILE: '/users/ana' })).toBe('/home/ana');
  expect(homeIn({ HOME: '', USERPROFILE: '/users/ana' })).toBe('/users/ana');
  expect(homeIn({ HOME: 'relative' })).toBeUndefined();
  expect(homeIn({})).toBeUndefined();
});

it('what is kept for a run is made once, though making it fails', async () => {
  const scope = openScope(defaultContext());
  const make = vi.fn(() => Promise.reject(new Error('no login')));
  const key = {};
  await expect(scope.once(key, make)).rejects.toThrow('no login');
  await expect(scope.once(key, make)).rejects.toThrow('no login');
  expect(make).toHaveBeenCalledTimes(1);
});

it('a value is added to the mask of the run that wrapped it', () => {
  const add = vi.fn();
  const value = openScope(defaultContext({ mask: { add } })).sensitive('a value');
  expect(add.mock.calls).toEqual([[value]]);
  expect(openScope(defaultContext()).sensitive('another').equals('another')).toBe(true);
});
