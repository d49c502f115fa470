import type { Sensitive } from '../model/index.js';

/**
 * Takes a value out of its wrapping, to hand it to whoever asked for it by its address: on stdout, or in the environment of one
 * child. The one way by which a value leaves this program other than to its system.
 */
export function handOver(value: Sensitive): string {
  return value.reveal();
}
