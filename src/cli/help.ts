import { compareText } from '../model/index.js';
import { displayWidth } from '../report/index.js';
import type { Style } from '../report/index.js';
import type { ArgDefinitions, Command, FlagDefinitions } from './definition.js';
import type { CommandEntry, CommandTable, Topic } from './table.js';

/** A term and what it means. */
type Row = readonly [term: string, meaning: string];

/** How help is laid out. */
export interface Layout {
  readonly style: Style;
  /** How many columns a line may take. */
  readonly width: number;
}

/** The help of the whole program. */
export function overviewText({ commands, topics }: CommandTable, layout: Layout): string {
  const own = commands.filter(({ name }) => !name.includes(' '));
  return textOf([
    'Usage: secrets COMMAND [flags]',
    wrapped(
      'Keeps the secrets of a data platform, who may read them and what uses them as a configuration says.',
      0,
      layout,
    ),
    section(
      'Commands',
      [
        ...own.map(rowOf),
        ...topics.map(rowOf),
        ['help', 'Show this, or the help of a command.'],
        ['version', 'Show the version.'],
      ],
      layout,
    ),
    'Run `secrets help COMMAND` for the flags of a command, with examples.',
  ]);
}

/** The help of a topic: its commands. */
export function topicText({ name, summary }: Topic, { commands }: CommandTable, layout: Layout): string {
  const own = commands.filter((entry) => entry.name.startsWith(`${name} `));
  return textOf([
    `Usage: secrets ${name} COMMAND [flags]`,
    wrapped(summary, 2, layout),
    section('Commands', own.map(rowOf), layout),
    `Run \`secrets help ${name} COMMAND\` for the flags of a command, with examples.`,
  ]);
}

/** The help of a command. */
export function commandText(
  { name, summary }: Pick<CommandEntry, 'name' | 'summary'>,
  command: Command,
  layout: Layout,
): string {
  return textOf([
    `Usage: secrets ${[name, command.usage ?? usageOf(command.args), '[flags]'].filter((word) => word !== '').join(' ')}`,
    wrapped(summary, 2, layout),
    ...command.description.split('\n').map((paragraph) => wrapped(paragraph, 2, layout)),
    section('Arguments', argRows(command.args), layout),
    section('Flags', flagRows(command.flags), layout),
    [layout.style.bold('Examples:'), ...command.examples.map((example) => `  $ secrets ${example}`)].join(
      '\n',
    ),
  ]);
}

function textOf(parts: readonly string[]): string {
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function rowOf({ name, summary }: Topic): Row {
  return [name, summary];
}

function section(title: string, rows: readonly Row[], layout: Layout): string {
  if (rows.length === 0) return '';
  const column = Math.max(...rows.map(([term]) => displayWidth(term))) + 4;
  const lines = rows.map(([term, meaning]) => {
    const text = wrapped(meaning, column, layout).trimStart();
    return `  ${term}${' '.repeat(column - 2 - displayWidth(term))}${text}`;
  });
  return [layout.style.bold(`${title}:`), ...lines].join('\n');
}

/** Text in lines that are not too long, each indented. */
function wrapped(text: string, indent: number, { width }: Layout): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent + displayWidth(line) + 1 + displayWidth(word) > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((each) => `${' '.repeat(indent)}${each}`).join('\n');
}

function usageOf(args: ArgDefinitions): string {
  return Object.entries(args)
    .map(([name, { required, multiple }]) => {
      const word = `${name.toUpperCase()}${multiple === true ? '...' : ''}`;
      return required === true ? word : `[${word}]`;
    })
    .join(' ');
}

function argRows(args: ArgDefinitions): readonly Row[] {
  return Object.entries(args).map(([name, { description = '' }]) => [name.toUpperCase(), description]);
}

/** The flags by name. A short name comes first; where there is none, its column is empty. */
function flagRows(flags: FlagDefinitions): readonly Row[] {
  return Object.entries(flags)
    .filter(([, flag]) => flag.hidden !== true)
    .map(([name, flag]) => {
      const short = flag.char === undefined ? '    ' : `-${flag.char}, `;
      const long = flag.type === 'boolean' && flag.allowNo ? `--[no-]${name}` : `--${name}`;
      const value = flag.type === 'option' ? ` ${String(flag.helpValue ?? '<value>')}` : '';
      return [`${short}${long}${value}`, flag.summary ?? ''] as const;
    })
    .sort(([a], [b]) => compareText(a.slice(4), b.slice(4)));
}
