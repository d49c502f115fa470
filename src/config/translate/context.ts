import type { Diagnostic } from '../../model/index.js';
import type { Language } from '../language.js';
import type { Merged } from '../merge.js';
import { textsOf } from '../merge.js';
import { meant } from '../check/nearest.js';
import { problemAt } from '../../model/problem.js';
import type { Place } from '../../model/source-text.js';
import { child, textOf } from '../../model/tree.js';
import type { Entry, TreeNode } from '../../model/tree.js';

/** What the builders share. */
export interface BuildContext {
  readonly language: Language;
  readonly merged: Merged;
  /** Nodes that the schema refused, and those around them: what else is wrong with them is still said. */
  readonly wrong: ReadonlySet<TreeNode>;
  /** A file could not be read, so a name that is not found may stand there: nothing is said about it. */
  readonly incomplete: boolean;
  /** The current folder, absolute: where relative paths of providers start. */
  readonly cwd: string;
  /** Where problems go. */
  readonly problems: Diagnostic[];
}

/** After so many problems no nearest word is looked for: with thousands of names and of problems it would take minutes. */
const SUGGESTIONS = 50;

/** The next step for a misspelt name: the nearest of those that there are. */
export function meantName(
  { problems }: BuildContext,
  name: string,
  known: () => readonly string[],
): string | undefined {
  return problems.length < SUGGESTIONS ? meant(name, known()) : undefined;
}

/** Which type of provider each section is for. */
const SECTION_TYPES = {
  secrets: 'singlestore',
  duckdb_servers: 'postgres',
  duckdb_secrets: 'duckdb',
} as const;

/** A section whose resources live in a provider. */
export type ResourceSection = keyof typeof SECTION_TYPES;

/** The type of a provider by its name; `undefined` where it has none, or there is no such provider. */
export function providerType({ merged }: BuildContext, name: string): string | undefined {
  return textOf(child(merged.providers.get(name)?.value, 'type'));
}

/** The providers of one type, in the order of the files. */
function providersOfType(context: BuildContext, type: string): string[] {
  return [...context.merged.providers.keys()].filter((name) => providerType(context, name) === type);
}

/** Says that there is no provider of a name, with the nearest that there is. */
export function unknownProvider(context: BuildContext, name: string, at: Place): Diagnostic | undefined {
  if (context.incomplete) return undefined;
  const known = [...context.merged.providers.keys()];
  return problemAt(at, {
    code: 'unknown-provider',
    summary: `There is no provider \`${name}\`.`,
    next: meant(name, known) ?? 'Add it under `providers:`.',
  });
}

/**
 * The providers that a resource lives in: those it names, or the only one of the right type. Pure: problems come back
 * with the names, so that a second look at the same entry says nothing twice.
 */
export function providersOf(
  context: BuildContext,
  section: ResourceSection,
  entry: Entry,
): { readonly names: readonly string[]; readonly problems: readonly Diagnostic[] } {
  const type = SECTION_TYPES[section];
  const one = child(entry.value, 'provider');
  const several = child(entry.value, 'providers');
  if (one !== undefined && several !== undefined) {
    return {
      names: [],
      problems: [
        problemAt(several.at, {
          code: 'too-many-keys',
          summary: 'Only one of `provider`, `providers` may stand here.',
          next: 'Take one of them away.',
        }),
      ],
    };
  }
  const text = textOf(one);
  const written = one !== undefined && text !== undefined ? [{ text, node: one }] : textsOf(several);
  if (one === undefined && several === undefined) return onlyProvider(context, entry, type);
  const names: string[] = [];
  const problems: Diagnostic[] = [];
  for (const { text: name, node } of written) {
    const found = providerType(context, name);
    if (names.includes(name)) {
      problems.push(
        problemAt(node.at, {
          code: 'duplicate-item',
          summary: `The provider \`${name}\` stands twice in this list.`,
          next: 'Take one of the two away.',
        }),
      );
    } else if (!context.merged.providers.has(name)) {
      problems.push(...[unknownProvider(context, name, node.at)].flatMap((problem) => problem ?? []));
    } else if (found !== undefined && found !== type) {
      problems.push(
        problemAt(node.at, {
          code: 'wrong-provider',
          summary: `\`${name}\` is a provider of type \`${found}\`; \`${section}\` need one of type \`${type}\`.`,
          next: fitting(providersOfType(context, type), type),
        }),
      );
    } else names.push(name);
  }
  return { names, problems };
}

const fitting = (names: readonly string[], type: string): string =>
  names.length === 0
    ? `Add a provider with \`type: ${type}\` under \`providers:\`.`
    : `Write ${names.map((name) => `\`provider: ${name}\``).join(' or ')}.`;

function onlyProvider(
  context: BuildContext,
  entry: Entry,
  type: string,
): { readonly names: readonly string[]; readonly problems: readonly Diagnostic[] } {
  const names = providersOfType(context, type);
  if (names.length === 1) return { names, problems: [] };
  // A provider whose type is wrong may be the one that was meant; its own problem says enough.
  const unclear = [...context.merged.providers.values()].some(({ value }) => context.wrong.has(value));
  if (context.incomplete || (names.length === 0 && unclear)) return { names: [], problems: [] };
  const summary =
    names.length === 0
      ? `\`${entry.key}\` needs a provider of type \`${type}\`, and there is none.`
      : `\`${entry.key}\` names no provider, and several of type \`${type}\` would fit.`;
  const code = names.length === 0 ? 'no-provider' : 'ambiguous-provider';
  return { names: [], problems: [problemAt(entry.keyAt, { code, summary, next: fitting(names, type) })] };
}
