import { defined } from '../../model/index.js';
import { textLeaf } from '../document.js';
import { readLocalFile } from '../local-file.js';
import { failed } from '../reading.js';
import { parseDotenv } from './parse.js';
import type { DotenvSource } from './source.js';
import type { AnyReading, ValueContext } from '../reading.js';
import { textOf } from '../transforms.js';

/** Reads a file of `NAME=value` lines (see {@link parseDotenv}), once for all the variables that are taken out of it. */
export async function readDotenv(source: DotenvSource, context: ValueContext): Promise<AnyReading> {
  const file = await readLocalFile(source, context);
  if (file.bytes === undefined) return file;
  const text = textOf(file.bytes);
  if (text === undefined) {
    return failed('not-utf8', `The file ${source.path} is not UTF-8 text.`, 'Save it as UTF-8.');
  }
  const parsed = parseDotenv(text);
  if ('problem' in parsed) {
    const { line, column, what, next } = parsed.problem;
    return failed('bad-dotenv', `${source.path}:${line}:${column}: ${what}`, next);
  }
  return {
    document: {
      kind: 'map',
      entries: new Map([...parsed.variables].map(([name, value]) => [name, textLeaf(value)])),
    },
    ...defined({ problem: file.problem }),
  };
}
