import { isAbsolute, join, normalize } from 'node:path';
import { DiagnosticError } from '../../model/index.js';
import type { Field } from '../../model/index.js';
import type { ResolvedSettings } from '../sdk/index.js';

/** Where the secrets lie, and where DuckDB finds its extensions. */
export interface DirectorySettings {
  /** Absolute. */
  readonly secretDirectory: string;
  /** Absolute; absent: `~/.duckdb/extensions`, as DuckDB has it. */
  readonly extensionDirectory?: string;
}

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Fills in DuckDB's own default, `~/.duckdb/stored_secrets` (DuckDB docs, "Secrets Manager"). A relative path that is in the
 * configuration has been made absolute there, from the folder of the file that contains it.
 * @throws DiagnosticError for a path that is not absolute (it came from a value source), or without a home
 */
export function directorySettings(settings: ResolvedSettings, env: Env): DirectorySettings {
  const refuse = (summary: string, next: string): never => {
    const range = settings.range === undefined ? {} : { range: settings.range };
    throw new DiagnosticError([
      {
        severity: 'error',
        code: 'duckdb-settings',
        summary: `Provider ${settings.name}: ${summary}.`,
        next,
        ...range,
      },
    ]);
  };
  const home = env['HOME'] ?? env['USERPROFILE'];
  const resolve = (name: string, text: string): string => {
    const path =
      text === '~' || text.startsWith('~/')
        ? join(
            home ?? refuse(`${name} starts with "~", and there is no HOME`, 'Write the whole path.'),
            text.slice(1),
          )
        : text;
    return isAbsolute(path)
      ? normalize(path)
      : refuse(`${name} is not an absolute path`, 'A path from a value source must be absolute.');
  };
  const extensions = fieldText(settings.fields['extension_directory']);
  return {
    secretDirectory: resolve(
      'secret_directory',
      fieldText(settings.fields['secret_directory']) ?? '~/.duckdb/stored_secrets',
    ),
    ...(extensions === undefined ? {} : { extensionDirectory: resolve('extension_directory', extensions) }),
  };
}

/** The text of a setting; nothing where it is absent or empty. */
function fieldText(field: Field | undefined): string | undefined {
  const text =
    field?.kind === 'sensitive' ? field.value.reveal() : field?.kind === 'plain' ? field.value : undefined;
  return typeof text === 'string' && text !== '' ? text : undefined;
}
