import { describe, expect, it } from 'vitest';
import { problem } from './index.js';

describe('the detail of a problem', () => {
  it('is one line, whatever names are in it', () => {
    const { detail } = problem({
      code: 'x',
      summary: 'It is.',
      detail: 'Among them: a\nNo changes.\r\u2028b',
    });
    expect(detail).not.toMatch(/[\r\n\u2028]/);
    expect(detail).toContain('a\\nNo changes.\\r');
  });

  it('has the lines that it is given, and none that a name brings', () => {
    expect(problem({ code: 'x', summary: 'It is.', detail: ['a\nb', 'c'] }).detail).toBe('a\\nb\nc');
  });
});
