/*
 * Reads stores in a process of its own, with the environment that it was started with: the SDKs of the clouds look at the
 * process's environment alone, and Node reads the authorities that it trusts once, at its start.
 *
 * Standard input has the request as JSON, standard output gets the readings as JSON, in the same order.
 */
import { text } from 'node:stream/consumers';
import type { EndSource } from '../../../src/model/index.js';
import { readAwsParameter, readAwsSecret } from '../../../src/values/aws/read.js';
import { readAzure } from '../../../src/values/azure/read.js';
import { readGcp } from '../../../src/values/gcp/read.js';
import { readOnePassword } from '../../../src/values/onepassword/read.js';
import type { AnyReading } from '../../../src/values/reading.js';
import { readVault } from '../../../src/values/vault/read.js';
import { runScope } from '../../scope.js';

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
const context = runScope({ env: process.env, cwd: process.cwd() });

function read(source: EndSource): Promise<AnyReading> {
  switch (source.from) {
    case 'aws_secret':
      return readAwsSecret(source, context, timeoutMs);
    case 'aws_parameter':
      return readAwsParameter(source, context, timeoutMs);
    case 'gcp':
      return readGcp(source, context, timeoutMs);
    case 'azure':
      return readAzure(source, context, timeoutMs);
    case 'vault':
      return readVault(source, context, timeoutMs);
    case 'onepassword':
      return readOnePassword(source, context, timeoutMs);
    case 'env':
    case 'file':
    case 'dotenv':
    case 'stdin':
    case 'exec':
    case 'sops':
    case 'age':
    case 'generate':
      return Promise.reject(new Error(`No store has ${source.from}.`));
  }
}

/** What a reading looks like on the way to the test. */
function shown(reading: AnyReading): ChildReading {
  if (reading.problem !== undefined) return { problem: reading.problem };
  if ('text' in reading) return { text: reading.text ?? '' };
  if ('bytes' in reading) return { base64: Buffer.from(reading.bytes ?? []).toString('base64') };
  throw new Error('This reading is a document.');
}

process.stdout.write(JSON.stringify((await Promise.all(sources.map(read))).map(shown)));
