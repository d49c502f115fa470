import { DiagnosticError, errorCode } from '../model/index.js';
import type { EndSource } from '../model/index.js';
import { readDotenv } from './dotenv/read.js';
import { readEnv } from './env/read.js';
import { readExec } from './exec/read.js';
import { generate } from './generate/make.js';
import { readLocalFile } from './file/read.js';
import { nameOf } from './name.js';
import { failed } from './reading.js';
import type { AnyReading, ValueContext } from './reading.js';

/** How long a source may take, in milliseconds, where nobody says otherwise. */
const TIMEOUT_MS = 30_000;

/** The stores keep that time themselves, and say more when it is over; this is for what they forget. */
const STORE_TIMEOUT_MS = 35_000;
const STORES: ReadonlySet<EndSource['from']> = new Set([
  'vault',
  'aws_secret',
  'aws_parameter',
  'gcp',
  'azure',
  'onepassword',
]);

function timeoutOf(source: EndSource): number {
  if (source.from === 'exec') return source.timeoutMs ?? TIMEOUT_MS;
  return STORES.has(source.from) ? STORE_TIMEOUT_MS : TIMEOUT_MS;
}

/**
 * Reads one source, before the transforms. Gives up after its time, or when the run is stopped; whatever goes wrong becomes a problem
 * that names the source.
 */
export async function readSource(source: EndSource, context: ValueContext): Promise<AnyReading> {
  try {
    return await withinTime(source, context);
  } catch (error) {
    const said = error instanceof DiagnosticError ? error.diagnostics[0] : undefined;
    if (said !== undefined) return { problem: said };
    // The words of a foreign error may hold a value; its code does not.
    const code = errorCode(error);
    const why = code === undefined ? '' : ` (${code})`;
    return failed(
      'unreadable-source',
      `${nameOf(source)} could not be read${why}.`,
      'Check that it can be read here.',
    );
  }
}

function withinTime(source: EndSource, context: ValueContext): Promise<AnyReading> {
  if (source.from === 'env') return Promise.resolve(readEnv(source, context));
  if (source.from === 'generate') return Promise.resolve({ text: generate(source) });
  const timeoutMs = timeoutOf(source);
  if (context.signal.aborted) return Promise.resolve(stopped(source));
  return new Promise((resolve, reject) => {
    const abort = new AbortController();
    const end = (): void => {
      clearTimeout(timer);
      context.signal.removeEventListener('abort', stop);
    };
    const give = (reading: AnyReading): void => {
      end();
      resolve(reading);
    };
    const stop = (): void => {
      give(stopped(source));
      abort.abort();
    };
    const timer = setTimeout(() => {
      give(
        failed(
          'source-timeout',
          `${nameOf(source)} was not there within ${timeoutMs / 1000} seconds.`,
          source.from === 'exec'
            ? 'Run the program by hand, or give it longer: timeout: 2m'
            : 'Check that it can be reached from here, and run the command again.',
        ),
      );
      abort.abort();
    }, timeoutMs);
    context.signal.addEventListener('abort', stop, { once: true });
    readEnd(source, { ...context, signal: abort.signal }).then(give, (error: unknown) => {
      end();
      reject(error instanceof Error ? error : new Error('a source failed with something that is no error'));
    });
  });
}

function stopped(source: EndSource): AnyReading {
  return failed('interrupted', `${nameOf(source)} was not read: the run was stopped.`);
}

/** Hands a source to its reader. What needs a package is loaded on first use. */
async function readEnd(
  source: Exclude<EndSource, { from: 'env' | 'generate' }>,
  context: ValueContext,
): Promise<AnyReading> {
  switch (source.from) {
    case 'file':
      return readLocalFile(source, context);
    case 'dotenv':
      return readDotenv(source, context);
    case 'stdin':
      return { bytes: await context.readStdin() };
    case 'exec':
      return readExec(source, context);
    case 'sops':
      return (await import('./sops/read.js')).readSops(source, context);
    case 'age':
      return (await import('./age/read.js')).readAge(source, context);
    case 'vault':
      return (await import('./vault/read.js')).readVault(source, context);
    case 'aws_secret':
      return (await import('./aws/read.js')).readAwsSecret(source, context);
    case 'aws_parameter':
      return (await import('./aws/read.js')).readAwsParameter(source, context);
    case 'gcp':
      return (await import('./gcp/read.js')).readGcp(source, context);
    case 'azure':
      return (await import('./azure/read.js')).readAzure(source, context);
    case 'onepassword':
      return (await import('./onepassword/read.js')).readOnePassword(source, context);
  }
}
