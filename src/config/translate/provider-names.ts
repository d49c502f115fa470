import { problemAt } from '../../model/index.js';
import type { Diagnostic, Entry, Place, TreeNode } from '../../model/index.js';
import { suggest } from '../check/nearest.js';
import type { ProviderSection } from '../language.js';
import { child, textOf, textsOf } from '../../model/tree.js';
import type { BuildContext } from './context.js';

/** The providers that a resource lives in, and what is wrong with them. */
export interface ProviderNames {
  readonly names: readonly string[];
  readonly problems: readonly Diagnostic[];
}

/** What a section is to the providers of its resources. */
type SectionType = Pick<ProviderSection, 'word' | 'type'>;

const none = (...problems: readonly Diagnostic[]): ProviderNames => ({ names: [], problems });

/** The type of a provider by its name; `undefined` where it has none, or there is no such provider. */
function typeOf({ merged }: BuildContext, name: string): string | undefined {
  return textOf(child(merged.map('providers').get(name)?.value, 'type'));
}

/** The providers of one type, in the order of the files. */
function providersOfType(context: BuildContext, type: string): string[] {
  return [...context.merged.map('providers').keys()].filter((name) => typeOf(context, name) === type);
}

/** Why a section cannot use a provider of a name; `undefined` where it can, or nothing can be said. */
export function providerProblem(
  context: BuildContext,
  { word, type }: SectionType,
  name: string,
  at: Place,
): Diagnostic | undefined {
  const providers = context.merged.map('providers');
  if (!providers.has(name)) {
    if (context.incomplete) return undefined;
    return problemAt(at, {
      code: 'unknown-provider',
      summary: `There is no provider \`${name}\`.`,
      next: suggest(name, [...providers.keys()]) ?? 'Add it under `providers:`.',
    });
  }
  const found = typeOf(context, name);
  if (found === undefined || found === type) return undefined;
  return problemAt(at, {
    code: 'wrong-provider',
    summary: `\`${name}\` is a provider of type \`${found}\`; \`${word}\` need one of type \`${type}\`.`,
    next: howToName(providersOfType(context, type), type),
  });
}

/**
 * The providers that a resource lives in: those it names, or the only one of the right type. Pure: problems come back
 * with the names, so that a second look at the same entry reports nothing twice.
 */
export function providersOf(context: BuildContext, section: SectionType, entry: Entry): ProviderNames {
  const single = child(entry.value, 'provider');
  const several = child(entry.value, 'providers');
  if (single !== undefined && several !== undefined) {
    return none(
      problemAt(several.at, {
        code: 'too-many-keys',
        summary: 'Only one of `provider`, `providers` is allowed.',
        next: 'Remove one of them.',
      }),
    );
  }
  if (single === undefined && several === undefined) return onlyProvider(context, section, entry);
  const text = textOf(single);
  const named = single !== undefined && text !== undefined ? [{ text, node: single }] : textsOf(several);
  return checkNames(context, section, named);
}

function checkNames(
  context: BuildContext,
  section: SectionType,
  named: readonly { readonly text: string; readonly node: TreeNode }[],
): ProviderNames {
  const names: string[] = [];
  const problems: Diagnostic[] = [];
  for (const { text: name, node } of named) {
    const problem = names.includes(name)
      ? problemAt(node.at, {
          code: 'duplicate-item',
          summary: `The provider \`${name}\` appears twice in this list.`,
          next: 'Remove one of them.',
        })
      : providerProblem(context, section, name, node.at);
    if (problem !== undefined) problems.push(problem);
    else if (context.merged.map('providers').has(name)) names.push(name);
  }
  return { names, problems };
}

const howToName = (names: readonly string[], type: string): string =>
  names.length === 0
    ? `Add a provider with \`type: ${type}\` under \`providers:\`.`
    : `Write ${names.map((name) => `\`provider: ${name}\``).join(' or ')}.`;

function onlyProvider(context: BuildContext, { type }: SectionType, entry: Entry): ProviderNames {
  const names = providersOfType(context, type);
  if (names.length === 1) return { names, problems: [] };
  // A provider whose type is wrong may be the one that was meant; its own problem says enough.
  const unclear = [...context.merged.map('providers').values()].some(({ value }) => context.wrong.has(value));
  if (context.incomplete || (names.length === 0 && unclear)) return none();
  const next = howToName(names, type);
  return none(
    problemAt(
      entry.keyAt,
      names.length === 0
        ? {
            code: 'no-provider',
            summary: `\`${entry.key}\` needs a provider of type \`${type}\`, and there is none.`,
            next,
          }
        : {
            code: 'ambiguous-provider',
            summary: `\`${entry.key}\` names no provider, and several of type \`${type}\` would fit.`,
            next,
          },
    ),
  );
}
