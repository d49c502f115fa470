import { BOOLEAN_OPTIONS, OPTION_TABLE } from './duckdb-options.js';

const tables = Object.values(OPTION_TABLE);

/** Every option that is a credential in some secret type: messages never show its value. */
export const SENSITIVE_OPTIONS: readonly string[] = [
  ...new Set(tables.flatMap(({ sensitive }) => sensitive)),
].sort();

/** Options whose values may be shown in the line of a message; what is not in this list is masked. */
export const SHOWN_OPTIONS: readonly string[] = [
  ...BOOLEAN_OPTIONS,
  'provider',
  'scope',
  'region',
  'endpoint',
  'url_style',
  'refresh',
  'chain',
  'profile',
  'validation',
  'assume_role_arn',
  'session_name',
  'account_id',
  'account_name',
  'host',
  'port',
  'database',
  'ssl_mode',
  'sslmode',
  'default_database',
];

/** Whether a type's option takes true or false; of a type that is not known nobody can tell. */
export function isBooleanOption(type: string, name: string): boolean {
  return BOOLEAN_OPTIONS.includes(name) && OPTION_TABLE[type.toLowerCase()]?.open.includes(name) === true;
}

/**
 * Whether an option's value is a credential. What the table says of the type counts; of an option that the type is not known to have
 * any other type decides. Names fold to small letters as SQL's do.
 */
export function isSensitiveOption(type: string, name: string): boolean {
  const small = name.toLowerCase();
  const own = OPTION_TABLE[type.toLowerCase()];
  if (own?.sensitive.includes(small) === true) return true;
  return own?.open.includes(small) !== true && SENSITIVE_OPTIONS.includes(small);
}
