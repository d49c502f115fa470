import { describe, expect, it } from 'vitest';
import { EXIT, exitCode } from './exit.js';

describe('exitCode', () => {
  it.each([
    ['ok', false, 0],
    ['ok', true, 2],
    ['error', false, 1],
    ['error', true, 1],
    ['unreachable', false, 3],
    ['unreachable', true, 3],
  ] as const)('%s, differs %s: %i', (status, differs, code) => {
    expect(exitCode(status, differs)).toBe(code);
  });

  it('takes a run that does not say whether anything differs as one where nothing does', () => {
    expect(exitCode('ok')).toBe(0);
  });

  it('keeps the numbers that scripts rely on', () => {
    expect(EXIT).toEqual({ ok: 0, error: 1, different: 2, unreachable: 3, interrupted: 130 });
  });
});
