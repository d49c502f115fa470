import { dumpWorld, type WorldDump } from './dump.js';
import { applyEdit, type WorldEdit } from './edits.js';
import type { FaultReport, FaultRule, Faults } from './faults.js';
import type { LogEntry, RequestLog } from './log.js';
import { takeSnapshot } from './snapshot.js';
import type { World } from './world.js';

/** What tests and people do to a sandbox from outside; the control endpoint offers the same over HTTP. */
export interface Control {
  /** Makes requests go wrong from now on; gives the rule's id. */
  readonly addFault: (rule: FaultRule) => number;
  /** Takes out one rule, or all. */
  readonly clearFaults: (id?: number) => void;
  readonly faults: () => FaultReport[];
  /** The requests of the API so far, without bodies. */
  readonly requests: () => LogEntry[];
  /** How many there were, by method and path pattern. */
  readonly counts: () => Record<string, number>;
  /** How many there were in all. */
  readonly total: () => number;
  readonly clearRequests: () => void;
  /** Calls back after each request of the API, before the next one is handled; gives a function that ends it. */
  readonly observe: (listener: (entry: LogEntry) => void) => () => void;
  /** Changes the world by hand; gives the id of what it made new. Raises a Refusal for an unknown name. */
  readonly edit: (edit: WorldEdit) => string | undefined;
  /** The world without values and tokens. */
  readonly dump: () => WorldDump;
  /** The value of the living secret of this name, past all rules of access; not offered over HTTP. */
  readonly valueOf: (name: string) => string | undefined;
  /** Keeps the organization as it is now; the function that it gives brings it back. Not offered over HTTP either. */
  readonly snapshot: () => () => void;
}

/** The control functions over a world, its faults and its log. */
export function createControl(world: World, faults: Faults, log: RequestLog): Control {
  return {
    addFault: (rule) => faults.add(rule),
    clearFaults: (id) => {
      faults.clear(id);
    },
    faults: () => faults.list(),
    requests: () => log.entries(),
    counts: () => log.counts(),
    total: () => Object.values(log.counts()).reduce((sum, count) => sum + count, 0),
    clearRequests: () => {
      log.clear();
    },
    observe: (listener) => log.observe(listener),
    edit: (edit) => applyEdit(world, edit),
    dump: () => dumpWorld(world),
    valueOf: (name) =>
      [...world.secrets.values()].find((secret) => secret.name === name && secret.removal === undefined)
        ?.value,
    snapshot: () => takeSnapshot(world),
  };
}
