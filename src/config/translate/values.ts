import type { DesiredField, EndSource, JsonSchema, SourceSyntax, ValueSource } from '../../model/index.js';
import { problemAt } from '../../model/problem.js';
import type { ProblemWords } from '../../model/problem.js';
import { rangeOf } from '../../model/source-text.js';
import { child, entriesOf, itemsOf, textOf } from '../../model/tree.js';
import type { TreeNode } from '../../model/tree.js';
import { expected } from '../check/expectation.js';
import { isWords } from '../excerpt/secret-text.js';
import { sourceIn } from '../sources/problems.js';
import { isRef, readRef } from '../sources/references.js';
import { SECRET } from '../sources/secret.js';
import { parseSource } from '../sources/table.js';
import { TRANSFORMS } from '../sources/transforms.js';
import { suggestName } from './context.js';
import type { BuildContext } from './context.js';

/** The addresses of every secret of the configuration, by name. */
export type SecretIndex = ReadonlyMap<string, readonly string[]>;

/** What fields are read with. */
export interface FieldReader {
  readonly context: BuildContext;
  readonly secrets: SecretIndex;
}

/**
 * A field for the model: text (numbers as they are written, booleans as `true` and `false`), or a value source.
 * `undefined` where it refers to a secret that does not exist; the problem is then noted.
 */
export function readField(reader: FieldReader, node: TreeNode): DesiredField | undefined {
  const range = rangeOf(node.at);
  const value = textOf(node);
  if (value !== undefined && !isRef(value)) return { kind: 'plain', value, range };
  const source = value === undefined ? readSource(reader, node) : readText(reader, node, value);
  return source && { kind: 'source', source, range };
}

function readSource(reader: FieldReader, node: TreeNode): ValueSource | undefined {
  const syntax = sourceIn(node, reader.context.language.sources);
  const value = syntax && child(node, syntax.word);
  if (syntax === undefined || value === undefined) return undefined;
  const texts = (value.kind === 'list' ? itemsOf(value) : [value]).map((item) => textOf(item) ?? '');
  const beside = new Map(
    entriesOf(node).flatMap(({ key, value: besideValue }) => {
      const text = textOf(besideValue);
      return text === undefined ? [] : [[key, text] as const];
    }),
  );
  const source = parseAt(node, syntax, [texts[0] ?? '', ...texts.slice(1)], beside);
  if (source.from !== SECRET) return source;
  const address = resolveSecret(reader, texts[0] ?? '', value);
  return address === undefined ? undefined : { from: SECRET, address };
}

function parseAt(
  node: TreeNode,
  syntax: SourceSyntax,
  texts: readonly [string, ...string[]],
  beside: ReadonlyMap<string, string>,
): EndSource {
  const { file, line, column } = rangeOf(node.at);
  return parseSource(syntax, texts, {
    base: node.at.source.folder,
    place: `${file}:${line}:${column}`,
    beside,
  });
}

/** A reference as the program vals writes it, read as the map that means the same. */
function readText({ context }: FieldReader, node: TreeNode, text: string): ValueSource | undefined {
  const refuse = (words: ProblemWords): void => {
    context.problems.push(problemAt(node.at, words));
  };
  const reference = readRef(text, context.language.sources);
  if ('problem' in reference) {
    refuse(reference.problem);
    return undefined;
  }
  const { source, beside } = reference;
  const schemas: (readonly [JsonSchema | undefined, string])[] = [[source.schema, reference.text]];
  for (const [key, value] of beside) schemas.push([source.beside?.[key] ?? TRANSFORMS.key, value]);
  for (const [schema = {}, value] of schemas) {
    if (new RegExp(String(schema['pattern'])).test(value)) continue;
    refuse({
      code: 'bad-ref',
      summary: `A part of this reference is not ${expected(schema)}.`,
      next: `${String(schema['patternErrorMessage'])} As a map: ${source.example}`,
    });
    return undefined;
  }
  return parseAt(node, source, [reference.text], beside);
}

/** The address of a secret by its name or its address; a problem is noted where there is none, or several. */
function resolveSecret(reader: FieldReader, name: string, node: TreeNode): string | undefined {
  return name.includes('.') ? resolveAddress(reader, name, node) : resolveName(reader, name, node);
}

function resolveAddress({ context, secrets }: FieldReader, text: string, node: TreeNode): string | undefined {
  const name = context.language.kinds.parse(text)?.name ?? text;
  if (secrets.get(name)?.includes(text) === true) return text;
  if (!context.incomplete) unknownSecret(context, text, node, () => [...secrets.values()].flat());
  return undefined;
}

function resolveName({ context, secrets }: FieldReader, name: string, node: TreeNode): string | undefined {
  const addresses = secrets.get(name);
  const [address, ...others] = addresses ?? [];
  if (others.length === 0 && address !== undefined) return address;
  // A secret that is wrong, or in a file that could not be read, has been reported already.
  if (context.incomplete) return undefined;
  if (addresses === undefined) unknownSecret(context, name, node, () => [...secrets.keys()]);
  else if (others.length > 0) {
    context.problems.push(
      problemAt(node.at, {
        code: 'ambiguous-secret',
        summary: `\`${name}\` is a secret of several providers.`,
        next: `Write the address: ${addresses.map((candidate) => `\`${candidate}\``).join(' or ')}.`,
      }),
    );
  }
  return undefined;
}

function unknownSecret(
  context: BuildContext,
  text: string,
  node: TreeNode,
  known: () => readonly string[],
): void {
  context.problems.push(
    problemAt(node.at, {
      code: 'unknown-secret',
      // What is no name of a secret may be its value.
      summary: `There is no ${isWords(text) ? `secret \`${text}\`` : 'secret of this name'} in this configuration.`,
      next:
        suggestName(context, text, known) ??
        'Add it under `secrets:`, or take the value from another source.',
    }),
  );
}
