import { errorCode, recognisedSentence } from '../../model/index.js';

/** Why DuckDB, or the disk, refused something: without any value. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly next?: string;
}

/**
 * Explains an error. DuckDB quotes the value that it cannot convert, so only parts of its message that are known to be harmless are
 * repeated; of any other message a recognised sentence.
 */
export function toProblem(error: unknown): Problem {
  const system = errorCode(error);
  if (system !== undefined && /^E[A-Z]+$/.test(system)) return diskProblem(system);
  const text = error instanceof Error ? error.message : String(error);
  for (const [pattern, explain] of KNOWN) {
    const match = pattern.exec(text);
    if (match !== null) return explain(match.slice(1).filter(Boolean));
  }
  const sentence = recognisedSentence(text.split('\n')[0] ?? '');
  return { code: 'duckdb-refused', message: `DuckDB refuses it: ${sentence ?? 'no reason given'}` };
}

/** Messages of DuckDB that hold no value where it is taken out, as measured with the pinned library. */
const KNOWN: readonly (readonly [pattern: RegExp, explain: (parts: readonly string[]) => Problem])[] = [
  [
    /exists in the (\w+) extension|required extension '(\w+)'|extensions?\/[^"]*\/(\w+)\.duckdb_extension/,
    ([name = '']) => ({
      code: 'duckdb-extension-missing',
      message: `DuckDB needs its extension ${name} for this secret and cannot load it`,
      next: `Run "INSTALL ${name}" once in a DuckDB of the same version (nothing is downloaded here), or set extension_directory of the provider to the folder that has it.`,
    }),
  ],
  [
    /Failed to cast option '(\w+)' to type '([^']+)'/,
    ([option = '', type = '']) => ({
      code: 'option-value',
      message: `the option ${option} takes ${valueOf(type)}`,
      next: 'Correct its value.',
    }),
  ],
  [
    /Unknown parameter '(\w+)' for secret type '(\w+)' with (?:default )?provider '(\w+)'/,
    ([option = '', type = '', provider = '']) => ({
      code: 'unknown-option',
      message: `the secret type ${type} with the provider ${provider} has no option ${option}`,
      next: 'Correct its name, or remove it.',
    }),
  ],
  [
    /Secret provider '\w+' not found for type '(\w+)'/,
    ([type = '']) => ({
      code: 'unknown-secret-provider',
      message: `the secret type ${type} has no such provider`,
      next: 'Correct the option provider.',
    }),
  ],
  [
    /Secret type '\w+' (?:not found|does not exist)/,
    () => ({
      code: 'unknown-secret-type',
      message: 'DuckDB has no such secret type',
      next: 'Correct the type.',
    }),
  ],
];

/** The values of a type, in words. */
function valueOf(type: string): string {
  if (type === 'BOOLEAN') return 'true or false';
  return type.startsWith('MAP') ? 'a map such as "{name=value}"' : `a value of the type ${type}`;
}

function diskProblem(system: string): Problem {
  switch (system) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return {
        code: 'directory-not-writable',
        message: `the secret directory cannot be written (${system})`,
        next: 'Run as its owner, or correct its mode.',
      };
    case 'ENOSPC':
    case 'EDQUOT':
      return {
        code: 'disk-full',
        message: `the disk of the secret directory is full (${system})`,
        next: 'Free disk space.',
      };
    default:
      return {
        code: 'disk-error',
        message: `the secret directory cannot be read or written (${system})`,
        next: 'Check the directory and try again.',
      };
  }
}
