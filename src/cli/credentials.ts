/**
 * Variables that hold credentials of this program or of what it uses. Libraries read some of them by themselves, so they are
 * masked from the start, whoever reads them.
 */
export const CREDENTIALS: readonly string[] = [
  'SECRETS_KEY',
  'SECRETS_AGE_KEY',
  'SINGLESTOREDB_MANAGEMENT_TOKEN',
  'PGPASSWORD',
  'TF_HTTP_PASSWORD',
  'TF_HTTP_CLIENT_PRIVATE_KEY_PEM',
  'SOPS_AGE_KEY',
  'VAULT_TOKEN',
  'VAULT_SECRET_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AZURE_CLIENT_SECRET',
  'AZURE_PASSWORD',
  'OP_SERVICE_ACCOUNT_TOKEN',
  'OP_CONNECT_TOKEN',
];
