import type { Sensitive } from '../model/index.js';

/**
 * Reveals a value that the caller asked for by its address: on stdout, or in the environment of one child. The only way by which a
 * value leaves this program other than to its system.
 */
export function handOver(value: Sensitive): string {
  return value.reveal();
}
