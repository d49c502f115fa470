import { defined } from '../../model/index.js';
import { parseEnv } from 'node:util';
import { textLeaf } from '../document.js';
import { readLocalFile } from '../local-file.js';
import { failed } from '../reading.js';
import type { DotenvSource } from './source.js';
import type { AnyReading, ValueContext } from '../reading.js';
import { textOf } from '../transforms.js';

/**
 * Reads a file of `NAME=value` lines as Node's own `--env-file` does (quotes, comments, `export`, values over several lines), once for all
 * the variables that are taken out of it.
 */
export async function readDotenv(source: DotenvSource, context: ValueContext): Promise<AnyReading> {
  const file = await readLocalFile(source, context);
  if (file.bytes === undefined) return file;
  const text = textOf(file.bytes);
  if (text === undefined) {
    return failed('not-utf8', `The file ${source.path} is not UTF-8 text.`, 'Save it as UTF-8.');
  }
  const variables = Object.entries(parseEnv(text));
  return {
    document: {
      kind: 'map',
      entries: new Map(variables.map(([name, value]) => [name, textLeaf(value ?? '')])),
    },
    ...defined({ problem: file.problem }),
  };
}
