import { testsByHand } from './by-hand.js';
import { canary, onPostgres } from '../support/site.js';

onPostgres('by hand in Postgres', (server) => {
  testsByHand(server, [
    {
      title: 'an option changed',
      hand: ({ sql }) => sql(`ALTER SERVER lake OPTIONS (SET region 'eu-west-1')`),
      address: 'duckdb_server.warehouse.lake',
      drift:
        /duckdb_server\.warehouse\.lake was changed\n +since: .*\n +~ options\.region = "?us-east-1"? -> "?eu-west-1"?/,
      plan: /warehouse\.lake will be updated in-place\n +because: changed outside of this configuration[^]*~ options\.region = "?eu-west-1"? -> "?us-east-1"?/,
      end: 'healed',
    },
    {
      title: 'an option added',
      hand: ({ sql }) => sql(`ALTER SERVER lake OPTIONS (ADD endpoint 'elsewhere:9000')`),
      address: 'duckdb_server.warehouse.lake',
      drift: /\+ options\.endpoint = "?elsewhere:9000/,
      plan: /- options\.endpoint = "?elsewhere:9000/,
      end: 'healed',
    },
    {
      title: 'the value of a mapping changed',
      hand: ({ sql, env }) => {
        const value = (env['BY_HAND'] = canary('by-hand'));
        return sql(`ALTER USER MAPPING FOR analyst SERVER lake OPTIONS (SET secret '${value}')`);
      },
      address: 'user_mapping.warehouse.lake/analyst',
      drift: /lake\/analyst was changed\n +since: .*\n +~ options\.secret = \(sensitive value\)/,
      plan: /lake\/analyst will be updated in-place\n +because: changed outside of this configuration/,
      end: 'healed',
    },
    {
      title: 'an extra option in a mapping',
      hand: ({ sql, env }) => {
        const value = (env['BY_HAND'] = canary('extra'));
        return sql(`ALTER USER MAPPING FOR analyst SERVER lake OPTIONS (ADD session_token '${value}')`);
      },
      address: 'user_mapping.warehouse.lake/analyst',
      drift: /\+ options\.session_token = \(sensitive value\)/,
      plan: /lake\/analyst will be updated in-place[^]*- options\.session_token = \(sensitive value\)/,
      end: 'healed',
    },
    {
      title: 'a mapping dropped',
      hand: ({ sql }) => sql('DROP USER MAPPING FOR analyst SERVER lake'),
      address: 'user_mapping.warehouse.lake/analyst',
      drift: /lake\/analyst is gone/,
      plan: /lake\/analyst will be created\n +because: gone from the system/,
      end: 'healed',
      remade: true,
    },
    {
      title: 'a mapping added for another role',
      hand: ({ sql, env }) => {
        const value = (env['BY_HAND'] = canary('intruder'));
        return sql(
          `CREATE USER MAPPING FOR intruder SERVER lake OPTIONS (key_id '${value}', secret '${value}')`,
        );
      },
      address: 'user_mapping.warehouse.lake/intruder',
      drift:
        /^Not managed \(on objects of this stack.*\n +! user_mapping\.warehouse\.lake\/intruder: user mapping$/m,
      plan: /^ +! user_mapping\.warehouse\.lake\/intruder: user mapping$/m,
      end: 'left',
    },
    {
      title: 'USAGE on a server granted',
      hand: ({ sql }) => sql('GRANT USAGE ON FOREIGN SERVER lake TO intruder'),
      address: 'server_usage.warehouse.lake/intruder',
      drift: /lake\/intruder was added/,
      plan: /lake\/intruder will be destroyed\n +because: not in the configuration; added outside of it/,
      end: 'healed',
    },
    {
      title: 'USAGE on a server revoked',
      hand: ({ sql }) => sql('REVOKE USAGE ON FOREIGN SERVER lake FROM analyst'),
      address: 'server_usage.warehouse.lake/analyst',
      drift: /server_usage\.warehouse\.lake\/analyst is gone/,
      plan: /server_usage\.warehouse\.lake\/analyst will be created\n +because: gone from the system/,
      end: 'healed',
    },
    {
      title: 'USAGE on the wrapper granted',
      hand: ({ sql }) => sql('GRANT USAGE ON FOREIGN DATA WRAPPER duckdb TO intruder'),
      address: 'fdw_usage.warehouse.intruder',
      drift: /fdw_usage\.warehouse\.intruder was added/,
      plan: /fdw_usage\.warehouse\.intruder will be destroyed\n +because: not in the configuration/,
      end: 'healed',
    },
    {
      title: 'a server dropped with its mappings',
      hand: ({ sql }) => sql('DROP USER MAPPING FOR analyst SERVER lake; DROP SERVER lake'),
      address: 'duckdb_server.warehouse.lake',
      drift: /duckdb_server\.warehouse\.lake is gone/,
      plan: /duckdb_server\.warehouse\.lake will be created\n +because: gone from the system/,
      end: 'healed',
      remade: true,
    },
    {
      title: 'a server dropped and recreated',
      hand: ({ sql }) =>
        sql(`DROP SERVER lake_chain;
          CREATE SERVER lake_chain TYPE 's3' FOREIGN DATA WRAPPER duckdb OPTIONS (provider 'credential_chain', validation 'none')`),
      address: 'duckdb_server.warehouse.lake_chain',
      drift: /lake_chain was recreated outside this stack.*no longer managed by it/,
      plan: /Error: duckdb_server\.warehouse\.lake_chain was recreated outside this stack; it is no longer managed by it[^]*Next: .*adopt/,
      end: 'refused',
    },
    {
      title: 'the owner changed',
      hand: ({ sql }) => sql('ALTER SERVER lake OWNER TO intruder'),
      address: 'duckdb_server.warehouse.lake',
      drift: /warehouse\.lake was changed\n +since: .*\n +~ owner = "?lake_admin"? -> "?intruder"?/,
      plan: /warehouse\.lake will be updated in-place\n +because: changed outside of this configuration[^]*~ owner = "?intruder"? -> "?lake_admin"?/,
      end: 'healed',
    },
  ]);
});
