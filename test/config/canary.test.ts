import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { HEAD, load } from './load-text.js';

const CANARY = 'hunter2canary';

/** Ways in which a value ends up in a file where none belongs; each makes at least one problem on its line. */
const TEXTS: readonly string[] = [
  `${HEAD}secrets: { A: { value: ${CANARY} } }`,
  `${HEAD}secrets: { A: { vlaue: ${CANARY} } }`,
  `${HEAD}secrets: { A: ${CANARY} }`,
  `${HEAD}secrets: { A: { value: { ${CANARY} } } }`,
  `${HEAD}secrets: { A: { value: { ${CANARY}: x } } }`,
  `${HEAD}secrets: { A: { value: [${CANARY}] } }`,
  `${HEAD}secrets: { A: { value: { env: ${CANARY}-x } } }`,
  `${HEAD}secrets: { A: { value: { env: X }, selv: keep } } # was ${CANARY}`,
  `${HEAD}secrets: { A: { value: { env: X }, self: { ${CANARY} } } }`,
  `${HEAD}secrets: { A: { value: { env: X }, lifecycle: ${CANARY} } }`,
  `${HEAD}secrets: { A: { value: | ${CANARY} } }`,
  `${HEAD}secrets:\n  A:\n    value: ${CANARY}: x\n`,
  `${HEAD}secrets:\n  A:\n    value: "${CANARY}\n`,
  `${HEAD}secrets:\n  A:\n\tvalue: ${CANARY}\n`,
  `${HEAD}secrets:\n  A: { value: ${CANARY}\n`,
  `${HEAD}secrets:\n  A: { value: &x ${CANARY} }\n`,
  `${HEAD}secrets:\n  A: { value: !${CANARY} ${CANARY} }\n`,
  `${HEAD}secrets:\n  A: { value: *${CANARY} }\n`,
  `${HEAD}secrets:\n  A: { value: @${CANARY} }\n`,
  `${HEAD}secrets:\n  A: { value: { env: X }, value: ${CANARY} }\n`,
  `${HEAD}duckdb_servers: { s: { type: s3, options: { secret: ${CANARY} } } }`,
  `${HEAD}duckdb_servers: { s: { type: s3, options: { sekret: ${CANARY}, region: } } }`,
  `${HEAD}duckdb_servers: { s: { type: s3, user_mappings: { public: { TOKEN: ${CANARY} } } } }`,
  `${HEAD}duckdb_servers: { s: { type: s3, user_mappings: { public: { token: [${CANARY}] } } } }`,
  `${HEAD}duckdb_servers: { s: { simple: { type: S3, secret: ${CANARY} } } }`,
  `${HEAD}duckdb_servers: { s: { azure: { connection_string: "AccountKey=${CANARY}" } } }`,
  `version: 1\nstack: p\nproviders: { h: { type: singlestore, api_key: ${CANARY} } }`,
  `version: 1\nstack: p\nproviders: { h: { type: singlestore, apikey: ${CANARY} } }`,
  `version: 1\nstack: p\nproviders: { w: { type: postgres, url: "postgres://u:${CANARY}@h/d" } }`,
  `version: 1\nstack: p\nproviders: { w: { type: postgres, host: "postgres://u:${CANARY}@h/d", prot: 1 } }`,
  `- ${CANARY}`,
  CANARY,
];

describe('the lines that messages show', () => {
  it.each(TEXTS)('hold no value: %s', (text) => {
    const { diagnostics } = load(text);
    expect(diagnostics.length).toBeGreaterThan(0);
    expect(inspect(diagnostics, { depth: 10, maxStringLength: null })).not.toContain(CANARY);
  });

  it('keep their columns: the caret stands under what is wrong', () => {
    const [found] = load(`${HEAD}secrets:\n\n  A: { value: hunter2, ownrs: [] }\n`).diagnostics.filter(
      ({ code }) => code === 'unknown-key',
    );
    const { column = 0, endColumn = 0, excerpt = '' } = found?.range ?? {};
    expect(excerpt).toBe('  A: { value: •••••••, ownrs: [] }');
    expect(excerpt.slice(column - 1, endColumn - 1)).toBe('ownrs');
  });

  it('show nothing that a terminal would obey', () => {
    const { diagnostics } = load(`${HEAD}secrets: { "A\u202e": { value: { env: X } } }`);
    expect(JSON.stringify(diagnostics.map(({ range }) => range?.excerpt))).not.toContain('\u202e');
  });
});
