import type { DesiredField, ValueSource } from '../../model/index.js';

import { expected } from '../check/expectation.js';
import { problemAt } from '../../model/problem.js';
import type { ProblemWords } from '../../model/problem.js';
import { BESIDE, TRANSFORMS } from '../schema/source-words.js';
import { rangeOf } from '../../model/source-text.js';
import { child, entriesOf, itemsOf, textOf } from '../../model/tree.js';
import type { TreeNode } from '../../model/tree.js';
import { isRef, readRef } from '../value-refs.js';
import { readWord } from '../value-sources.js';
import { meantName } from './context.js';
import type { BuildContext } from './context.js';

/** The addresses of every secret of the configuration, by name. */
export type SecretIndex = ReadonlyMap<string, readonly string[]>;

/** What fields are read with. */
export interface FieldReader {
  readonly context: BuildContext;
  readonly secrets: SecretIndex;
}

/**
 * A field as the model has it: text (numbers as they are written, booleans as `true` and `false`), or a value source.
 * `undefined` where it refers to a secret that is not there; the problem is then noted.
 */
export function readField(reader: FieldReader, node: TreeNode): DesiredField | undefined {
  const range = rangeOf(node.at);
  const value = textOf(node);
  if (value !== undefined && !isRef(value)) return { kind: 'plain', value, range };
  const source = value === undefined ? readSource(reader, node) : readText(reader, node, value);
  return source && { kind: 'source', source, range };
}

function readSource(reader: FieldReader, node: TreeNode): ValueSource | undefined {
  const word = reader.context.language.sources.all.find((source) => child(node, source.word) !== undefined);
  const behind = word && child(node, word.word);
  if (word === undefined || behind === undefined) return undefined;
  const texts = (behind.kind === 'list' ? itemsOf(behind) : [behind]).map((one) => textOf(one) ?? '');
  const beside = new Map(
    entriesOf(node).flatMap(({ key, value }) => {
      const text = textOf(value);
      return text === undefined ? [] : [[key, text] as const];
    }),
  );
  return readWord(word, [texts[0] ?? '', ...texts.slice(1)], {
    base: node.at.source.folder,
    place: placeOf(node),
    beside,
    secretAddress: (name) => resolveSecret(reader, name, behind),
    refuse: (key, words) => {
      reader.context.problems.push(problemAt(child(node, key)?.at ?? node.at, words));
    },
  });
}

function placeOf(node: TreeNode): string {
  const { file, line, column } = rangeOf(node.at);
  return `${file}:${line}:${column}`;
}

/** A reference as the program vals writes it, read as the map that means the same. */
function readText({ context }: FieldReader, node: TreeNode, text: string): ValueSource | undefined {
  const refuse = (words: ProblemWords): void => {
    context.problems.push(problemAt(node.at, words));
  };
  const ref = readRef(text);
  if ('problem' in ref) {
    refuse(ref.problem);
    return undefined;
  }
  const word = context.language.sources.all.find((source) => source.word === ref.word);
  if (word === undefined) return undefined;
  const schemas = new Map([[word.schema, ref.text]]);
  for (const [key, value] of ref.beside) schemas.set(BESIDE[key] ?? TRANSFORMS.key, value);
  for (const [schema, value] of schemas) {
    if (new RegExp(String(schema['pattern'])).test(value)) continue;
    refuse({
      code: 'bad-ref',
      summary: `A part of this reference is not ${expected(schema)}.`,
      next: `${String(schema['patternErrorMessage'])} As a map: ${word.example}`,
    });
    return undefined;
  }
  return readWord(word, [ref.text], {
    base: node.at.source.folder,
    place: placeOf(node),
    beside: ref.beside,
    secretAddress: () => undefined,
    refuse: (_, words) => {
      refuse(words);
    },
  });
}

/** The address of a secret by its name or its address; a problem is noted where there is none, or several. */
function resolveSecret({ context, secrets }: FieldReader, name: string, node: TreeNode): string | undefined {
  const isAddress = name.includes('.');
  const address = isAddress ? context.language.kinds.parse(name) : undefined;
  const bare = address?.name ?? name;
  const addresses = secrets.get(bare) ?? [];
  if (isAddress && addresses.includes(name)) return name;
  if (!isAddress && addresses.length === 1) return addresses[0];
  // A secret that is there but wrong, or one in a file that could not be read: said already.
  if (context.incomplete || (!isAddress && addresses.length === 0 && secrets.has(bare))) return undefined;
  if (!isAddress && addresses.length > 1) {
    context.problems.push(
      problemAt(node.at, {
        code: 'ambiguous-secret',
        summary: `\`${name}\` is a secret of several providers.`,
        next: `Write the address: ${addresses.map((one) => `\`${one}\``).join(' or ')}.`,
      }),
    );
    return undefined;
  }
  const known = (): string[] => (isAddress ? [...secrets.values()].flat() : [...secrets.keys()]);
  context.problems.push(
    problemAt(node.at, {
      code: 'unknown-secret',
      summary: `There is no secret \`${name}\` in this configuration.`,
      next:
        meantName(context, name, known) ?? 'Add it under `secrets:`, or take the value from another source.',
    }),
  );
  return undefined;
}

/** The addresses of the secrets that some fields take their values from. */
export function referencesOf(fields: Readonly<Record<string, DesiredField>>): string[] {
  return [
    ...new Set(
      Object.values(fields).flatMap((field) =>
        field.kind === 'source' && field.source.from === 'secret' ? [field.source.address] : [],
      ),
    ),
  ];
}
