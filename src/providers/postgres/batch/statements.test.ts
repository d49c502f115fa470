import { describe, expect, it } from 'vitest';
import { plain, Sensitive, sensitive } from '../../../model/index.js';
import type { ApplyItem, Change, Fields } from '../../../model/index.js';
import { toBatch } from './order.js';
import { markFor, parseMark } from '../mark.js';

function item(
  action: Change['action'],
  address: string,
  fields: Fields = {},
  changed: readonly string[] = [],
): ApplyItem {
  const change: Change = {
    action,
    address,
    reason: '',
    fields: changed.map((path) => ({ path, action: 'change', sensitive: true })),
    precondition: { kind: 'none' },
    after: [],
    fingerprints: {},
  };
  return action === 'delete'
    ? { change }
    : { change, desired: { address, dependsOn: [], lifecycle: {}, fields } };
}

const texts = (...items: readonly ApplyItem[]): readonly string[] =>
  toBatch(items, 'test').steps.map((step) => (step.do === 'sql' ? step.sql : step.do));

describe('the statements of a batch', () => {
  it('quotes names and values, and writes PUBLIC as the keyword that it is', () => {
    expect(
      texts(
        item('create', 'user_mapping.pg.lake/public', {
          'options.secret': sensitive(new Sensitive("a'b\\c")),
        }),
        item('create', 'user_mapping.pg.lake/O"Brien'),
        item('create', 'fdw_usage.pg.public'),
      ),
    ).toEqual([
      `CREATE USER MAPPING FOR PUBLIC SERVER "lake" OPTIONS ("secret"  E'a''b\\\\c')`,
      'CREATE USER MAPPING FOR "O""Brien" SERVER "lake"',
      'GRANT USAGE ON FOREIGN DATA WRAPPER duckdb TO PUBLIC',
    ]);
  });

  it('puts them in an order in which nothing fails in the middle', () => {
    expect(
      texts(
        item('delete', 'fdw_usage.pg.x'),
        item('delete', 'duckdb_server.pg.gone'),
        item('delete', 'server_usage.pg.gone/x'),
        item('delete', 'server_usage.pg.stays/x'),
        item('delete', 'user_mapping.pg.gone/x'),
        item('create', 'server_usage.pg.made/x'),
        item('create', 'user_mapping.pg.made/x'),
        item('create', 'duckdb_server.pg.made', { type: plain('S3'), owner: plain('boss') }),
        item('update', 'duckdb_server.pg.stays', { 'options.a': plain('1') }, ['options.a']),
        item('replace', 'user_mapping.pg.other/x'),
        item('replace', 'duckdb_server.pg.other', { type: plain('gcs') }),
      ),
    ).toEqual([
      'REVOKE USAGE ON FOREIGN SERVER "stays" FROM "x"',
      'DROP USER MAPPING FOR "x" SERVER "gone"',
      'DROP USER MAPPING FOR "x" SERVER "other"',
      'DROP SERVER "gone"',
      'keep',
      'DROP SERVER "other"',
      `CREATE SERVER "made" TYPE 's3' FOREIGN DATA WRAPPER duckdb`,
      'mark',
      `CREATE SERVER "other" TYPE 'gcs' FOREIGN DATA WRAPPER duckdb`,
      'mark',
      'alter',
      'mark',
      'CREATE USER MAPPING FOR "x" SERVER "made"',
      'CREATE USER MAPPING FOR "x" SERVER "other"',
      'GRANT USAGE ON FOREIGN SERVER "made" TO "x"',
      'regrant',
      'ALTER SERVER "made" OWNER TO "boss"',
      'reown',
      'REVOKE USAGE ON FOREIGN DATA WRAPPER duckdb FROM "x"',
    ]);
  });

  it('never cascades', () => {
    expect(texts(item('delete', 'duckdb_server.pg.a')).join()).not.toMatch(/cascade/i);
  });

  it('does nothing for what is only forgotten or imported', () => {
    expect(
      texts(
        item('forget', 'duckdb_server.pg.a'),
        item('import', 'user_mapping.pg.a/b'),
        item('noop', 'fdw_usage.pg.a'),
      ),
    ).toEqual([]);
  });
});

describe('the mark', () => {
  it('is read back strictly, from the last line', () => {
    expect(parseMark(markFor('a-b'))).toBe('a-b');
    expect(parseMark(`note\n${markFor('a')}`)).toBe('a');
    for (const no of [
      null,
      '',
      'managed by secrets',
      `${markFor('a')}.`,
      `x ${markFor('a')}`,
      `${markFor('a')}\nnote`,
    ]) {
      expect(parseMark(no)).toBeUndefined();
    }
  });
});
