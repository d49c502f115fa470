import { SENSITIVE_TEXT, errorCode } from '../../model/index.js';
import type { Fields } from '../../model/index.js';

/** Why DuckDB, or the disk, refused something: without any value. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly next?: string;
}

/**
 * An error in words for people. DuckDB names the value that it cannot convert, so its message is taken apart for what is known to be
 * harmless; of any other one every value is masked.
 * @param fields what the secret was to hold
 */
export function toProblem(error: unknown, fields: Fields): Problem {
  const text = error instanceof Error ? error.message : String(error);
  const system = errorCode(error);
  if (system !== undefined && /^E[A-Z]+$/.test(system)) return diskProblem(system);
  const extension =
    /exists in the (\w+) extension|required extension '(\w+)'|extensions?\/[^"]*\/(\w+)\.duckdb_extension/.exec(
      text,
    );
  if (extension !== null) {
    const name = extension.slice(1).filter(Boolean)[0] ?? '';
    return {
      code: 'duckdb-extension-missing',
      message: `DuckDB needs its extension ${name} for this secret, and cannot load it`,
      next: `Run "INSTALL ${name}" once in a DuckDB of the same version (nothing is downloaded here), or name the folder that has it as extension_directory of the provider.`,
    };
  }
  const cast = /Failed to cast option '(\w+)' to type '([^']+)'/.exec(text);
  if (cast !== null) {
    const [, option = '', type = ''] = cast;
    const wants =
      type === 'BOOLEAN'
        ? 'true or false'
        : type.startsWith('MAP')
          ? 'a map such as "{name=value}"'
          : `a value of the type ${type}`;
    return {
      code: 'option-value',
      message: `the option ${option} takes ${wants}`,
      next: 'Correct its value.',
    };
  }
  const unknown = /Unknown parameter '(\w+)' for secret type '(\w+)' with (?:default )?provider '(\w+)'/.exec(
    text,
  );
  if (unknown !== null) {
    const [, option = '', type = '', provider = ''] = unknown;
    return {
      code: 'unknown-option',
      message: `the secret type ${type} with the provider ${provider} has no option ${option}`,
      next: 'Correct its name, or remove it.',
    };
  }
  const provider = /Secret provider '\w+' not found for type '(\w+)'/.exec(text);
  if (provider !== null) {
    return {
      code: 'unknown-secret-provider',
      message: `the secret type ${provider[1] ?? ''} has no such provider`,
      next: 'Correct the option provider.',
    };
  }
  if (/Secret type '\w+' (not found|does not exist)/.test(text)) {
    return {
      code: 'unknown-secret-type',
      message: 'DuckDB has no such secret type',
      next: 'Correct the type.',
    };
  }
  return { code: 'duckdb-refused', message: `DuckDB refuses it: ${masked(text, fields)}` };
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
        next: 'Make room.',
      };
    default:
      return {
        code: 'disk-error',
        message: `the secret directory gave an error (${system})`,
        next: 'Look at the directory and try again.',
      };
  }
}

/** The first line of a message without any value of the secret, and without what stands in quotes if that is part of one. */
function masked(message: string, fields: Fields): string {
  const values = Object.values(fields)
    .flatMap((field) => (field.kind === 'sensitive' ? [field.value.reveal()] : []))
    .filter((one) => one !== '')
    .sort((a, b) => b.length - a.length);
  let text = message;
  for (const value of values) text = text.replaceAll(value, SENSITIVE_TEXT);
  text = (text.split('\n')[0] ?? '').replace(
    /'([^']*)'|"([^"]*)"/g,
    (whole, single?: string, double?: string) => {
      const part = single ?? double ?? '';
      return part.length > 2 && values.some((value) => value.includes(part)) ? SENSITIVE_TEXT : whole;
    },
  );
  return text.length > 500 ? `${text.slice(0, 500)}…` : text;
}
