import { VALUE_SOURCES } from '../config/value-sources.js';
import type { SourceWord } from '../config/value-sources.js';
import { providers } from '../providers/registry.js';
import type { ProviderDefinition } from '../providers/sdk/index.js';
import type { BackendDefinition } from '../state/index.js';
import { backends } from '../state/registry.js';

/** What can be added to the tool without a change of its code; each registry is one list. */
export interface Extensions {
  /** Systems, in the order in which their sections are written. */
  readonly providers: readonly ProviderDefinition[];
  /** Value sources. */
  readonly sources: readonly SourceWord[];
  /** State backends; the first one is used where a configuration names none. */
  readonly backends: readonly [BackendDefinition, ...BackendDefinition[]];
}

/** What the tool comes with. */
export const builtIn: Extensions = { providers, sources: VALUE_SOURCES, backends };

/**
 * The built-in extensions and more.
 * @param more lists to append; absent ones add nothing
 */
export function withExtensions(more: Partial<Extensions>): Extensions {
  return {
    providers: [...builtIn.providers, ...(more.providers ?? [])],
    sources: [...builtIn.sources, ...(more.sources ?? [])],
    backends: [...builtIn.backends, ...(more.backends ?? [])],
  };
}

/** Variables of the tool itself and of value sources that hold credentials. */
const CREDENTIALS: readonly string[] = [
  'SECRETS_KEY',
  'SECRETS_AGE_KEY',
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

/**
 * The environment variables that hold credentials of the tool or of what it uses, without repetition. Libraries read some of
 * them on their own, so their values are masked from the start.
 */
export function credentialVariables(extensions: Extensions = builtIn): readonly string[] {
  const { providers: systems, backends: states } = extensions;
  return [...new Set([...CREDENTIALS, ...[...systems, ...states].flatMap(({ credentials }) => credentials)])];
}
