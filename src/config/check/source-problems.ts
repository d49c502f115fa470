import { nearestWords } from '../../model/index.js';
import type { Diagnostic } from '../../model/index.js';
import { problemAt } from '../../model/problem.js';
import type { SourceTable, SourceWord } from '../value-sources.js';
import type { TreeNode } from '../../model/tree.js';
import { child, describeNode, keyPlace } from '../../model/tree.js';
import type { SchemaError } from './validator.generated.js';

/** The sources whose way of writing stands in a message; the others are named. */
const SHOWN_FIRST = ['env', 'file', 'sops', 'secret'];

/** Whether a path is that of a setting, of a provider or of the state, and not of a resource. */
function isSetting(path: string): boolean {
  return path.startsWith('providers.') || path.startsWith('state.');
}

/** How to write a source at a path. A setting takes nothing from a secret, since a provider keeps it, nor anything made here. */
function howTo(path: string, sources: SourceTable): string {
  const fitting = sources.all.filter(
    ({ word }) => (word !== 'secret' && word !== 'generate') || !isSetting(path),
  );
  const first = fitting.filter(({ word }) => SHOWN_FIRST.includes(word)).map(({ example }) => example);
  const others = fitting.filter(({ word }) => !SHOWN_FIRST.includes(word)).map(({ word }) => word);
  return `Write where the value is to be read from: ${first.join(', ')}; also ${others.join(', ')}.`;
}

const quoted = (words: readonly string[], and: string): string =>
  words.map((word) => `\`${word}\``).join(and);

/** The source whose word stands in a map; `undefined` where there is none. */
function sourceIn(node: TreeNode, sources: SourceTable): SourceWord | undefined {
  return sources.all.find(({ word }) => child(node, word) !== undefined);
}

/** A key that no value source has, or none of those that stand beside the one that is there. */
function unknownWord(node: TreeNode, key: string, how: string, sources: SourceTable): Diagnostic {
  const source = sourceIn(node, sources);
  const beside = source && [...source.beside, ...sources.transformsOf(source)];
  const near = nearestWords(key, beside ?? sources.words)[0];
  const suggestion = near === undefined ? undefined : `Did you mean \`${near}\`?`;
  if (source === undefined || beside === undefined) {
    return problemAt(keyPlace(node, key), {
      code: 'unknown-source',
      summary: `This is no value source that this version knows; it knows ${sources.list}.`,
      next: suggestion ?? how,
    });
  }
  return problemAt(keyPlace(node, key), {
    code: 'wrong-source-key',
    summary:
      beside.length === 0
        ? `Nothing stands beside \`${source.word}\`.`
        : `This does not stand beside \`${source.word}\`; ${quoted(beside, ', ')} may.`,
    next: suggestion ?? 'Take it away.',
  });
}

/** The path of a place in words: `secrets.HF_TOKEN.value`. */
function pathOf(pointer: string): string {
  return pointer.slice(1).replaceAll('/', '.').replaceAll('~1', '/').replaceAll('~0', '~');
}

/** The words for plain text in a place that takes a value source alone. */
export function plainSecretWords(
  path: string,
  sources: SourceTable,
): {
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
    next: howTo(path, sources),
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
  sources: SourceTable,
): Diagnostic[] {
  const path = pathOf(pointer);
  const how = howTo(path, sources);
  if (node.kind !== 'map') {
    const empty = node.kind === 'scalar' && node.value === null;
    if (node.kind === 'scalar' && !empty && !takesText)
      return [problemAt(node.at, plainSecretWords(path, sources))];
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
    return unknown.map(({ params }) => unknownWord(node, String(params['additionalProperty']), how, sources));
  }
  const choice = errors.find(({ keyword }) => keyword === 'oneOf');
  if (choice !== undefined) {
    const several = choice.params['passingSchemas'] !== null;
    return [
      problemAt(node.at, {
        code: several ? 'several-sources' : 'missing-source',
        summary: several
          ? 'Two value sources stand here: a value comes from one.'
          : `A value source is missing here: one of ${sources.list}.`,
        next: several ? 'Take one of them away.' : how,
      }),
    ];
  }
  return errors.flatMap((error) => besideProblem(node, error, sources) ?? []);
}

/** A key that stands beside a source that does not have it, or that is missing beside one that needs it. */
function besideProblem(
  node: TreeNode,
  { keyword, params, schemaPath }: SchemaError,
  sources: SourceTable,
): Diagnostic | undefined {
  if (keyword === 'dependentRequired') {
    const word = String(params['property']);
    const example = sources.all.find((source) => source.word === word)?.example ?? '';
    return problemAt(keyPlace(node, word), {
      code: 'missing-key',
      summary: `The key \`${String(params['missingProperty'])}\` is missing beside \`${word}\`.`,
      next: `Add it: ${example}`,
    });
  }
  const key = /\/dependentSchemas\/(\w+)\/anyOf$/.exec(schemaPath)?.[1];
  if (key === undefined) return undefined;
  const words = sources.wordsBeside(key);
  return problemAt(keyPlace(node, key), {
    code: 'wrong-source-key',
    summary:
      words.length > 3
        ? `\`${key}\` does not go with \`${sourceIn(node, sources)?.word ?? ''}\`.`
        : `\`${key}\` goes with ${quoted(words, ' and ')} only.`,
    next: 'Take it away.',
  });
}
