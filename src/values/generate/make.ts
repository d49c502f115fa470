import { randomInt } from 'node:crypto';
import type { EndSource } from '../../model/index.js';

/** Makes a random value: each character is chosen evenly, by the system's source of randomness for keys. */
export function generate({ length, alphabet }: EndSource & { from: 'generate' }): string {
  return Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join('');
}
