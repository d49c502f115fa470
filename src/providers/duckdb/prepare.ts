import { formatAddress, plain, problem, sensitive } from '../../model/index.js';
import type { DesiredResource, Diagnostic, Field, Fields, RunScope } from '../../model/index.js';
import type { Prepared } from '../sdk/index.js';
import { createSecret, optionText } from './create.js';
import { toProblem } from './errors.js';
import { secretPath, stampOf } from './files.js';
import { openDuckdb } from './library.js';
import type { Duckdb } from './library.js';
import { foldName } from './names.js';
import type { DirectorySettings } from './settings.js';
import { kinds } from './kinds.js';

/**
 * Turns what is wanted into DuckDB's own terms, by making each secret in memory: DuckDB refuses what it does not accept, and shows how it
 * writes what it accepts (`1` as `true`). A provider other than `config` looks for credentials when a secret is made, so those
 * are not tried.
 */
export async function prepareAll(
  desired: readonly DesiredResource[],
  where: DirectorySettings,
  wrap: RunScope['sensitive'],
): Promise<Prepared> {
  const diagnostics: Diagnostic[] = [];
  const resources: DesiredResource[] = [];
  let duckdb: Duckdb | undefined;
  try {
    for (const configured of desired) {
      const resource = inSystemTerms(configured, wrap);
      diagnostics.push(...(await modeProblem(resource, where)));
      if (!canBeTried(resource.fields)) {
        resources.push(resource);
        continue;
      }
      duckdb ??= await openDuckdb({ extensionDirectory: where.extensionDirectory });
      const tried = await tryOut(duckdb, resource, wrap);
      resources.push(tried.resource);
      diagnostics.push(...tried.diagnostics);
    }
  } finally {
    duckdb?.close();
  }
  return { resources, diagnostics };
}

/** The name folded, the type in lower case, the default provider left unsaid, plain options as text. */
function inSystemTerms(resource: DesiredResource, wrap: RunScope['sensitive']): DesiredResource {
  const parsed = kinds.mustParse(resource.address);
  const fields: Record<string, Field> = {};
  for (const [path, field] of Object.entries(resource.fields)) {
    if (field.kind !== 'plain') {
      fields[path] = field;
      continue;
    }
    const text = optionText(field.value);
    if (path === 'options.provider' && text?.toLowerCase() === 'config') continue;
    const isWord = path === 'type' || path === 'options.provider';
    fields[path] = text === undefined ? field : plain(isWord ? text.toLowerCase() : text);
  }
  const address = formatAddress({ ...parsed, name: foldName(parsed.name) });
  return { ...resource, address, fields: withoutAccount(fields, wrap) };
}

/** Of an R2 account DuckDB keeps the address that it stands for, not its id (measured); so that is what is wanted. */
function withoutAccount(fields: Fields, wrap: RunScope['sensitive']): Fields {
  const { 'options.account_id': account, ...rest } = fields;
  const type = rest['type'];
  if (account === undefined || account.kind === 'hidden' || type?.kind !== 'plain' || type.value !== 'r2') {
    return fields;
  }
  const address = (id: string): string => `${id}.r2.cloudflarestorage.com`;
  const endpoint =
    account.kind === 'sensitive'
      ? sensitive(wrap(address(account.value.reveal())))
      : plain(address(optionText(account.value) ?? ''));
  return { 'options.endpoint': endpoint, 'options.url_style': plain('path'), ...rest };
}

function canBeTried(fields: Fields): boolean {
  return (
    fields['options.provider'] === undefined &&
    Object.values(fields).every((field) => field.kind !== 'hidden')
  );
}

/** Warns of a file that others can read: DuckDB then refuses every secret of the directory. */
async function modeProblem(
  { address, range }: DesiredResource,
  { secretDirectory }: DirectorySettings,
): Promise<readonly Diagnostic[]> {
  const path = secretPath(secretDirectory, kinds.mustParse(address).name);
  const stamp = await stampOf(path);
  if (stamp === undefined || stamp.isPrivate) return [];
  return [
    problem({
      severity: 'warning',
      code: 'secret-file-mode',
      summary:
        'Others can read the file of this secret, and DuckDB refuses the whole directory because of it.',
      next: `Run chmod 600 ${JSON.stringify(path)}, and change the value where it is used if somebody may have read it.`,
      address,
      at: range,
    }),
  ];
}

const TRIED = 'tried';

async function tryOut(
  duckdb: Duckdb,
  resource: DesiredResource,
  wrap: RunScope['sensitive'],
): Promise<{ readonly resource: DesiredResource; readonly diagnostics: readonly Diagnostic[] }> {
  const { address, range, fields } = resource;
  try {
    await createSecret(duckdb, 'TEMPORARY', TRIED, fields);
  } catch (error) {
    const { code, message, next } = toProblem(error);
    const isMissing = code === 'duckdb-extension-missing';
    // An extension that cannot be loaded here concerns this secret only: the others go on.
    const diagnostic = problem({
      severity: isMissing ? 'warning' : 'error',
      code,
      summary: `${isMissing ? 'This secret could not be tried out, and cannot be written here' : 'DuckDB does not accept this secret'}: ${message}.`,
      next,
      address,
      at: range,
    });
    return { resource, diagnostics: [diagnostic] };
  }
  const [row] = await duckdb.rows(`SELECT secret_string AS text FROM duckdb_secrets(redact = false)`);
  await duckdb.run(`DROP TEMPORARY SECRET ${TRIED}`);
  return { resource: { ...resource, fields: asKept(fields, String(row?.['text']), wrap) }, diagnostics: [] };
}

/**
 * The fields as DuckDB keeps them. An option that it prints as it was given is text, and is as it was given; another one (a
 * boolean, a map) is short and has no semicolon, so that it can be read off what DuckDB prints.
 */
function asKept(fields: Fields, printed: string, wrap: RunScope['sensitive']): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([path, field]): [string, Field] => {
      if (!path.startsWith('options.')) return [path, field];
      const name = path.slice('options.'.length);
      const given =
        field.kind === 'sensitive'
          ? field.value.reveal()
          : field.kind === 'plain'
            ? optionText(field.value)
            : undefined;
      if (given === undefined) return [path, field];
      if (`${printed};`.includes(`;${name}=${given};`)) return [path, field];
      const kept = new RegExp(`;${name}=(true|false|-?[0-9.]+|\\{[^;]*\\})(?:;|$)`).exec(printed)?.[1];
      if (kept === undefined) return [path, field];
      return [path, field.kind === 'sensitive' ? sensitive(wrap(kept)) : plain(kept)];
    }),
  );
}
