import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import claims from './claims.json' with { type: 'json' };

/** What a sentence says of the extension, and the recorded cases that show it, each with words of its outcome. */
interface Claim {
  /** The file that says it. */
  readonly where: string;
  /** The sentence, or the part of it that says it. */
  readonly text: string;
  readonly cases?: Readonly<Record<string, string | undefined>>;
  /** Instead of cases: whose documentation it is from. */
  readonly documented?: string;
}

const CLAIMS: readonly Claim[] = claims;
const root = new URL('../..', import.meta.url);
const textOf = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const flat = (text: string): string => text.replace(/\s+/g, ' ');

/** The outcomes of every recorded case, as text, by its id. */
const RECORDED = new Map(
  ['duckdb-fdw-cases.json', 'duckdb-fdw-cases-2.json']
    .flatMap((name) => JSON.parse(textOf(`test/fixtures/${name}`)) as { readonly id: string }[])
    .map((recorded) => [recorded.id, JSON.stringify(outcomesOf(recorded)).replaceAll('":', '": ')] as const),
);

function outcomesOf(recorded: {
  readonly id: string;
  readonly expect?: unknown;
  readonly steps?: unknown;
}): unknown {
  return [recorded.expect, recorded.steps];
}

/** Codes of what is wrong in the configuration or among the roles, and says nothing of the extension that a case could show. */
const NOT_OF_THE_EXTENSION = [
  ...['cannot-grant-wrapper', 'duckdb-not-asked', 'duckdb-says', 'extensions-not-checked', 'not-owner'],
  ...['role-name-too-long', 'role-named-like-keyword', 'same-role-twice', 'unknown-role', 'value-not-text'],
  ...['wrapper-missing', 'wrapper-too-old'],
  // From the tables of options, which are recordings themselves.
  ...[
    'not-a-map',
    'option-not-in-release',
    'unknown-option',
    'unknown-secret-provider',
    'unknown-secret-type',
  ],
  // From the documentation of Postgres Pro AXE.
  ...['second-simple-secret', 'simple-secret-type', 'simple-secret-user', 'secret-without-storage'],
  ...['storage-without-secret', 'filesystem-disabled'],
];

describe('what messages and documents say of the extension', () => {
  it.each(CLAIMS.map((claim) => [claim.where, claim.text, claim] as const))(
    '%s: %s',
    (where, text, claim) => {
      expect(flat(textOf(where))).toContain(flat(text));
      const { cases = {}, documented } = claim;
      expect(documented !== undefined || Object.keys(cases).length > 0).toBe(true);
      for (const [id, words = ''] of Object.entries(cases)) {
        expect([...RECORDED.keys()]).toContain(id);
        expect(RECORDED.get(id)).toContain(words);
      }
    },
  );

  it('has cases for every point of the README about it', () => {
    const section = /### What the wrapper does\n([^]*?)\n## /.exec(textOf('README.md'))?.[1] ?? '';
    const points = section
      .split(/\n- /)
      .slice(1)
      .map((point) => flat(point).trim());
    expect(points.length).toBeGreaterThan(5);
    const claimed = CLAIMS.filter(({ where }) => where === 'README.md').map(({ text }) => flat(text));
    expect(points).toEqual(claimed);
  });

  it('has cases in every file with a message about it', () => {
    const files = [
      'traps',
      'audit',
      'audit-options',
      'preflight/existing',
      'preflight/extensions',
      'preflight/rights',
    ];
    const claimed = new Set(CLAIMS.map(({ where }) => where));
    for (const file of files) expect(claimed).toContain(`src/providers/postgres/${file}.ts`);
  });

  it('counts the messages that no case can show', () => {
    const files = [
      'traps',
      'audit',
      'audit-names',
      'audit-options',
      'preflight/axe',
      'preflight/ask',
      'preflight/checks',
    ];
    const more = [
      'preflight/existing',
      'preflight/extensions',
      'preflight/release',
      'preflight/rights',
      'preflight/roles',
    ];
    const codes = [...files, ...more, 'preflight/storages', 'preflight/stranded'].flatMap((file) =>
      [...textOf(`src/providers/postgres/${file}.ts`).matchAll(/code: '([a-z-]+)'/g)].map(
        ([, code = '']) => code,
      ),
    );
    const others = [...new Set(codes)].filter((code) => !NOT_OF_THE_EXTENSION.includes(code));
    expect(others.sort()).toEqual(SHOWN_BY_CASES);
  });
});

/** Codes whose messages have cases above. A new one needs a case there, or a reason in the list before it. */
const SHOWN_BY_CASES = [
  'chain-asks-sts',
  'chain-without-validation',
  'clashing-server-names',
  'credentials-shown',
  'dangerous-server-name',
  'extension-missing',
  'iceberg-server',
  'missing-option',
  'motherduck-without-token',
  'no-usage-on-wrapper',
  'not-in-duckdb-role',
  'option-in-both-places',
  'option-not-accepted',
  'owner-not-administrator',
  'second-motherduck-server',
  'sensitive-option-in-server',
  'server-breaks-duckdb',
  'server-named-validation',
  'shown-to-everyone',
  'unmanaged-mapping-breaks',
];
