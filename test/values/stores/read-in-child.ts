/*
 * Reads stores in a process of its own, with the environment that it was started with: the SDKs of the clouds look at the
 * process's environment alone, and Node reads the authorities that it trusts once, at its start.
 *
 * Standard input has the request as JSON, standard output gets the readings as JSON, in the same order.
 */
import { text } from 'node:stream/consumers';
import { Sensitive } from '../../../src/model/index.js';
import type { EndSource } from '../../../src/model/index.js';
import { readAwsParameter, readAwsSecret } from '../../../src/values/aws/read.js';
import { readAzure } from '../../../src/values/azure/read.js';
import { readGcp } from '../../../src/values/gcp/read.js';
import { readOnePassword } from '../../../src/values/onepassword/read.js';
import type { AnyReading, ValueContext } from '../../../src/values/reading.js';
import { readVault } from '../../../src/values/vault/read.js';

/** What is to be read, all at the same time in one run, and the time for each in milliseconds. */
export interface ChildRequest {
  readonly sources: readonly EndSource[];
  readonly timeoutMs?: number;
}

/** A reading, its bytes as base64. */
export interface ChildReading {
  readonly text?: string;
  readonly base64?: string;
  readonly problem?: { readonly severity: string; readonly code: string; readonly summary: string };
}

const { sources, timeoutMs } = JSON.parse(await text(process.stdin)) as ChildRequest;
const kept = new Map<object, unknown>();
/** A scope of its own: the folder that this runs in may have the value sources alone, without the engine. */
const context: ValueContext = {
  env: process.env,
  cwd: process.cwd(),
  home: process.env['HOME'],
  now: () => new Date(),
  signal: new AbortController().signal,
  progress: () => undefined,
  sensitive: (value) => new Sensitive(value),
  outside: (value) => value,
  once: <Kept>(key: object, make: () => Kept): Kept => {
    if (!kept.has(key)) kept.set(key, make());
    return kept.get(key) as Kept;
  },
  allowExec: false,
  readStdin: () => Promise.reject(new Error('No store reads standard input.')),
};

/** The stores' readers, by the words of their sources. */
const READERS: Readonly<
  Record<string, (source: never, ...more: [ValueContext, number?]) => Promise<AnyReading>>
> = {
  aws_secret: readAwsSecret,
  aws_parameter: readAwsParameter,
  gcp: readGcp,
  azure: readAzure,
  vault: readVault,
  onepassword: readOnePassword,
};

function read(source: EndSource): Promise<AnyReading> {
  const reader = READERS[source.from];
  if (reader === undefined) return Promise.reject(new Error(`No store has ${source.from}.`));
  return reader(source as never, context, timeoutMs);
}

/** What a reading looks like on the way to the test. */
function shown(reading: AnyReading): ChildReading {
  if (reading.problem !== undefined) return { problem: reading.problem };
  if ('text' in reading) return { text: reading.text ?? '' };
  if ('bytes' in reading) return { base64: Buffer.from(reading.bytes ?? []).toString('base64') };
  throw new Error('This reading is a document.');
}

process.stdout.write(JSON.stringify((await Promise.all(sources.map(read))).map(shown)));
