import { duckdb } from './duckdb/index.js';
import { postgres } from './postgres/index.js';
import type { ProviderDefinition } from './sdk/index.js';
import { singlestore } from './singlestore/index.js';

/** The built-in providers, in the order of their sections and kinds: a new one is one more line. */
export const providers: readonly ProviderDefinition[] = [singlestore, postgres, duckdb];
