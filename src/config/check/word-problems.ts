import { nearestWords } from '../../model/index.js';
import type { Diagnostic, JsonSchema, Place, TreeNode } from '../../model/index.js';
import { problemAt } from '../../model/problem.js';
import { isHidden } from '../../model/source-text.js';
import { describeNode, keyPlace } from '../../model/tree.js';
import { expected } from './expectation.js';
import type { SchemaError } from './validator.generated.js';

/** One error of the validator about a place, among all of them. */
export interface KeywordCheck {
  readonly node: TreeNode;
  readonly error: SchemaError;
  readonly all: readonly SchemaError[];
  /** Keys that were suggested for unknown ones: they are not missing as well. */
  readonly suggested: ReadonlySet<string>;
}

/** Words in quotes, with commas between them. */
export const quoted = (words: readonly string[]): string => words.map((word) => `\`${word}\``).join(', ');

/** The text at a place without its quotes, where it may be shown and is not empty. */
export function shownText(at: Place): string | undefined {
  const text = at.source.text.slice(at.start, at.end).replace(/^(['"])(.*)\1$/s, '$2');
  return isHidden(at.source, at) || text === '' ? undefined : text;
}

/** What editors and messages say of a text that a schema does not accept. */
export function hintOf({ parentSchema }: { readonly parentSchema: JsonSchema }): string | undefined {
  const hint = parentSchema['patternErrorMessage'];
  return typeof hint === 'string' ? hint : undefined;
}

/** That a text, where it may be shown, is not what is expected. */
export function notSummary(shown: string | undefined, what: string): string {
  return shown === undefined ? `This is not ${what}.` : `\`${shown}\` is not ${what}.`;
}

/** A `type:` that is unknown. */
export function unknownTag({
  node,
  error: { params, parentSchema },
  all,
}: KeywordCheck): Diagnostic | undefined {
  const tag = String(params['tag']);
  const tagNode = node.kind === 'map' ? node.entries.get(tag)?.value : undefined;
  if (tagNode === undefined || all.some(({ keyword }) => keyword === 'type')) return undefined;
  const branches = (parentSchema['oneOf'] ?? []) as readonly { properties?: Record<string, JsonSchema> }[];
  return wordProblem(
    tagNode,
    branches.map(({ properties }) => properties?.[tag]?.['const']),
  );
}

/** A word that is none of the known ones. */
export function wordProblem(node: TreeNode, known: readonly unknown[], hint?: string): Diagnostic {
  const words = known.map(String);
  const shown = node.kind === 'scalar' ? shownText(node.at) : undefined;
  const list = words.length === 1 ? `\`${words[0] ?? ''}\`` : `one of ${quoted(words)}`;
  const near = shown === undefined ? undefined : nearestWords(shown, words)[0];
  return problemAt(node.at, {
    code: 'unknown-word',
    summary: `Expected ${list}, found ${shown === undefined ? describeNode(node) : `\`${shown}\``}.`,
    next: hint ?? (near === undefined ? `Write ${list}.` : `Did you mean \`${near}\`?`),
  });
}

/** A key that cannot be a name. */
export function badName({ node, error: { params, parentSchema }, all }: KeywordCheck): Diagnostic {
  const at = keyPlace(node, String(params['propertyName']));
  // The broken rule comes right before in the list, and all names of one map follow the same rule.
  const rule = all.find(
    ({ keyword, parentSchema: schema }) => keyword === 'pattern' && schema !== parentSchema,
  );
  return problemAt(at, {
    code: 'bad-name',
    summary: notSummary(shownText(at), rule === undefined ? 'a valid name' : expected(rule.parentSchema)),
    next: rule && hintOf(rule),
  });
}
