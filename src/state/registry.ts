import type { BackendDefinition } from './backend.js';
import { http } from './http/index.js';
import { local } from './local/index.js';
import { postgres } from './postgres/index.js';

/** The state backends of this version. The first one is used where the configuration names none. */
export const backends: readonly [BackendDefinition, ...BackendDefinition[]] = [local, postgres, http];
