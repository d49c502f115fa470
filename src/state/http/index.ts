import { fieldText } from '../../model/index.js';
import type { Field, Sensitive } from '../../model/index.js';
import { storeOptions } from '../backend.js';
import type { BackendDefinition } from '../backend.js';
import { settings } from './schema.js';

/** A state behind Terraform's `http` protocol. */
export const http: BackendDefinition = {
  name: 'http',
  description:
    "A server that speaks Terraform's protocol for states, such as GitLab. TF_HTTP_* variables count for what is absent.",
  settings,
  excerpt: {
    shown: [
      'address',
      'update_method',
      'lock_address',
      'lock_method',
      'unlock_address',
      'unlock_method',
      'skip_cert_verification',
      'retry_max',
      'retry_wait_min',
      'retry_wait_max',
    ],
    short: ['skip_cert_verification'],
    urls: ['address', 'lock_address', 'unlock_address'],
  },
  credentials: ['TF_HTTP_PASSWORD', 'TF_HTTP_CLIENT_PRIVATE_KEY_PEM'],
  async open(given, run) {
    const [{ httpSettings }, { httpStore }] = await Promise.all([
      import('./settings.js'),
      import('./store.js'),
    ]);
    const fields = Object.entries(given.fields).map(([name, field]) => [name, settingOf(field)] as const);
    return httpStore({
      ...storeOptions(given, run),
      env: run.env,
      settings: httpSettings(Object.fromEntries(fields), run),
    });
  },
};

function settingOf(field: Field): string | Sensitive | undefined {
  return field.kind === 'sensitive' ? field.value : fieldText(field);
}
