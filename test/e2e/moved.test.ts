import { expect, it } from 'vitest';
import { CONFIGURATION, expectSettled, onPostgres, openSite } from '../support/site.js';

const RENAMED = CONFIGURATION.replace('  HF_TOKEN:', '  HUGGING_FACE:').replace('  lake:', '  sea:');
const MOVED = `${RENAMED}moved:
  - { from: secret.helios.HF_TOKEN, to: secret.helios.HUGGING_FACE }
  - { from: duckdb_server.warehouse.lake, to: duckdb_server.warehouse.sea }
`;

onPostgres('a moved address', (server) => {
  it('is followed where the object has its new name, and what still has the old one is replaced, not forgotten', async () => {
    const site = await openSite(server());
    await site.applied();
    await site.sql('ALTER SERVER lake RENAME TO sea');
    await site.write('secrets.yaml', MOVED);
    const plan = await site.run('plan', '--max-deletes', '5');
    expect(plan.stderr).toContain('secret.helios.HF_TOKEN still has its old name in its system');
    expect(plan.stdout).toMatch(/- secret\.helios\.HF_TOKEN will be destroyed/);
    expect(plan.stdout).toMatch(/\+ secret\.helios\.HUGGING_FACE will be created/);
    expect(plan.stdout).not.toMatch(/duckdb_server\.warehouse\.(lake|sea) (will|must)/);
    await site.applied('--max-deletes', '5');
    expect(Object.keys(site.secrets()).sort()).toEqual([
      'AWS_ACCESS_KEY_ID',
      'AWS_SECRET_KEY',
      'HUGGING_FACE',
    ]);
    const state = await site.run('state', 'list');
    expect(state.stdout).not.toMatch(/HF_TOKEN|lake$/m);
    await expectSettled(site);
  });
});
