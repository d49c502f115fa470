import type { Field, Sensitive } from '../model/index.js';
import type { StateStore } from '../state/index.js';
import { httpSettings } from '../state/http/settings.js';
import { httpStore } from '../state/http/store.js';
import type { EngineScope } from './run-scope.js';
import { fieldText } from './field-text.js';
import { checkHosts } from './hosts.js';

/**
 * Opens a state behind HTTP.
 * @throws DiagnosticError with all that is wrong with its settings
 */
export function openHttpStore(
  fields: Readonly<Record<string, Field>>,
  common: Omit<Parameters<typeof httpStore>[0], 'settings'>,
  { env }: EngineScope,
): StateStore {
  const plain = Object.entries(fields).map(([name, field]) => [name, settingOf(field)] as const);
  const settings = httpSettings(Object.fromEntries(plain), env);
  const { address, locking } = settings;
  const urls = [address, ...(locking === undefined ? [] : [locking.lock.url, locking.unlock.url])];
  checkHosts(
    urls.map((url) => url.host),
    "The state's backend",
    env,
  );
  return httpStore({ ...common, settings });
}

function settingOf(field: Field): string | Sensitive | undefined {
  return field.kind === 'sensitive' ? field.value : fieldText(field);
}
