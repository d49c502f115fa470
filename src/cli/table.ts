import { nearestWords, problem } from '../model/index.js';
import type { Diagnostic } from '../model/index.js';
import type { Command } from './definition.js';

/** One command in the table of all commands. */
export interface CommandEntry {
  /** Its words: `plan`, `state list`. */
  readonly name: string;
  /** What it does, in one line. */
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** Commands that share their first word. */
export interface Topic {
  readonly name: string;
  readonly summary: string;
}

/** All commands, in the order of the help. */
export interface CommandTable {
  readonly commands: readonly CommandEntry[];
  readonly topics: readonly Topic[];
}

/** What a command line asks for. */
export type Request =
  | { readonly kind: 'version' }
  /** Help about everything, a topic, or a command; `words` is empty for everything. */
  | { readonly kind: 'help'; readonly words: readonly string[] }
  | { readonly kind: 'command'; readonly entry: CommandEntry; readonly argv: readonly string[] }
  | { readonly kind: 'unknown'; readonly problem: Diagnostic };

const HELP: ReadonlySet<string> = new Set(['-h', '--help']);

/** Finds out what a command line asks for. A misspelt command is suggested, never run. */
export function requestOf(argv: readonly string[], table: CommandTable): Request {
  const [first, ...rest] = argv;
  if (first === undefined) return { kind: 'help', words: [] };
  if (first === 'version' || first === '--version') return { kind: 'version' };
  const words = wordsOf(first === 'help' || HELP.has(first) ? rest : argv);
  if (first === 'help' || HELP.has(first)) return helpRequest(words, table);
  const entry = findEntry(words, table);
  if (isHelpWanted(argv)) return helpRequest(entry === undefined ? words : entry.name.split(' '), table);
  if (entry !== undefined) return { kind: 'command', entry, argv: withoutWords(argv, entry) };
  if (words.length === 1 && isTopic(words, table)) return helpRequest(words, table);
  return { kind: 'unknown', problem: unknownCommand(words, first, table) };
}

/** The words before the first flag. `state:list` is the same as `state list`. */
function wordsOf(argv: readonly string[]): readonly string[] {
  const end = argv.findIndex((word) => word.startsWith('-'));
  const [first, ...rest] = end === -1 ? argv : argv.slice(0, end);
  return first === undefined ? [] : [...first.split(':'), ...rest];
}

/** The command with the most of these words. */
function findEntry(words: readonly string[], { commands }: CommandTable): CommandEntry | undefined {
  const [first = '', second = ''] = words;
  return (
    commands.find(({ name }) => name === `${first} ${second}`) ?? commands.find(({ name }) => name === first)
  );
}

function withoutWords(argv: readonly string[], { name }: CommandEntry): readonly string[] {
  return argv[0]?.includes(':') === true ? argv.slice(1) : argv.slice(name.split(' ').length);
}

/** Whether a help flag is there, other than for a program after `--`. */
function isHelpWanted(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return (end === -1 ? argv : argv.slice(0, end)).some((word) => HELP.has(word));
}

function isTopic([first]: readonly string[], { topics }: CommandTable): boolean {
  return topics.some(({ name }) => name === first);
}

function helpRequest(words: readonly string[], table: CommandTable): Request {
  const entry = findEntry(words, table);
  if (entry !== undefined) return { kind: 'help', words: entry.name.split(' ') };
  if (words.length === 0 || (words.length === 1 && isTopic(words, table))) return { kind: 'help', words };
  return { kind: 'unknown', problem: unknownCommand(words, words[0] ?? '', table) };
}

function unknownCommand(words: readonly string[], first: string, table: CommandTable): Diagnostic {
  if (words.length === 0) {
    return problem({
      code: 'usage',
      summary: `Missing command before ${first}`,
      next: 'Flags come after the command. Run: secrets --help',
    });
  }
  const topic = isTopic(words, table) ? words[0] : undefined;
  const typed = words.slice(0, topic === undefined ? 1 : 2).join(' ');
  const known = [
    ...table.commands.map(({ name }) => name),
    ...table.topics.map(({ name }) => name),
    'help',
    'version',
  ];
  const [suggested] = nearestWords(
    typed,
    topic === undefined ? known : known.filter((name) => name.startsWith(`${topic} `)),
  );
  const help = `Run: ${topic === undefined ? 'secrets' : `secrets ${topic}`} --help`;
  return problem({
    code: 'usage',
    summary: `Unknown command: ${typed}`,
    next: suggested === undefined ? help : `Did you mean secrets ${suggested}? ${help}`,
  });
}
