import type { ActualResource } from './actual.js';
import type { Address } from './address.js';

/** A map of YAML that is being put together. */
export type YamlMap = Record<string, unknown>;

/** How the resources of one kind are written in a configuration. */
export type KindYaml =
  | {
      /** The section that its entries are in. */
      readonly section: string;
      /** The keys of its entry, but for `provider` and `lifecycle`. */
      readonly entry: (address: Address, resource: ActualResource) => YamlMap;
      /** Shortens an entry, once all that is written in it is there. */
      readonly finish?: (entry: YamlMap, address: Address) => void;
    }
  /** It is written in the entry of its parent. */
  | { readonly addTo: (parent: YamlMap, address: Address, resource: ActualResource) => void };
