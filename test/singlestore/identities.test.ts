import { afterEach, describe, expect, it } from 'vitest';
import { DiagnosticError } from '../../src/model/index.js';
import { UnreachableError } from '../../src/providers/sdk/index.js';
import { defaultSeed, startHelios, type HeliosSandbox } from '../../src/sandbox/helios/index.js';
import { configured, open } from './harness.js';

let sandbox: HeliosSandbox;
afterEach(() => sandbox.close());

async function prepare(readers: readonly string[], owners: readonly string[] = []) {
  const session = await open(sandbox);
  return session.prepare(configured({ A: { value: '1', owners, readers } }).desired);
}
const codes = async (...readers: string[]) =>
  (await prepare(readers)).diagnostics.map((diagnostic) => diagnostic.code);

describe('whom shares name', () => {
  it('writes users, teams, ids and self in their one form, with few requests', async () => {
    sandbox = await startHelios();
    const { userID } = sandbox.keys.find((key) => key.name === 'chloe')!;
    sandbox.control.clearRequests();
    const { resources, diagnostics } = await prepare(
      [
        'user:BEN@example.com',
        `user:${userID.toUpperCase()}`,
        'team:Machine Learning',
        'user:ci-bot@example.com',
      ],
      ['self'],
    );
    expect(diagnostics).toEqual([]);
    expect(resources.map((resource) => resource.address.replace('.helios.A/', ' '))).toEqual([
      'secret.helios.A',
      'share user:ana@example.com',
      'share user:ben@example.com',
      'share user:chloe@example.com',
      'share team:Machine Learning',
      'share user:ci-bot@example.com',
    ]);
    expect(sandbox.control.total()).toBe(4);
  });

  it('says who cannot be found, with the nearest names', async () => {
    sandbox = await startHelios();
    const { diagnostics } = await prepare([
      'user:cloe@example.com',
      'team:Platfrom',
      'team:Zebra',
      'user:dora@example.com',
    ]);
    expect(diagnostics).toMatchObject([
      { code: 'unknown-user', severity: 'error', next: 'Did you mean user:chloe@example.com?' },
      { code: 'unknown-team', next: 'Did you mean team:Platform?', address: 'share.helios.A/team:Platfrom' },
      { code: 'unknown-team' },
      { code: 'invited-not-joined' },
    ]);
  });

  it('asks for an id where two teams have one name, and then takes it', async () => {
    const ids = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'];
    sandbox = await startHelios({
      seed: { ...defaultSeed, teams: ids.map((teamID) => ({ name: 'Twins', teamID })), invitations: [] },
    });
    const { diagnostics } = await prepare(['team:Twins']);
    expect(diagnostics).toMatchObject([
      { code: 'ambiguous-team', next: expect.stringContaining(`team:${ids[0]}`) as string },
    ]);
    const { resources } = await prepare([`team:${ids[1]}`]);
    expect(resources[1]?.address).toBe(`share.helios.A/team:${ids[1]}`);
  });

  it('refuses one principal under two names', async () => {
    sandbox = await startHelios();
    expect(await codes('self', 'user:Ana@example.com')).toEqual(['same-principal-twice']);
  });
});

describe('opening', () => {
  const problem = async (promise: Promise<unknown>): Promise<unknown> =>
    promise.then(
      () => undefined,
      (error: unknown) => error,
    );

  it('says that a key is wrong, and shows nothing of it', async () => {
    sandbox = await startHelios();
    const error = await problem(open(sandbox, { key: 'nobody' }));
    expect(error).toBeInstanceOf(DiagnosticError);
    expect(error).toMatchObject({
      diagnostics: [{ code: 'api-key-refused', next: expect.stringContaining('key') as string }],
    });
    expect(JSON.stringify(error)).not.toContain('sandbox_nobody');
  });

  it('says what a key without rights may lack', async () => {
    sandbox = await startHelios();
    sandbox.control.edit({ kind: 'set-key', name: 'ana', denied: 'The organization is out of credits.' });
    expect(await problem(open(sandbox))).toMatchObject({
      diagnostics: [{ code: 'api-forbidden', next: expect.stringContaining('firewall') as string }],
    });
  });

  it('refuses another organization than the file names', async () => {
    sandbox = await startHelios();
    const other = '00000000-0000-4000-8000-00000000000f';
    expect(await problem(open(sandbox, { organization: other }))).toBeInstanceOf(DiagnosticError);
    const session = await open(sandbox, { organization: sandbox.organization.orgID.toUpperCase() });
    expect(session.system.id).toBe(sandbox.organization.orgID);
    expect(sandbox.control.requests().every((one) => one.query.includes('organizationID='))).toBe(true);
  });

  it('says that nobody answers, and where', async () => {
    sandbox = await startHelios();
    await sandbox.close();
    const error = await problem(open(sandbox));
    expect(error).toBeInstanceOf(UnreachableError);
    expect(error).toMatchObject({
      message: `Cannot connect to 127.0.0.1:${sandbox.port}: connection refused (ECONNREFUSED).`,
    });
  });

  it.each([
    [{ kind: 'status', status: 503 }, UnreachableError],
    [{ kind: 'html' }, UnreachableError],
    [{ kind: 'garbage' }, DiagnosticError],
    [{ kind: 'garbage', body: '<html>Sign in</html>' }, DiagnosticError],
    [{ kind: 'truncated' }, UnreachableError],
    [{ kind: 'timeout-before' }, UnreachableError],
  ] as const)('has a clear answer to %o', async (fault, kind) => {
    sandbox = await startHelios();
    sandbox.control.addFault(fault);
    const error = await problem(open(sandbox, { env: { SECRETS_HTTP_TIMEOUT_MS: '60' } }));
    expect(error).toBeInstanceOf(kind);
    expect((error as Error).message).toContain('127.0.0.1');
  });
});
