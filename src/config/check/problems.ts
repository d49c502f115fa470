import { nearestWords } from '../../model/index.js';
import type { Diagnostic } from '../../model/index.js';
import { exampleOf, expected } from './expectation.js';
import { suggest } from './nearest.js';
import { problemAt } from '../../model/problem.js';
import type { JsonSchema } from '../../model/json-schema.js';
import { TEXT_OR_SOURCE_TITLE, VALUE_SOURCE_TITLE } from '../sources/schema.js';
import type { Language } from '../language.js';
import type { Place } from '../../model/source-text.js';
import { translateSource } from '../sources/problems.js';
import { describeNode, keyPlace } from '../../model/tree.js';
import type { TreeNode } from '../../model/tree.js';
import type { SchemaError } from './validator.generated.js';
import { badName, hintOf, notSummary, quoted, shownText, unknownTag, wordProblem } from './word-problems.js';
import type { KeywordCheck } from './word-problems.js';

/** Everything that the validator has against one place. */
export interface PlaceErrors {
  readonly node: TreeNode;
  /** The JSON pointer of the place. */
  readonly pointer: string;
  readonly errors: readonly SchemaError[];
}

const titled = (error: SchemaError, title: string): boolean => error.parentSchema['title'] === title;

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
    const toProblem = BY_KEYWORD[error.keyword] ?? otherProblem;
    const found = toProblem({ node, error, all: errors, suggested });
    if (found !== undefined) problems.push(found);
  }
  return problems;
}

function typeProblem(node: TreeNode, schema: JsonSchema): Diagnostic {
  const example = exampleOf(schema);
  return problemAt(node.at, {
    code: 'wrong-type',
    summary: `Expected ${expected(schema)}, found ${describeNode(node)}.`,
    next: hintOf({ parentSchema: schema }) ?? (example && `For example: ${example}`),
  });
}

/** An unknown key; what is suggested for it is remembered. */
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
    summary: shown ? `Unknown key \`${key}\`.` : 'Unknown key.',
    next,
  });
}

type ToProblem = (check: KeywordCheck) => Diagnostic | undefined;

/** What each keyword of the schema means to people; `undefined` where another error of the same place says it better. */
const BY_KEYWORD: Readonly<Record<string, ToProblem>> = {
  required: missingKey,
  oneOf: wrongAlternatives,
  anyOf: wrongAlternatives,
  discriminator: unknownTag,
  propertyNames: badName,
  enum: ({ node, error }) => wordProblem(node, error.params['allowedValues'] as unknown[], hintOf(error)),
  const: ({ node, error }) => wordProblem(node, [error.params['allowedValue']], hintOf(error)),
  pattern: badText,
  minItems: ({ node }) => problemAt(node.at, { code: 'empty-list', summary: 'This list may not be empty.' }),
  minimum: outOfRange,
  maximum: outOfRange,
  additionalProperties: () => undefined,
};

function otherProblem({ node, error: { keyword } }: KeywordCheck): Diagnostic {
  return problemAt(node.at, { code: 'schema', summary: `This does not match the schema (${keyword}).` });
}

function missingKey({ node, error, suggested }: KeywordCheck): Diagnostic | undefined {
  const { params, parentSchema, schemaPath } = error;
  const key = String(params['missingProperty']);
  const { title } = parentSchema;
  const isAlternative = /\/(oneOf|anyOf)\/\d+\/required$/.test(schemaPath) && title === undefined;
  if (isAlternative || suggested.has(key)) return undefined;
  const property = (parentSchema['properties'] as Record<string, JsonSchema> | undefined)?.[key];
  const example = property && exampleOf(property);
  return problemAt(firstPlace(node), {
    code: 'missing-key',
    summary: `The key \`${key}\` is missing${typeof title === 'string' ? ` from ${title}` : ''}.`,
    next: example === undefined ? `Add \`${key}:\`.` : `Add it, for example: ${key}: ${example}`,
  });
}

/** Keys of which exactly one, or at least one, is needed. */
function wrongAlternatives({ node, error, suggested }: KeywordCheck): Diagnostic | undefined {
  const { keyword, params, parentSchema } = error;
  const words = requiredWords(parentSchema[keyword]);
  if (words.length === 0 || words.some((word) => suggested.has(word))) return undefined;
  const several = params['passingSchemas'] !== null && keyword === 'oneOf';
  return problemAt(firstPlace(node), {
    code: several ? 'too-many-keys' : 'missing-key',
    summary: several
      ? `Only one of ${quoted(words)} is allowed.`
      : `One of ${quoted(words)} is missing from ${String(parentSchema['title'])}.`,
    next: several ? 'Remove the others.' : 'Add it.',
  });
}

/** The words of alternatives that are each one required key. */
function requiredWords(alternatives: unknown): string[] {
  const list = Array.isArray(alternatives)
    ? (alternatives as readonly { required?: readonly string[] }[])
    : [];
  return list.flatMap(({ required }) => required ?? []);
}

function badText({ node, error }: KeywordCheck): Diagnostic | undefined {
  if (node.kind !== 'scalar') return undefined;
  return problemAt(node.at, {
    code: 'bad-text',
    summary: notSummary(shownText(node.at), expected(error.parentSchema)),
    next: hintOf(error),
  });
}

function outOfRange({ node, error: { keyword, params } }: KeywordCheck): Diagnostic {
  const bound = keyword === 'minimum' ? 'at least' : 'at most';
  return problemAt(node.at, {
    code: 'out-of-range',
    summary: `Expected a number that is ${bound} ${String(params['limit'])}.`,
  });
}

/** Where something is missing from a map: its first key, or its bracket. */
function firstPlace(node: TreeNode): Place {
  const [first] = node.kind === 'map' ? node.entries.values() : [];
  return first?.keyAt ?? node.at;
}
