import { nearestWords } from '../../model/index.js';
import type { Diagnostic, ProblemWords, SourceSyntax } from '../../model/index.js';
import { problemAt } from '../../model/problem.js';
import type { TreeNode } from '../../model/tree.js';
import { child, describeNode, keyPlace } from '../../model/tree.js';
import type { SchemaError } from '../check/validator.generated.js';
import type { SourceTable } from './table.js';

/** A place that takes a value source, and what the schema has against it. */
interface WrongSource {
  readonly node: TreeNode;
  readonly pointer: string;
  readonly errors: readonly SchemaError[];
}

/** Whether a path is that of a setting, of a provider or of the state, and not of a resource. */
function isSetting(path: string): boolean {
  return path.startsWith('providers.') || path.startsWith('state.');
}

/** How to write a source at a path. */
function howTo(path: string, sources: SourceTable): string {
  const allowed = sources.all.filter(
    ({ notForSettings }) => notForSettings === undefined || !isSetting(path),
  );
  const shown = allowed.filter(({ common }) => common === true).map(({ example }) => example);
  const named = allowed.filter(({ common }) => common !== true).map(({ word }) => word);
  return `Write where the value is to be read from: ${shown.join(', ')}; also ${named.join(', ')}.`;
}

const quoted = (words: readonly string[], and: string): string =>
  words.map((word) => `\`${word}\``).join(and);

/** The source that a map chooses; `undefined` where it has the word of none. */
export function sourceIn(node: TreeNode, sources: SourceTable): SourceSyntax | undefined {
  return sources.all.find(({ word }) => child(node, word) !== undefined);
}

/** A key that no value source has, or none of those allowed beside the source of this map. */
function unknownWord(node: TreeNode, key: string, how: string, sources: SourceTable): Diagnostic {
  const source = sourceIn(node, sources);
  const beside = source && sources.allowedBeside(source);
  const nearest = nearestWords(key, beside ?? sources.words)[0];
  const suggestion = nearest === undefined ? undefined : `Did you mean \`${nearest}\`?`;
  if (source === undefined || beside === undefined) {
    return problemAt(keyPlace(node, key), {
      code: 'unknown-source',
      summary: `Unknown value source. Known sources: ${sources.list}.`,
      next: suggestion ?? how,
    });
  }
  return problemAt(keyPlace(node, key), {
    code: 'wrong-source-key',
    summary:
      beside.length === 0
        ? `No other key is allowed beside \`${source.word}\`.`
        : `This key is not allowed beside \`${source.word}\`. Allowed: ${quoted(beside, ', ')}.`,
    next: suggestion ?? 'Remove it.',
  });
}

/** The path of a place in words: `secrets.HF_TOKEN.value`. */
function pathOf(pointer: string): string {
  return pointer.slice(1).replaceAll('/', '.').replaceAll('~1', '/').replaceAll('~0', '~');
}

/** The words for plain text in a place that takes a value source only. */
export function plainSecretWords(path: string, sources: SourceTable): ProblemWords {
  return {
    code: 'plain-secret',
    summary: `\`${path}\` is sensitive, and is written here as plain text.`,
    detail:
      'Everyone who can read this file, or its history in Git, can read the value: change it where it is used, too.',
    next: howTo(path, sources),
  };
}

/**
 * The errors about a place that takes a value source, folded into one for each thing to do. No text of the place is repeated:
 * it may be the value itself.
 * @param takesText whether plain text is allowed there as well
 */
export function translateSource(wrong: WrongSource, takesText: boolean, sources: SourceTable): Diagnostic[] {
  const { node, errors } = wrong;
  const path = pathOf(wrong.pointer);
  if (node.kind !== 'map') return [notASource(node, path, takesText, sources)];
  const how = howTo(path, sources);
  const unknown = errors.filter(({ keyword }) => keyword === 'additionalProperties');
  if (unknown.length > 0) {
    return unknown.map(({ params }) => unknownWord(node, String(params['additionalProperty']), how, sources));
  }
  const choice = errors.find(({ keyword }) => keyword === 'oneOf');
  if (choice !== undefined) return [choiceProblem(node, choice, how, sources)];
  return errors.flatMap((error) => besideProblem(node, error, sources) ?? []);
}

/** Something that is not a map where a value source belongs. */
function notASource(node: TreeNode, path: string, takesText: boolean, sources: SourceTable): Diagnostic {
  if (node.kind === 'scalar' && node.value !== null && !takesText) {
    return problemAt(node.at, plainSecretWords(path, sources));
  }
  const what = takesText ? 'text or a value source' : 'a value source';
  return problemAt(node.at, {
    code: 'wrong-type',
    summary: `Expected ${what}, found ${describeNode(node)}.`,
    next: howTo(path, sources),
  });
}

/** A map with the words of several sources, or of none. */
function choiceProblem(
  node: TreeNode,
  { params }: SchemaError,
  how: string,
  sources: SourceTable,
): Diagnostic {
  return params['passingSchemas'] !== null
    ? problemAt(node.at, {
        code: 'several-sources',
        summary: 'Two value sources in one place: a value comes from one.',
        next: 'Remove one of them.',
      })
    : problemAt(node.at, {
        code: 'missing-source',
        summary: `Missing value source: one of ${sources.list}.`,
        next: how,
      });
}

/** A key beside a source that does not have it, or one that a source requires and that is missing. */
function besideProblem(
  node: TreeNode,
  { keyword, params, schemaPath }: SchemaError,
  sources: SourceTable,
): Diagnostic | undefined {
  if (keyword === 'dependentRequired') {
    const word = String(params['property']);
    return problemAt(keyPlace(node, word), {
      code: 'missing-key',
      summary: `The key \`${String(params['missingProperty'])}\` is missing beside \`${word}\`.`,
      next: `Add it: ${sources.find(word)?.example ?? ''}`,
    });
  }
  const key = /\/dependentSchemas\/(\w+)\/anyOf$/.exec(schemaPath)?.[1];
  if (key === undefined) return undefined;
  const words = sources.wordsBeside(key);
  return problemAt(keyPlace(node, key), {
    code: 'wrong-source-key',
    summary:
      words.length > 3
        ? `\`${key}\` is not allowed beside \`${sourceIn(node, sources)?.word ?? ''}\`.`
        : `\`${key}\` is allowed beside ${quoted(words, ' and ')} only.`,
    next: 'Remove it.',
  });
}
