import { nearestWords } from '../model/index.js';
import type { Diagnostic } from '../model/index.js';
import { problemAt } from './problem.js';
import { SOURCE_LIST, SOURCE_WORDS, VALUE_SOURCES } from './value-sources.js';
import type { TreeNode } from './tree.js';
import { describeNode, keyPlace } from './tree.js';
import type { SchemaError } from './validator.generated.js';

/** How to write a source at a path. A provider takes nothing from a secret, since a provider keeps it. */
function howTo(path: string): string {
  const fitting = VALUE_SOURCES.filter(({ word }) => word !== 'secret' || !path.startsWith('providers.'));
  return `Write where the value is to be read from: ${fitting.map(({ example }) => example).join(', ')}.`;
}

/** The path of a place in words: `secrets.HF_TOKEN.value`. */
function pathOf(pointer: string): string {
  return pointer.slice(1).replaceAll('/', '.').replaceAll('~1', '/').replaceAll('~0', '~');
}

/** The words for plain text in a place that takes a value source alone. */
export function plainSecretWords(path: string): {
  code: string;
  summary: string;
  detail: string;
  next: string;
} {
  return {
    code: 'plain-secret',
    summary: `\`${path}\` is sensitive, and stands here as plain text.`,
    detail:
      'Whoever can read this file, or its history in Git, can read the value: change it where it is used, too.',
    next: howTo(path),
  };
}

/**
 * The errors about a place that takes a value source, folded into one for each thing to do. No text of the place is repeated:
 * it may be the value itself.
 * @param takesText whether plain text is fine there as well
 */
export function translateSource(
  { node, pointer, errors }: { node: TreeNode; pointer: string; errors: readonly SchemaError[] },
  takesText: boolean,
): Diagnostic[] {
  const path = pathOf(pointer);
  const how = howTo(path);
  if (node.kind !== 'map') {
    const empty = node.kind === 'scalar' && node.value === null;
    if (node.kind === 'scalar' && !empty && !takesText) return [problemAt(node.at, plainSecretWords(path))];
    const what = takesText ? 'text or a value source' : 'a value source';
    return [
      problemAt(node.at, {
        code: 'wrong-type',
        summary: `Expected ${what}, found ${describeNode(node)}.`,
        next: how,
      }),
    ];
  }
  const unknown = errors.filter(({ keyword }) => keyword === 'additionalProperties');
  if (unknown.length > 0) {
    return unknown.map(({ params }) => {
      const key = String(params['additionalProperty']);
      const near = nearestWords(key, SOURCE_WORDS)[0];
      return problemAt(keyPlace(node, key), {
        code: 'unknown-source',
        summary: `This is no value source that this version knows; it knows ${SOURCE_LIST}.`,
        next: near === undefined ? how : `Did you mean \`${near}\`?`,
      });
    });
  }
  const choice = errors.find(({ keyword }) => keyword === 'oneOf');
  if (choice !== undefined) {
    const several = choice.params['passingSchemas'] !== null;
    return [
      problemAt(node.at, {
        code: several ? 'several-sources' : 'missing-source',
        summary: several
          ? 'Two value sources stand here: a value comes from one.'
          : `A value source is missing here: one of ${SOURCE_LIST}.`,
        next: several ? 'Take one of them away.' : how,
      }),
    ];
  }
  return errors
    .filter(({ keyword }) => keyword === 'dependentRequired')
    .map(({ params }) => {
      const key = String(params['property']);
      return problemAt(keyPlace(node, key), {
        code: 'wrong-source-key',
        summary: `\`${key}\` goes with \`${String(params['missingProperty'])}\` only.`,
        next: 'Take it away.',
      });
    });
}
