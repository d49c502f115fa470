import type { Sensitive } from '../../src/model/index.js';
import { httpSettings } from '../../src/state/http/settings.js';
import { httpStore } from '../../src/state/http/store.js';
import type { HttpStore } from '../../src/state/http/store.js';
import type { ClientOptions } from './contract.js';
import type { StateServer } from './http-server.js';
import { runScope } from '../scope.js';

/** How a client of a state server is opened. */
export interface Options extends ClientOptions {
  readonly timeoutMs?: number;
  /** Settings that differ from the server's. */
  readonly fields?: Readonly<Record<string, string | Sensitive | undefined>>;
}

/** A client of a state server, as if it were another process. */
export function storeOn(
  server: StateServer,
  { stack = 'prod', fields, ...options }: Options = {},
): HttpStore {
  return httpStore({
    env: {},
    settings: httpSettings({ ...server.fields(stack), ...fields }, runScope()),
    stack,
    toolVersion: '1.2.3',
    now: () => new Date(0),
    ...options,
  });
}
