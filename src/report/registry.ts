import type { Format } from './format.js';
import { human } from './human/index.js';
import { json } from './json/index.js';

/** The built-in output formats; the first is the default. */
export const formats: readonly [Format, ...Format[]] = [human, json];
