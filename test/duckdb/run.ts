/**
 * One of two processes that write the same secret at once: `run.ts <directory> <name of the writer> <rounds>`. Prints how its writes
 * ended, as JSON: a status and a message, and how often.
 */
import { Sensitive, plain, sensitive } from '../../src/model/index.js';
import type { ApplyItem, Outcome } from '../../src/model/index.js';
import { runScope } from '../scope.js';
import { duckdb } from '../../src/providers/duckdb/index.js';

const [directory = '', writer = '', rounds = '0'] = process.argv.slice(2);
const address = 'duckdb_secret.d.shared';
const session = await duckdb.open(
  { name: 'd', fields: { secret_directory: plain(directory) } },
  { ...runScope({ env: process.env }), stack: writer, parallelism: 1 },
);
const counts: Record<string, number> = {};
for (let round = 0; round < Number(rounds); round += 1) {
  const fields = {
    type: plain('http'),
    'options.bearer_token': sensitive(new Sensitive(`${writer}-${round}-`.repeat(500))),
  };
  const desired = { address, dependsOn: [], lifecycle: {}, fields };
  const { resources } = await session.read({ desired: [desired], records: [], authoritative: [] });
  const [found] = resources;
  const item: ApplyItem = {
    desired,
    change: {
      action: found === undefined ? 'create' : 'update',
      address,
      reason: 'test',
      fields: [],
      precondition:
        found === undefined ? { kind: 'absent' } : { kind: 'present', id: found.id, version: found.version },
      after: [],
      fingerprints: {},
    },
  };
  await session.apply(
    [item],
    (outcome: Outcome) => {
      const words = outcome.status === 'done' ? 'done' : `${outcome.status}: ${outcome.message}`;
      counts[words] = (counts[words] ?? 0) + 1;
    },
    () => Promise.resolve(true),
  );
}
await session.close();
console.log(JSON.stringify(counts));
