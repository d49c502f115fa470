/**
 * Options of DuckDB secrets whose values are credentials, or carry one: they belong in a user mapping, and their values come
 * from a value source. Source: the option table of the wrapper's contract (what DuckDB redacts, and what it should).
 */
export const SENSITIVE_OPTIONS: readonly string[] = [
  'secret',
  'session_token',
  'token',
  'bearer_token',
  'password',
  'connection_string',
  'client_secret',
  'access_token',
  'http_proxy_password',
  'proxy_password',
  'sslpassword',
  'uri',
  'oauth_client_secret',
  'refresh_info',
  'extra_http_headers',
];

/** Options whose values may be shown in the line of a message; what is in neither list is masked. */
export const SHOWN_OPTIONS: readonly string[] = [
  'provider',
  'scope',
  'region',
  'endpoint',
  'url_style',
  'use_ssl',
  'verify_ssl',
  'url_compatibility_mode',
  'requester_pays',
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

/** Whether an option's value is a credential; names fold to small letters as SQL's do. */
export function isSensitiveOption(name: string): boolean {
  return SENSITIVE_OPTIONS.includes(name.toLowerCase());
}
