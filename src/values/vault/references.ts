import type { SourceSyntax } from '../../model/index.js';

const LOGIN = 'Set VAULT_TOKEN, or VAULT_ROLE_ID and VAULT_SECRET_ID, instead.';

/**
 * `ref+vault://PATH#/FIELD`. How Vault is reached comes from the environment only: a file that anybody may change in a branch must not
 * be able to send a token to another host.
 */
export const vaultReferences: NonNullable<SourceSyntax['references']> = {
  vault: {
    example: '{ vault: PATH, key: FIELD }',
    parameters: ['version', 'namespace'],
    instead: {
      address: 'Set VAULT_ADDR instead.',
      proto: 'Set VAULT_ADDR instead.',
      auth_method: LOGIN,
      token_env: 'Set VAULT_TOKEN instead.',
      token_file: 'Set VAULT_TOKEN instead.',
      role_id: 'Set VAULT_ROLE_ID instead.',
      secret_id: 'Set VAULT_SECRET_ID instead.',
      username: LOGIN,
      password_env: LOGIN,
      password_file: LOGIN,
    },
    parse: ({ path, parameters }) => ({
      text: path,
      beside: { version: parameters.get('version'), namespace: parameters.get('namespace') },
    }),
  },
};
