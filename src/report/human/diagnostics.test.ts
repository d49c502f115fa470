import { describe, expect, it } from 'vitest';
import type { Diagnostic, SourceRange } from '../../model/index.js';
import { diagnosticText, diagnosticsText, placeOf } from './diagnostics.js';
import { displayWidth } from '../printable.js';
import { PLAIN } from './style.js';

function at(
  excerpt: string,
  column: number,
  endColumn: number,
  more: Partial<SourceRange> = {},
): SourceRange {
  return { file: 'secrets.yaml', line: 12, column, endLine: 12, endColumn, excerpt, ...more };
}

function text(range: SourceRange, more: Partial<Diagnostic> = {}): string {
  return diagnosticText({ severity: 'error', code: 'x', summary: 'Wrong.', range, ...more }, PLAIN);
}

/** The line of the excerpt and that of the carets, without the gutter. */
function drawn(range: SourceRange): readonly [string, string] {
  const [, , line = '', carets = ''] = text(range).split('\n');
  return [line.slice(line.indexOf('|') + 2), carets.slice(carets.indexOf('|') + 2)];
}

describe('diagnosticText', () => {
  it('says what is wrong, where, why, and what to do', () => {
    const full = text(at('  HF_TOKEN: { valeu: 1 }', 15, 20), {
      summary: '`valeu` is no key of a secret.',
      detail: 'Keys are words of the language.\r\nThey have no synonyms.',
      next: 'Did you mean `value`?',
      address: 'secret.helios.HF_TOKEN',
      related: [{ message: 'first defined here', range: at('  HF_TOKEN:', 3, 11, { line: 7, endLine: 7 }) }],
    });
    expect(full).toMatchInlineSnapshot(`
      "Error: \`valeu\` is no key of a secret.
        secrets.yaml:12:15 (secret.helios.HF_TOKEN)
          12 |   HF_TOKEN: { valeu: 1 }
             |               ^^^^^
        secrets.yaml:7:3 first defined here
          7 |   HF_TOKEN:
            |   ^^^^^^^^
        Keys are words of the language.
        They have no synonyms.
        Next: Did you mean \`value\`?
      "
    `);
  });

  it('names the resource where no file is to blame, unless the sentence does', () => {
    const base: Diagnostic = { severity: 'warning', code: 'x', summary: 'It is old.' };
    const address = 'secret.helios.HF_TOKEN';
    expect(diagnosticText({ ...base, address }, PLAIN)).toBe(`Warning: It is old.\n  ${address}\n`);
    expect(diagnosticText({ ...base, address, summary: `${address} is old.` }, PLAIN)).toBe(
      `Warning: ${address} is old.\n`,
    );
    expect(diagnosticText({ ...base, severity: 'info' }, PLAIN)).toBe('Note: It is old.\n');
  });

  it('gives the place as editors and CI systems understand it', () => {
    expect(placeOf(at('', 3, 4))).toBe('secrets.yaml:12:3');
  });

  it('marks the place under plain text', () => {
    expect(drawn(at('stack: Prod', 8, 12))).toEqual(['stack: Prod', '       ^^^^']);
  });

  it('keeps tabs, so that the carets stand right at every width of a tab', () => {
    expect(drawn(at('\tstack:\tProd', 9, 13))).toEqual(['\tstack:\tProd', '\t      \t^^^^']);
  });

  it('counts wide characters as two columns, and marks on letters as none', () => {
    expect(drawn(at('表: x', 4, 5))).toEqual(['表: x', '    ^']);
    expect(drawn(at('k: 秘密', 4, 6))).toEqual(['k: 秘密', '   ^^^^']);
    expect(drawn(at('e\u0301: x', 5, 6))).toEqual(['e\u0301: x', '   ^']);
    expect(drawn(at('🔑: x', 5, 6))).toEqual(['🔑: x', '    ^']);
  });

  it('marks the place behind what had to be escaped', () => {
    const [line, carets] = drawn(at('a\u001b: x', 5, 6));
    expect(line).toBe('a\\u{1b}: x');
    expect(carets.indexOf('^')).toBe(line.indexOf('x'));
  });

  it('marks to the end of the line where the range goes on in the next', () => {
    expect(drawn(at('a: [1,', 4, 2, { endLine: 14 }))).toEqual(['a: [1,', '   ^^^']);
  });

  it('always marks one place: an empty range, one behind the end, one before its start', () => {
    expect(drawn(at('a:', 3, 3))).toEqual(['a:', '  ^']);
    expect(drawn(at('a:', 9, 12))).toEqual(['a:', '  ^']);
    expect(drawn(at('abc', 3, 1))).toEqual(['abc', '  ^']);
  });

  it('shows what the configuration masked as it came', () => {
    expect(drawn(at('    value: ••••••••', 12, 20))).toEqual(['    value: ••••••••', '           ^^^^^^^^']);
  });

  it('shows no line where there is none', () => {
    const { excerpt, ...bare } = at('x', 1, 2);
    expect(text(bare)).toBe('Error: Wrong.\n  secrets.yaml:12:1\n');
    expect(text({ ...bare, excerpt: '' })).toBe('Error: Wrong.\n  secrets.yaml:12:1\n');
    expect(excerpt).toBe('x');
  });

  it('lines the gutter up with numbers of any length', () => {
    const [, , line = '', carets = ''] = text(at('x', 1, 2, { line: 1234, endLine: 1234 })).split('\n');
    expect(line).toBe('    1234 | x');
    expect(carets).toBe('         | ^');
    expect(displayWidth(line.split('|')[0] ?? '')).toBe(displayWidth(carets.split('|')[0] ?? ''));
  });
});

describe('diagnosticsText', () => {
  it('puts the worst last, and keeps the order among equals', () => {
    const make = (severity: Diagnostic['severity'], summary: string): Diagnostic => ({
      severity,
      code: 'x',
      summary,
    });
    const all = [make('error', 'E1'), make('info', 'I'), make('error', 'E2'), make('warning', 'W')];
    expect(diagnosticsText(all, PLAIN)).toBe('Note: I\n\nWarning: W\n\nError: E1\n\nError: E2\n');
    expect(diagnosticsText([], PLAIN)).toBe('');
  });
});
