import { link } from 'node:fs/promises';
import type * as Fs from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { temporaryFolder } from '../../../test/core/folder.js';
import { forgetHolder, newHolder } from '../holder.js';
import { lockFileSteps } from './lock.js';

vi.mock('node:fs/promises', async (original) => {
  const actual = await original<typeof Fs>();
  return { ...actual, link: vi.fn(actual.link) };
});

const request = {
  operation: 'apply',
  timeoutMs: 0,
  onWait: () => undefined,
  signal: new AbortController().signal,
};

it.each(['EIO', 'EEXIST'])(
  'has a lock whose link was made though it is said to have failed (%s)',
  async (code) => {
    const folder = temporaryFolder();
    const path = join(folder, 'prod.lock');
    const real = vi.mocked(link).getMockImplementation();
    vi.mocked(link).mockImplementationOnce(async (from, to) => {
      await real?.(from, to);
      throw Object.assign(new Error(code), { code });
    });
    const mine = newHolder(request, { toolVersion: '1', now: () => new Date(0) });
    const steps = lockFileSteps(path);
    expect(await steps.take(mine)).toEqual({ held: true });
    await steps.giveBack(mine);
    forgetHolder(mine.ID);
    expect(readdirSync(folder)).toEqual([]);
  },
);
