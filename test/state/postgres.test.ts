import { poolerProblem, startPooler } from '../postgres/pooler.js';
import { leasePostgres } from '../support/postgres/lease.js';
import type { BackendUnderTest, Missing } from './contract.js';
import { backendContract } from './contract.js';
import { storeAt, throughPort } from './postgres-clients.js';

backendContract('postgres', async () => {
  const server = await leasePostgres({ version: 18 });
  if ('skipped' in server) return { service: 'PostgreSQL 18', problem: server.skipped };
  return {
    open: (options) => storeAt(server.url, options),
    close: () => server.stop(),
  };
});

// With one connection to the server, nothing can lean on a session.
backendContract(
  'postgres behind PgBouncer in transaction mode',
  async (): Promise<BackendUnderTest | Missing> => {
    const server = await leasePostgres({ version: 18 });
    if ('skipped' in server) return { service: 'PostgreSQL 18', problem: server.skipped };
    const problem = poolerProblem();
    if (problem !== undefined) return { service: 'PgBouncer', problem };
    const pooler = await startPooler(server.port);
    return {
      open: (options) => storeAt(throughPort(server.url, pooler.port), options),
      close: async () => {
        await pooler.stop();
        await server.stop();
      },
    };
  },
);
