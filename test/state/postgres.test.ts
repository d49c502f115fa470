import { leasePostgres } from '../support/postgres/lease.js';
import { hasPooler, startPooler } from '../postgres/pooler.js';
import { storeAt, throughPort } from './postgres-clients.js';
import { backendContract } from './contract.js';

backendContract('postgres', async () => {
  const server = await leasePostgres({ version: 18 });
  if ('skipped' in server) throw new Error(server.skipped);
  return {
    open: (options) => storeAt(server.url, options),
    close: () => server.stop(),
  };
});

// With one connection to the server, nothing can lean on a session.
if (hasPooler()) {
  backendContract('postgres behind PgBouncer in transaction mode', async () => {
    const server = await leasePostgres({ version: 18 });
    if ('skipped' in server) throw new Error(server.skipped);
    const pooler = await startPooler(server.port);
    return {
      open: (options) => storeAt(throughPort(server.url, pooler.port), options),
      close: async () => {
        await pooler.stop();
        await server.stop();
      },
    };
  });
}
