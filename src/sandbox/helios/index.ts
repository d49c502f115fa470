import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { controlHandler } from './control-routes.js';
import { createControl, type Control } from './control.js';
import { createFaults } from './faults.js';
import { createLog } from './log.js';
import { defaultMaxValueBytes } from './secrets.js';
import { defaultSeed, plant, type WorldSeed } from './seed.js';
import { createSiteServer } from './server.js';
import { createWorld, type World } from './world.js';

/*
 * A local SingleStore Helios Management API for tests and demonstrations, specified in `../SPEC-helios.md`. The tests beside these
 * files check it against the specification.
 */

export type { Control } from './control.js';
export type { DumpedSecret, WorldDump } from './dump.js';
export type { WorldEdit } from './edits.js';
export type { FaultKind, FaultReport, FaultRule } from './faults.js';
export type { LogEntry } from './log.js';
export { Refusal } from './refusal.js';
export { defaultSeed, type WorldSeed } from './seed.js';
export type { World } from './world.js';

/** How to start a sandbox; everything may be left out. */
export interface HeliosOptions {
  /** 0 (the default): the system picks a free one. */
  readonly port?: number;
  /** The organization to start with. */
  readonly seed?: WorldSeed;
  /** `node` (the default): the bodies that the official SDKs decode; `go`: those of the generated Go client. */
  readonly apiShape?: 'node' | 'go';
  /** The list of all secrets comes without values. */
  readonly listWithoutValues?: boolean;
  /** A soft-deleted secret is still found by its id, with `deletedAt`; by default that is a 404. */
  readonly showDeleted?: boolean;
  /** The clock; timestamps are strictly increasing whatever it says. */
  readonly now?: () => Date;
  /** The most bytes (UTF-8) of a value; 5 × 1024 × 1024 by default. */
  readonly maxValueBytes?: number;
  /** Sandboxes with different texts have different ids. */
  readonly idSeed?: string;
  /** The token for the control endpoint; random by default. */
  readonly controlToken?: string;
}

/** An API key of the sandbox, and whose it is. */
export interface SandboxKey {
  readonly name: string;
  readonly token: string;
  readonly userID: string;
  readonly email: string;
}

/** A running sandbox. */
export interface HeliosSandbox {
  /** The base URL, without a slash at its end. */
  readonly url: string;
  readonly port: number;
  /** The keys that it started with. */
  readonly keys: readonly SandboxKey[];
  readonly organization: { readonly orgID: string; readonly name: string };
  /** To be sent in `X-Sandbox-Control` to `<url>/_sandbox/…`. */
  readonly controlToken: string;
  /** The control functions, for use in the same process. */
  readonly control: Control;
  /** The state itself; read it, and change it through `control.edit`. */
  readonly world: World;
  /** Stops listening and breaks every connection, hanging ones too. May be called twice. */
  readonly close: () => Promise<void>;
}

function keysOf(world: World): SandboxKey[] {
  return [...world.keys.values()].map(({ name, token, userID }) => ({
    name,
    token,
    userID,
    email: world.users.get(userID)?.email ?? '',
  }));
}

/**
 * Starts a sandbox on 127.0.0.1. Rejects with the system's error where the port is taken (`EADDRINUSE`), and with a
 * Refusal for a seed that contradicts itself.
 */
export async function startHelios(options: HeliosOptions = {}): Promise<HeliosSandbox> {
  const seed = options.seed ?? defaultSeed;
  const world = createWorld({
    organization: seed.organization,
    now: options.now ?? (() => new Date()),
    maxValueBytes: options.maxValueBytes ?? defaultMaxValueBytes,
    idSeed: options.idSeed ?? 'helios',
  });
  plant(world, seed);
  const faults = createFaults();
  const log = createLog();
  const control = createControl(world, faults, log);
  const controlToken = options.controlToken ?? randomBytes(24).toString('hex');
  const server = createSiteServer({
    world,
    variant: {
      apiShape: options.apiShape ?? 'node',
      listWithoutValues: options.listWithoutValues ?? false,
      showDeleted: options.showDeleted ?? false,
    },
    faults,
    log,
    control: controlHandler(control, controlToken),
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  let closing: Promise<void> | undefined;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    port,
    keys: keysOf(world),
    organization: { orgID: world.organization.orgID, name: world.organization.name },
    controlToken,
    control,
    world,
    close: () =>
      (closing ??= new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      })),
  };
}
