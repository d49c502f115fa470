import { describe, expect, it } from 'vitest';
import { plain } from '../../model/index.js';
import type { Fields } from '../../model/index.js';
import { postgresSettings } from './settings.js';

const settings = (fields: Fields) => postgresSettings({ name: 'pg', fields }, { HOME: '/home/ana' });

describe("the provider's own settings", () => {
  it('are left out where nobody gives them', () => {
    const given = settings({ host: plain('db') });
    expect(given.hosts).toEqual([{ host: 'db', port: 5432 }]);
    expect(given.allowServerLog).toBe(false);
    expect(given).not.toHaveProperty('statementTimeoutMs');
    expect(given).not.toHaveProperty('extensionDirectory');
  });

  it('are taken as they are written', () => {
    expect(
      settings({
        statement_timeout: plain('5000'),
        allow_server_log: plain(true),
        extension_directory: plain('/ext'),
      }),
    ).toMatchObject({ statementTimeoutMs: 5000, allowServerLog: true, extensionDirectory: '/ext' });
  });

  it('are refused under the name of the provider', () => {
    expect(() => settings({ statement_timeout: plain('soon') })).toThrow(
      'Provider pg: statement_timeout is not a number of milliseconds.',
    );
    expect(() => settings({ port: plain('0') })).toThrow('Provider pg: the port is not a number');
  });
});
