import { describe, expect, it } from 'vitest';
import { failureOf } from './errors.js';

const GONE = "Secret Validation Failure: during `create` using the following:\nCredential Chain: 'config'\n";
const words = (message: string, needy: readonly string[] = []) =>
  failureOf(
    { failed: 'duckdb_server.wh.lake', why: 'error', message, sqlstate: 'XX000' },
    { clean: (text) => text, needy },
  );

describe('a failure of the wrapper', () => {
  it('names the remedy where the host has no credentials for the server itself', () => {
    const { message, next } = words(GONE);
    expect(message).toContain('the database host has no credentials for this provider credential_chain');
    expect(next).toContain('"validation: none"');
  });

  it('names the servers that fail every change, and not the one that is changed', () => {
    const failure = words(`(PGDuckDB/GetQueryError) Invalid Configuration Error: ${GONE}`, ['old_lake']);
    expect(failure.message).toMatch(/^not this change: .*"old_lake"/);
    expect(failure.next).toContain("Drop that server and create it again with validation 'none'");
  });

  it('is the sentence of the wrapper where the role may not use DuckDB', () => {
    const sentence =
      'DuckDB execution is not allowed because you have not been granted the duckdb.postgres_role';
    expect(words(sentence)).toMatchObject({
      message: `${sentence} (SQLSTATE XX000)`,
      next: expect.stringContaining('GRANT') as string,
    });
  });
});
