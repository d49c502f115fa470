import { plain, providerOf } from '../../model/index.js';
import type { ConfiguredResource, StateData } from '../../model/index.js';
import { scopeOf } from '../../plan/index.js';
import type { ResolvedSettings } from '../../providers/sdk/index.js';
import type { RunOptions } from '../context.js';
import type { Loaded } from '../load.js';
import { candidatesOf, withMoved } from './aliases.js';

/** What of the configuration and of the state a run is about. */
export interface Selection {
  /** The resources of the configuration that are left in, and those that a target may mean under another name. */
  readonly resources: readonly ConfiguredResource[];
  /**
   * Whether a resource is to be read: it is left in, or it is the object that one left in is on, or something else on that object.
   * So owners are counted over all grants of an object of which one is changed.
   */
  readonly reads: (address: string) => boolean;
  /** Whether a provider has anything to do with the run. */
  readonly involves: (provider: string) => boolean;
}

/** Selects what targets and exclusions leave in. */
export function select(
  { configuration, kinds }: Loaded,
  state: StateData | undefined,
  options: RunOptions,
): Selection {
  const targets = withMoved(options.targets, configuration.moved);
  const excludes = withMoved(options.excludes, configuration.moved);
  const records = state?.records ?? [];
  const candidates = candidatesOf(targets, configuration.resources, kinds);
  const mayInclude = scopeOf({ targets: [...targets, ...candidates], excludes }, kinds, [
    ...configuration.resources,
    ...records,
  ]).includes;
  const resources = configuration.resources.filter(({ address }) => mayInclude(address));
  const all = [...resources, ...records.filter(({ address }) => mayInclude(address))];
  // A target may name what only the system has: a grant that somebody added.
  const named = targets.filter((target) => kinds.parse(target) !== undefined);
  const addresses = [...all.map(({ address }) => address), ...named];
  const involved = new Set(addresses.map(providerOf));
  const isWhole = targets.length === 0 && excludes.length === 0;
  return {
    resources,
    reads: isWhole ? () => true : readsOf(addresses, targets, kinds),
    involves: (provider) => isWhole || involved.has(provider),
  };
}

/** @param included the addresses that are left in, as far as they are known by name */
function readsOf(
  included: readonly string[],
  targets: readonly string[],
  kinds: Loaded['kinds'],
): (address: string) => boolean {
  const objectOf = (address: string): string => kinds.parentOf(address) ?? address;
  const objects = new Set(included.map(objectOf));
  const isOpen = targets.some((target) => target.includes('*') && target.includes('/'));
  return isOpen ? () => true : (address) => objects.has(objectOf(address));
}

/**
 * The settings of the systems to be read. One that the selection leaves out is not asked: that is how to go on while another is
 * down.
 */
export function selectSettings(
  settings: readonly ResolvedSettings[],
  { involves }: Selection,
  { allowServerLog }: RunOptions,
): readonly ResolvedSettings[] {
  const selected = settings.filter(({ name }) => involves(name));
  return allowServerLog === true ? selected.map(withServerLog) : selected;
}

/** A provider's settings as if they said `allow_server_log: true`. */
function withServerLog(settings: ResolvedSettings): ResolvedSettings {
  return { ...settings, fields: { ...settings.fields, allow_server_log: plain(true) } };
}
