import { nearestWords } from '../../model/index.js';
import type { Diagnostic } from '../../model/index.js';
import { exampleOf, expected } from './expectation.js';
import { suggest } from './nearest.js';
import { problemAt } from '../../model/problem.js';
import type { JsonSchema } from '../../model/json-schema.js';
import { TEXT_OR_SOURCE_TITLE, VALUE_SOURCE_TITLE } from '../sources/schema.js';
import type { Language } from '../language.js';
import { isHidden } from '../../model/source-text.js';
import type { Place } from '../../model/source-text.js';
import { translateSource } from '../sources/problems.js';
import { describeNode, keyPlace } from '../../model/tree.js';
import type { TreeNode } from '../../model/tree.js';
import type { SchemaError } from './validator.generated.js';

/** Everything that the validator has against one place. */
export interface PlaceErrors {
  readonly node: TreeNode;
  /** The JSON pointer of the place. */
  readonly pointer: string;
  readonly errors: readonly SchemaError[];
}

const titled = (error: SchemaError, title: string): boolean => error.parentSchema['title'] === title;
/** The words of alternatives that are each one required key. */
const requiredWords = (alternatives: unknown): string[] =>
  (Array.isArray(alternatives) ? (alternatives as readonly { required?: readonly string[] }[]) : []).flatMap(
    ({ required }) => required ?? [],
  );
const quoted = (words: readonly string[]): string => words.map((word) => `\`${word}\``).join(', ');

/** The text at a place without its quotes, where it may be shown and is not empty. */
function shownText(at: Place): string | undefined {
  const text = at.source.text.slice(at.start, at.end).replace(/^(['"])(.*)\1$/s, '$2');
  return isHidden(at.source, at) || text === '' ? undefined : text;
}

/**
 * The validator's errors about one place as problems for people: the noise of alternatives is folded into one, and a word
 * is repeated only where its line would show it as well.
 */
export function translate({ node, pointer, errors }: PlaceErrors, { sources }: Language): Diagnostic[] {
  const takesSource = errors.some((error) => titled(error, VALUE_SOURCE_TITLE));
  const takesText = errors.some((error) => error.keyword === 'anyOf' && titled(error, TEXT_OR_SOURCE_TITLE));
  if (takesSource || takesText) return translateSource({ node, pointer, errors }, takesText, sources);

  const wrongType = errors.find(({ keyword }) => keyword === 'type');
  if (wrongType !== undefined) return [typeProblem(node, wrongType.parentSchema)];
  const unknown = errors.filter(({ keyword }) => keyword === 'additionalProperties');
  const suggested = new Set<string>();
  const problems = unknown.map((error) => unknownKey(node, error, suggested));
  for (const error of errors) {
    const problem = single(node, error, errors, suggested);
    if (problem !== undefined) problems.push(problem);
  }
  return problems;
}

/** What editors and messages say of a text that does not fit. */
function hintOf(schema: JsonSchema): string | undefined {
  const hint = schema['patternErrorMessage'];
  return typeof hint === 'string' ? hint : undefined;
}

function typeProblem(node: TreeNode, schema: JsonSchema): Diagnostic {
  const example = exampleOf(schema);
  return problemAt(node.at, {
    code: 'wrong-type',
    summary: `Expected ${expected(schema)}, found ${describeNode(node)}.`,
    next: hintOf(schema) ?? (example && `For example: ${example}`),
  });
}

/** A key that the language does not have here; what was suggested for it is remembered. */
function unknownKey(
  node: TreeNode,
  { params, parentSchema }: SchemaError,
  suggested: Set<string>,
): Diagnostic {
  const key = String(params['additionalProperty']);
  const at = keyPlace(node, key);
  const known = Object.keys(parentSchema['properties'] ?? {});
  const shown = shownText(at) !== undefined;
  const near = shown ? nearestWords(key, known)[0] : undefined;
  const next = shown ? suggest(key, known) : `Known: ${quoted(known)}.`;
  if (near !== undefined) suggested.add(near);
  return problemAt(at, {
    code: 'unknown-key',
    summary: shown ? `There is no key \`${key}\` here.` : 'There is no such key here.',
    next,
  });
}

/** One error on its own; `undefined` where another of the same place says it better. */
function single(
  node: TreeNode,
  error: SchemaError,
  all: readonly SchemaError[],
  suggested: ReadonlySet<string>,
): Diagnostic | undefined {
  const { keyword, params, parentSchema } = error;
  const isAlternative =
    /\/(oneOf|anyOf)\/\d+\/required$/.test(error.schemaPath) && !('title' in parentSchema);
  const shown = node.kind === 'scalar' ? shownText(node.at) : undefined;
  switch (keyword) {
    case 'required': {
      const key = String(params['missingProperty']);
      if (isAlternative || suggested.has(key)) return undefined;
      const property = (parentSchema['properties'] as Record<string, JsonSchema> | undefined)?.[key];
      const example = property && exampleOf(property);
      return problemAt(firstPlace(node), {
        code: 'missing-key',
        summary: `The key \`${key}\` is missing${typeof parentSchema['title'] === 'string' ? ` from ${parentSchema['title']}` : ''}.`,
        next: example === undefined ? `Add \`${key}:\`.` : `Add it, for example: ${key}: ${example}`,
      });
    }
    case 'oneOf':
    case 'anyOf': {
      const words = requiredWords(parentSchema[keyword]);
      if (words.length === 0 || words.some((word) => suggested.has(word))) return undefined;
      const several = params['passingSchemas'] !== null && keyword === 'oneOf';
      return problemAt(firstPlace(node), {
        code: several ? 'too-many-keys' : 'missing-key',
        summary: several
          ? `Only one of ${quoted(words)} may stand here.`
          : `One of ${quoted(words)} is missing from ${String(parentSchema['title'])}.`,
        next: several ? 'Take the others away.' : 'Add it.',
      });
    }
    case 'discriminator':
      return discriminator(node, error, all);
    case 'propertyNames':
      return nameProblem(node, error, all);
    case 'enum':
    case 'const':
      return wordProblem(
        node,
        keyword === 'enum' ? (params['allowedValues'] as unknown[]) : [params['allowedValue']],
        shown,
        hintOf(parentSchema),
      );
    case 'pattern': {
      if (node.kind !== 'scalar') return undefined;
      const next = hintOf(parentSchema);
      const what = expected(parentSchema);
      const summary = shown === undefined ? `This is not ${what}.` : `\`${shown}\` is not ${what}.`;
      return problemAt(node.at, { code: 'bad-text', summary, next });
    }
    case 'minItems':
      return problemAt(node.at, { code: 'empty-list', summary: 'This list may not be empty.' });
    case 'minimum':
    case 'maximum':
      return problemAt(node.at, {
        code: 'out-of-range',
        summary: `Expected a number that is ${keyword === 'minimum' ? 'at least' : 'at most'} ${String(params['limit'])}.`,
      });
    case 'additionalProperties':
      return undefined;
    default:
      return problemAt(node.at, { code: 'schema', summary: `This does not fit the language (${keyword}).` });
  }
}

/** Where something is missing from a map: its first key, or its bracket. */
function firstPlace(node: TreeNode): Place {
  const [first] = node.kind === 'map' ? node.entries.values() : [];
  return first?.keyAt ?? node.at;
}

/** A `type:` that is none of the known ones. */
function discriminator(
  node: TreeNode,
  { params, parentSchema }: SchemaError,
  all: readonly SchemaError[],
): Diagnostic | undefined {
  const tag = String(params['tag']);
  const tagNode = node.kind === 'map' ? node.entries.get(tag)?.value : undefined;
  if (tagNode === undefined || all.some(({ keyword }) => keyword === 'type')) return undefined;
  const branches = (parentSchema['oneOf'] ?? []) as readonly { properties?: Record<string, JsonSchema> }[];
  const known = branches.map(({ properties }) => properties?.[tag]?.['const']);
  return wordProblem(tagNode, known, tagNode.kind === 'scalar' ? shownText(tagNode.at) : undefined);
}

/** A word that is none of the known ones. */
function wordProblem(
  node: TreeNode,
  known: readonly unknown[],
  shown: string | undefined,
  hint?: string,
): Diagnostic {
  const words = known.map(String);
  const list = words.length === 1 ? `\`${words[0] ?? ''}\`` : `one of ${quoted(words)}`;
  const found = shown === undefined ? describeNode(node) : `\`${shown}\``;
  const near = shown === undefined ? undefined : nearestWords(shown, words)[0];
  return problemAt(node.at, {
    code: 'unknown-word',
    summary: `Expected ${list}, found ${found}.`,
    next: hint ?? (near === undefined ? `Write ${list}.` : `Did you mean \`${near}\`?`),
  });
}

/** A name that may not be one. */
function nameProblem(
  node: TreeNode,
  { params, parentSchema }: SchemaError,
  all: readonly SchemaError[],
): Diagnostic {
  const name = String(params['propertyName']);
  const at = keyPlace(node, name);
  // The rule that was broken stands right before in the list, and every name of one map follows the same rule.
  const rule = all.find(
    ({ keyword, parentSchema: schema }) => keyword === 'pattern' && schema !== parentSchema,
  )?.parentSchema;
  const shown = shownText(at);
  const what = rule === undefined ? 'a good name' : expected(rule);
  return problemAt(at, {
    code: 'bad-name',
    summary: shown === undefined ? `This is not ${what}.` : `\`${shown}\` is not ${what}.`,
    next: rule && hintOf(rule),
  });
}
