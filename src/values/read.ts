import { DiagnosticError, errorCode } from '../model/index.js';
import type { EndSource } from '../model/index.js';
import type { SourceDefinition } from './definition.js';
import { failed } from './reading.js';
import type { AnyReading, ValueContext } from './reading.js';

/** How long a source may take, in milliseconds, where its definition does not say. */
const TIMEOUT_MS = 30_000;

/**
 * Reads one source, before the transforms. Gives up after its time, or when the run is stopped; whatever goes wrong becomes a problem
 * that names the source.
 */
export async function readSource(
  source: EndSource,
  definition: SourceDefinition,
  context: ValueContext,
): Promise<AnyReading> {
  try {
    return await readWithinTime(source, definition, context);
  } catch (error) {
    const [problem] = error instanceof DiagnosticError ? error.diagnostics : [];
    if (problem !== undefined) return { problem };
    // The words of a foreign error may hold a value; its code does not.
    const code = errorCode(error);
    return failed(
      'unreadable-source',
      `${definition.name(source)} could not be read${code === undefined ? '' : ` (${code})`}.`,
      'Check that it can be read here.',
    );
  }
}

function readWithinTime(
  source: EndSource,
  definition: SourceDefinition,
  context: ValueContext,
): AnyReading | Promise<AnyReading> {
  const stopped = (): AnyReading =>
    failed('interrupted', `${definition.name(source)} was not read: the run was stopped.`);
  if (context.signal.aborted) return stopped();
  const abort = new AbortController();
  const reading = definition.read(source, { ...context, signal: abort.signal });
  if (!(reading instanceof Promise)) return reading;
  const timeoutMs = definition.timeoutMs?.(source) ?? TIMEOUT_MS;
  return new Promise((resolve, reject) => {
    const giveUp = (why: AnyReading): void => {
      resolve(why);
      abort.abort();
    };
    const stop = (): void => {
      giveUp(stopped());
    };
    const timer = setTimeout(() => {
      giveUp(timedOut(source, definition, timeoutMs));
    }, timeoutMs);
    context.signal.addEventListener('abort', stop, { once: true });
    reading.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      context.signal.removeEventListener('abort', stop);
    });
  });
}

function timedOut(source: EndSource, definition: SourceDefinition, timeoutMs: number): AnyReading {
  return failed(
    'source-timeout',
    `${definition.name(source)} did not arrive within ${timeoutMs / 1000} seconds.`,
    definition.onTimeout ?? 'Check that it can be reached from here, and run the command again.',
  );
}
