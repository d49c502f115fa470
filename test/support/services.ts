import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'vitest';

import { embeddedBinaries, systemBinaries } from './postgres/binaries.js';

/** What tests use that a machine may lack: its name, and its version here, if it is here. */
const SERVICES = {
  'PostgreSQL 18': () => postgresVersion(18),
  'PostgreSQL 15': () => postgresVersion(15),
  pg_dump: () => versionOf('pg_dump'),
  PgBouncer: () => versionOf('pgbouncer'),
  Python: () => versionOf('python3'),
  OpenSSL: () => versionOf('openssl', 'version'),
  'a terminal': () => versionOf('script'),
  Chromium: () => versionOf('chromium'),
} as const satisfies Readonly<Record<string, () => Promise<string | undefined>>>;

/** One of them. */
export type Service = keyof typeof SERVICES;

/** Their names. */
export const SERVICE_NAMES = Object.keys(SERVICES) as readonly Service[];

/** The version that this machine has, in the words of the program; nothing where it has none. */
export function versionHere(service: Service): Promise<string | undefined> {
  return SERVICES[service]();
}

async function versionOf(program: string, flag = '--version'): Promise<string | undefined> {
  try {
    const stdio = ['ignore', 'pipe', 'pipe'] as const;
    const printed = execFileSync(program, [flag], { encoding: 'utf8', stdio: [...stdio] });
    return await Promise.resolve(printed.split('\n')[0]);
  } catch {
    return undefined;
  }
}

async function postgresVersion(version: 15 | 18): Promise<string | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'secrets-version-'));
  try {
    const found = await (version === 18 ? embeddedBinaries(folder, false) : systemBinaries(version));
    if (typeof found === 'string') return undefined;
    const env = { ...process.env, LD_LIBRARY_PATH: found.libraries.join(':') };
    return execFileSync(found.postgres, ['--version'], { encoding: 'utf8', env }).trim();
  } catch {
    return undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Begins the reason of a test that is skipped for want of a service. */
const MISSING = 'There is no ';

/**
 * Skips a test where a service is missing. Where `.ci/run` finds that the machine has it all the same, it fails.
 * @param problem why it can't be used; nothing where it can
 */
export function needs(context: TestContext, service: Service, problem: string | undefined): void {
  context.skip(problem !== undefined, `${MISSING}${service}: ${problem ?? ''}`);
}

/** The service for want of which a test was skipped. */
export function missingService(reason: string): Service | undefined {
  return SERVICE_NAMES.find((name) => reason.startsWith(`${MISSING}${name}:`));
}
