import type { KindYaml } from '../model/index.js';
import { providers } from '../providers/registry.js';
import type { ProviderDefinition } from '../providers/sdk/index.js';
import { formats } from '../report/index.js';
import type { Format } from '../report/index.js';
import type { BackendDefinition } from '../state/index.js';
import { backends } from '../state/registry.js';
import { sources } from '../values/index.js';
import type { SourceDefinition } from '../values/index.js';

/** What can be added to the tool without a change of its code; each registry is one list. */
export interface Extensions {
  /** Systems, in the order in which their sections are written. */
  readonly providers: readonly ProviderDefinition[];
  /** Value sources. */
  readonly sources: readonly SourceDefinition[];
  /** State backends; the first one is used where a configuration names none. */
  readonly backends: readonly [BackendDefinition, ...BackendDefinition[]];
  /** Output formats; the first is the default. */
  readonly formats: readonly [Format, ...Format[]];
}

/** What the tool comes with. */
export const builtIn: Extensions = { providers, sources, backends, formats };

/**
 * The built-in extensions and more.
 * @param more lists to append; absent ones add nothing
 */
export function withExtensions(more: Partial<Extensions>): Extensions {
  return {
    providers: [...builtIn.providers, ...(more.providers ?? [])],
    sources: [...builtIn.sources, ...(more.sources ?? [])],
    backends: [...builtIn.backends, ...(more.backends ?? [])],
    formats: [...builtIn.formats, ...(more.formats ?? [])],
  };
}

/** How `pull` writes resources, by kind, in the order of the sections. */
export function kindYamlOf({ providers: systems }: Extensions = builtIn): Readonly<Record<string, KindYaml>> {
  return Object.fromEntries(systems.flatMap(({ yaml }) => Object.entries(yaml)));
}

/**
 * The environment variables that hold credentials of the tool or of what it uses, without repetition. Libraries read some of
 * them on their own, so their values are masked from the start.
 */
export function credentialVariables(extensions: Extensions = builtIn): readonly string[] {
  const { providers: systems, backends: states, sources: values } = extensions;
  const variables = [...systems, ...states, ...values].flatMap(({ credentials = [] }) => credentials);
  return [...new Set(['SECRETS_KEY', 'SECRETS_OLD_KEY', ...variables])];
}
