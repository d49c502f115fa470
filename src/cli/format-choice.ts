import { nearestWords, problem } from '../model/index.js';
import type { Diagnostic } from '../model/index.js';
import { formats as builtIn } from '../report/index.js';
import type { Format } from '../report/index.js';
import type { Io } from './io.js';

/** How the output of a command line is written. */
export interface OutputChoice {
  readonly format: Format;
  readonly noColor: boolean;
  /** What is wrong with the choice. */
  readonly problems: readonly Diagnostic[];
}

/**
 * The format that a command line asks for. Read before the command line is parsed, since errors of that are rendered in it too.
 */
export function outputChoice(argv: readonly string[], extensions: Io['extensions']): OutputChoice {
  const end = argv.indexOf('--');
  const words = end === -1 ? argv : argv.slice(0, end);
  const known = extensions?.formats ?? builtIn;
  const name = formatName(words);
  const format = known.find((candidate) => candidate.name === name);
  return {
    format: format ?? known[0],
    noColor: words.includes('--no-color'),
    problems: name === undefined || format !== undefined ? [] : [unknownFormat(name, known)],
  };
}

/** The name that is given last. */
function formatName(words: readonly string[]): string | undefined {
  let name: string | undefined;
  words.forEach((word, index) => {
    if (word === '--json') name = 'json';
    else if (word === '--format') name = words[index + 1] ?? name;
    else if (word.startsWith('--format=')) name = word.slice('--format='.length);
  });
  return name;
}

function unknownFormat(name: string, known: readonly Format[]): Diagnostic {
  const names = known.map((format) => format.name);
  const [suggested] = nearestWords(name, names);
  const list = `The formats are: ${names.join(', ')}.`;
  return problem({
    code: 'usage',
    summary: `Unknown format: ${name}`,
    next: suggested === undefined ? list : `Did you mean ${suggested}? ${list}`,
  });
}
