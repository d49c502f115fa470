import type { Diagnostic } from '../../model/index.js';
import type { Language } from '../language.js';
import type { Merged } from '../merge.js';
import { suggest } from '../check/nearest.js';
import type { TreeNode } from '../../model/tree.js';

/** What the translation of a configuration shares. */
export interface BuildContext {
  readonly language: Language;
  readonly merged: Merged;
  /** Nodes that the schema refused, and those around them: other problems of theirs are still reported. */
  readonly wrong: ReadonlySet<TreeNode>;
  /** A file could not be read, so a name that is not found may be in it: nothing is reported about it. */
  readonly incomplete: boolean;
  /** The current folder, absolute. */
  readonly cwd: string;
  /** Where problems go. */
  readonly problems: Diagnostic[];
}

/** After so many problems nothing is suggested: with thousands of names and of problems it would take minutes. */
const MOST_SUGGESTIONS = 50;

/** The next step for a misspelt name: the nearest known one. */
export function suggestName(
  { problems }: Pick<BuildContext, 'problems'>,
  name: string,
  known: () => readonly string[],
): string | undefined {
  return problems.length < MOST_SUGGESTIONS ? suggest(name, known()) : undefined;
}
