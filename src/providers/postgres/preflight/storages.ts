import { fieldText, problem } from '../../../model/index.js';
import type { DesiredResource, Diagnostic } from '../../../model/index.js';
import { kinds } from '../kinds.js';
import type { Preflight } from './document.js';

/** A storage of Postgres Pro AXE's metastore. */
export interface Storage {
  readonly name: string;
  readonly uri: string;
}

/** One SELECT that returns the storages in use as `document`; a column that this version lacks is null. */
export const STORAGES_SQL = `SELECT COALESCE(pg_catalog.json_agg(pg_catalog.json_build_object(
    'name', s.row OPERATOR(pg_catalog.->>) 'storage_name', 'uri', s.row OPERATOR(pg_catalog.->>) 'uri')), '[]') AS document
  FROM (SELECT pg_catalog.to_jsonb(p) AS row FROM ONLY metastore.pga_storage p) s
  WHERE s.row OPERATOR(pg_catalog.->>) 'end_snapshot' IS NULL AND s.row OPERATOR(pg_catalog.->>) 'uri' IS NOT NULL`;

/** What DuckDB uses a secret for where it has no scope (DuckDB wrapper contract, duckdb_secrets()). */
const DEFAULT_SCOPES: Readonly<Record<string, readonly string[]>> = {
  s3: ['s3://', 's3n://', 's3a://'],
  r2: ['r2://'],
  gcs: ['gcs://', 'gs://'],
  azure: ['azure://', 'az://', 'abfss://'],
  aws: [''],
};

/** A secret, and the beginnings of the paths that it is for. */
interface Scoped {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly resource?: DesiredResource;
}

/** Storages that no secret covers, and desired servers that cover none: a note each. */
export function storageNotes(
  desired: readonly DesiredResource[],
  { servers }: Pick<Preflight, 'servers'>,
  storages: readonly Storage[],
): readonly Diagnostic[] {
  const [first] = desired;
  if (storages.length === 0 || first === undefined) return [];
  const wanted = desired.flatMap(desiredScope);
  const names = new Set(wanted.map(({ name }) => name));
  const found = servers
    .filter(({ name }) => !names.has(name))
    .flatMap(({ name, type, options }) => scoped(name, options['type'] ?? type ?? '', options['scope']));
  const all = [...wanted, ...found];
  const covers = ({ scopes }: Scoped, { uri }: Storage): boolean =>
    scopes.some((scope) => uri.startsWith(scope));
  const bare = storages.filter((storage) => !all.some((secret) => covers(secret, storage)));
  return [
    ...(bare.length === 0
      ? []
      : [
          problem({
            severity: 'info',
            code: 'storage-without-secret',
            summary: `No server covers the ${bare.length === 1 ? 'storage' : 'storages'} ${bare.map(({ name, uri }) => `${name} (${uri})`).join(', ')} of the metastore.`,
            next: 'Add a server whose scope is the beginning of its URI.',
            address: first.address,
            at: first.range,
          }),
        ]),
    ...wanted
      .filter((secret) => !storages.some((storage) => covers(secret, storage)))
      .map(({ name, scopes, resource }) =>
        problem({
          severity: 'info',
          code: 'secret-without-storage',
          summary: `The server ${name} (${scopes.join(', ')}) covers no storage of the metastore.`,
          next: 'Correct its scope, or add the storage with metastore.add_storage.',
          address: resource?.address,
          at: resource?.range,
        }),
      ),
  ];
}

function desiredScope(resource: DesiredResource): readonly Scoped[] {
  const { kind, name } = kinds.mustParse(resource.address);
  if (kind !== 'duckdb_server') return [];
  const type = fieldText(resource.fields['type']) ?? '';
  return scoped(name, type, fieldText(resource.fields['options.scope'])).map((secret) => ({
    ...secret,
    resource,
  }));
}

function scoped(name: string, type: string, scope: string | undefined): readonly Scoped[] {
  const defaults = DEFAULT_SCOPES[type.toLowerCase()];
  if (defaults === undefined) return [];
  return [{ name, scopes: scope === undefined || scope === '' ? defaults : [scope] }];
}

/** The file systems of DuckDB that secrets are for. */
const FILESYSTEMS: Readonly<Record<string, string>> = {
  s3: 'S3FileSystem',
  r2: 'S3FileSystem',
  gcs: 'S3FileSystem',
  http: 'HTTPFileSystem',
  huggingface: 'HuggingFaceFileSystem',
  azure: 'AzureBlobStorageFileSystem',
};

/** Desired servers whose file system `duckdb.disabled_filesystems` switches off: no query gets as far as the secret. */
export function disabledFilesystems(
  desired: readonly DesiredResource[],
  { disabledFilesystems: setting }: Pick<Preflight, 'disabledFilesystems'>,
): readonly Diagnostic[] {
  const disabled = new Set((setting ?? '').split(',').map((name) => name.trim()));
  return desired.flatMap((resource) => {
    const filesystem = FILESYSTEMS[fieldText(resource.fields['type']) ?? ''];
    if (filesystem === undefined || !disabled.has(filesystem)) return [];
    return [
      problem({
        severity: 'warning',
        code: 'filesystem-disabled',
        summary: `The database disables ${filesystem} (duckdb.disabled_filesystems): no query can use this secret.`,
        next: 'Take it out of duckdb.disabled_filesystems, or remove the server.',
        address: resource.address,
        at: resource.range,
      }),
    ];
  });
}
