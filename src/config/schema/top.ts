import { ref } from '../../model/json-schema.js';
import type { JsonSchema, SchemaSection } from '../../model/json-schema.js';

/** `version`: which language the file is written in. */
export const version: SchemaSection = {
  word: 'version',
  schema: {
    const: 1,
    title: 'the version of the language',
    patternErrorMessage: 'This program knows version 1 of the language; a newer one may know more.',
    description: 'The version of this language: 1. It may stand in each of several files.',
    examples: [1],
  },
};

/** `stack`: the name of the whole. */
export const stack: SchemaSection = {
  word: 'stack',
  schema: {
    type: 'string',
    title: 'a stack name',
    pattern: '^[a-z][a-z0-9_-]{0,62}$',
    patternErrorMessage:
      'A stack name starts with a small letter and holds small letters, digits, _ and - (at most 63).',
    description: 'Names the state, and marks what is ours in the systems that can hold a mark.',
    examples: ['analytics-prod'],
  },
};

const text = (description: string, ...examples: unknown[]): JsonSchema =>
  ref('textOrSource', description, examples);
const source = (description: string, ...examples: unknown[]): JsonSchema =>
  ref('valueSource', description, examples);

/** Text that is no secret, and is taken from nowhere else: TF_HTTP_* variables stand in for what is absent. */
const words = (description: string, example: string): JsonSchema => ({
  type: 'string',
  description,
  examples: [example],
});
const seconds = (description: string, example: number): JsonSchema => ({
  type: 'number',
  minimum: 0,
  description,
  examples: [example],
});
const number = (description: string, example: number): JsonSchema => ({
  type: 'integer',
  minimum: 0,
  description,
  examples: [example],
});

/** A backend: its settings, and what all have. */
function backend(name: string, description: string, properties: Record<string, JsonSchema>): JsonSchema {
  return {
    title: name,
    additionalProperties: false,
    required: ['backend'],
    properties: {
      backend: { const: name, description, examples: [name] },
      ...properties,
      lease: {
        type: 'string',
        pattern: '^[1-9][0-9]{0,5}(s|m|h)$',
        patternErrorMessage: 'Write a duration such as 60s or 5m.',
        description:
          'How long the lock of a run that died keeps others out, where nobody can see that it died. 60s where it is absent.',
        examples: ['60s'],
      },
    },
  };
}

/** The backends of this version: a new one is one more entry, and a store in `src/state`. */
const BACKENDS: readonly JsonSchema[] = [
  backend('local', 'A file on this machine.', {
    path: {
      type: 'string',
      pattern: '^[^\\u0000]+$',
      patternErrorMessage: 'Write the path of a file.',
      description:
        'The state file, from the current folder. `.secrets/<stack>.state.json` where it is absent.',
      examples: ['.secrets/analytics-prod.state.json'],
    },
  }),
  backend('postgres', 'A PostgreSQL database: one row for each resource, in a schema of its own.', {
    url: text(
      'A libpq connection URI. With a password in it: from a value source. PG* variables count for what is absent.',
      { env: 'STATE_URL' },
      'postgres://deploy@db.example.com/ops',
    ),
    host: text('The host to connect to.', 'db.example.com'),
    port: text('The port to connect to.', 5432),
    database: text('The database to connect to.', 'ops'),
    user: text('The role to connect as.', 'deploy'),
    password: source('The password of the role.', { env: 'PGPASSWORD' }),
    sslmode: text('Whether and how TLS is used, as libpq has it.', 'verify-full'),
    sslrootcert: text('The file with the certificate authorities to trust.', './ca.pem'),
    connect_timeout: text('Seconds to wait for a connection.', 10),
    schema: {
      type: 'string',
      pattern: '^[a-z_][a-z0-9_]{0,62}$',
      patternErrorMessage: 'A schema name holds small letters, digits and _ (at most 63).',
      description:
        'The schema, made on first use; several stacks may share it. `secrets_state` where it is absent.',
      examples: ['secrets_state'],
    },
  }),
  backend(
    'http',
    "A server that speaks Terraform's protocol for states, such as GitLab. TF_HTTP_* variables count for what is absent.",
    {
      address: words(
        'The address of the state. TF_HTTP_ADDRESS counts where it is absent.',
        'https://gitlab.example.com/api/v4/projects/42/terraform/state/analytics-prod',
      ),
      update_method: words('The HTTP method that writes the state: POST where it is absent.', 'POST'),
      lock_address: words(
        'The address of its lock. Without it nothing is locked.',
        'https://gitlab.example.com/api/v4/projects/42/terraform/state/analytics-prod/lock',
      ),
      lock_method: words('The HTTP method that locks: LOCK where it is absent.', 'POST'),
      unlock_address: words(
        'The address where the lock is given back.',
        'https://gitlab.example.com/api/v4/projects/42/terraform/state/analytics-prod/lock',
      ),
      unlock_method: words('The HTTP method that gives the lock back: UNLOCK where it is absent.', 'DELETE'),
      username: source('The user name of basic authentication.', { env: 'TF_HTTP_USERNAME' }),
      password: source('The password of basic authentication.', { env: 'TF_HTTP_PASSWORD' }),
      skip_cert_verification: {
        type: 'boolean',
        description: 'Take any certificate. Whoever is in between can then read and change the state.',
        examples: [false],
      },
      retry_max: number('How often a request is sent again: 2 where it is absent.', 2),
      retry_wait_min: seconds('Seconds before the second try, at least: 1 where it is absent.', 1),
      retry_wait_max: seconds('Seconds between two tries, at most: 30 where it is absent.', 30),
      client_certificate_pem: source('The client certificate, as PEM.', { file: './client.pem' }),
      client_private_key_pem: source("The client certificate's key, as PEM.", { file: './client.key' }),
      client_ca_certificate_pem: source('The certificate authorities to trust, as PEM.', {
        file: './ca.pem',
      }),
    },
  ),
];

/** `state`: where it is kept. */
export const state: SchemaSection = {
  word: 'state',
  schema: {
    type: 'object',
    title: 'where the state is kept',
    description: 'Where the state is kept. Without it: `.secrets/<stack>.state.json` in the current folder.',
    required: ['backend'],
    discriminator: { propertyName: 'backend' },
    oneOf: BACKENDS,
    examples: [{ backend: 'local' }],
  },
};
