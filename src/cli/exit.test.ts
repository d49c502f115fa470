import { describe, expect, it } from 'vitest';
import { EXIT, exitCode } from './exit.js';

describe('exitCode', () => {
  it.each([
    ['ok', {}, 0],
    ['ok', { differs: true }, 2],
    ['ok', { unchecked: true }, 3],
    ['ok', { differs: true, unchecked: true }, 3],
    ['error', {}, 1],
    ['error', { differs: true, unchecked: true }, 1],
    ['unreachable', {}, 3],
    ['unreachable', { differs: true }, 3],
  ] as const)('%s, %o: %i', (status, found, code) => {
    expect(exitCode(status, found)).toBe(code);
  });

  it('takes a run that does not say whether anything differs as one where nothing does', () => {
    expect(exitCode('ok')).toBe(0);
  });

  it('keeps the numbers that scripts rely on', () => {
    expect(EXIT).toEqual({ ok: 0, error: 1, different: 2, unchecked: 3, interrupted: 130 });
  });
});
