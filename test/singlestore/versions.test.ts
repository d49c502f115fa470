import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { startHelios } from '../../src/sandbox/helios/index.js';
import type { HeliosSandbox } from '../../src/sandbox/helios/index.js';
import { makeProject } from '../support/project.js';
import type { Project } from '../support/project.js';
import { tokenOf } from '../support/site.js';

/** How an API is that has moved parts of itself. */
interface Moved {
  /** The status of v1 for these parts. */
  readonly status: number;
  /** What begins with one of these is under v2 alone. */
  readonly parts: readonly string[];
  /** What v2 answers instead, if it is not the real thing. */
  readonly instead?: string;
}

const SECRETS = ['secrets'];
const ALL = ['secrets', 'users/current', 'organizations/current'];

/** A server in front of the sandbox, which has moved these parts. */
async function startFront(
  helios: HeliosSandbox,
  { status, parts, instead }: Moved,
): Promise<{ url: string; paths: string[] }> {
  const paths: string[] = [];
  const answer = async (request: IncomingMessage): Promise<{ status: number; body: string }> => {
    const url = request.url ?? '';
    paths.push(`${request.method ?? ''} ${url.replace(/\/[0-9a-f-]{36}/, '/ID').replace(/\?.*/, '')}`);
    const [, version, rest = ''] = /^\/(v\d)\/(.*)$/.exec(url) ?? [];
    const isMoved = parts.some((part) => rest.startsWith(part));
    if (isMoved !== (version === 'v2')) return { status, body: '{"error":"not here"}' };
    if (isMoved && instead !== undefined) return { status: 200, body: instead };
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const response = await fetch(`${helios.url}/v1/${rest}`, {
      method: request.method ?? 'GET',
      headers: { authorization: request.headers.authorization ?? '', 'content-type': 'application/json' },
      ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) }),
    });
    return { status: response.status, body: await response.text() };
  };
  const server = createServer((request, response) => {
    answer(request).then(
      ({ status: code, body }) => response.writeHead(code, { 'content-type': 'application/json' }).end(body),
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, paths };
}

async function openProject(
  moved: Moved,
): Promise<Project & { readonly helios: HeliosSandbox; readonly paths: string[] }> {
  const helios = await startHelios();
  const front = await startFront(helios, moved);
  const project = await makeProject(
    {
      'secrets.yaml': `version: 1
stack: versions
providers: { helios: { type: singlestore, api_key: { env: SINGLESTOREDB_MANAGEMENT_TOKEN } } }
secrets:
  A: { value: { env: A }, owners: [team:Platform], readers: ['user:ben@example.com'] }
`,
    },
    {
      SINGLESTOREDB_MANAGEMENT_BASE_URL: front.url,
      SINGLESTOREDB_MANAGEMENT_TOKEN: tokenOf(helios, 'ci-bot'),
      SECRETS_LOG: 'debug',
      A: 'value-of-this-test',
    },
  );
  onTestFinished(async () => {
    await Promise.all([helios.close(), project.remove()]);
  });
  return { ...project, helios, paths: front.paths };
}

it.each([
  { status: 404, parts: SECRETS },
  { status: 410, parts: SECRETS },
  { status: 404, parts: ALL },
])('finds what is under v2 alone, and says so in the debug log: $status $parts', async (moved) => {
  const { run, helios, paths } = await openProject(moved);
  const applied = await run('apply', '--auto-approve');
  expect(applied.code, applied.stderr).toBe(0);
  expect(applied.stderr).toContain(
    `the API has no /v1/secrets (status ${String(moved.status)}): /v2/secrets answers`,
  );
  expect(helios.control.dump().secrets.map(({ name }) => name)).toEqual(['A']);
  // v1 was asked once.
  expect(paths.filter((path) => path.includes('/v1/secrets'))).toEqual(['GET /v1/secrets']);
  const drift = await run('drift');
  expect(drift.stdout).toContain('No drift.');
  expect(drift.code).toBe(0);
});

it('asks v1 alone where it answers', async () => {
  const { run, paths } = await openProject({ status: 404, parts: [] });
  const applied = await run('apply', '--auto-approve');
  expect(applied.code).toBe(0);
  expect(applied.stderr).not.toContain('/v2/');
  expect(paths.filter((path) => path.includes('/v2/'))).toEqual([]);
});

it.each([
  ['a page', '<html>welcome</html>'],
  ['another shape', '{"secrets":{"A":1}}'],
  ['no list', '{"data":[]}'],
])('takes nothing of a v2 that does not decode, and names what v1 said: %s', async (_, instead) => {
  const { run } = await openProject({ status: 404, parts: SECRETS, instead });
  const plan = await run('plan');
  expect(plan.code).not.toBe(0);
  expect(plan.stderr).toContain('GET /v1/secrets (status 404)');
});
