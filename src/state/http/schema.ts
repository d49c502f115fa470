import { ref } from '../../model/index.js';
import type { JsonSchema } from '../../model/index.js';

const source = (description: string, ...examples: unknown[]): JsonSchema =>
  ref('valueSource', description, examples);

/** Text that is not a secret and comes from no source; TF_HTTP_* variables stand in for what is absent. */
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

/** The settings of a state behind HTTP, by Terraform's names (Terraform docs, http backend). */
export const settings: Readonly<Record<string, JsonSchema>> = {
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
};
