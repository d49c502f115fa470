import { resolve } from 'node:path';
import type { DesiredField } from '../../model/index.js';
import { problemAt } from '../../model/problem.js';
import { hasPassword } from '../excerpt/secret-text.js';
import { plainSecretWords } from '../sources/problems.js';
import type { TreeNode } from '../../model/tree.js';
import { readField } from './values.js';
import type { FieldReader } from './values.js';

/**
 * A setting of a provider or of the state's backend: text, or a value source, but not another secret, since the provider that
 * keeps it is not open yet. An address with a password in it must come from a value source.
 * @param path where it is, for messages
 * @param whose `A provider`, for messages
 */
export function readSetting(
  reader: FieldReader,
  node: TreeNode,
  path: string,
  whose: string,
): DesiredField | undefined {
  const { problems, language } = reader.context;
  const field = readField(reader, node);
  const refusal =
    field?.kind === 'source' ? language.sources.find(field.source.from)?.notForSettings : undefined;
  if (refusal !== undefined) {
    problems.push(
      problemAt(node.at, {
        code: refusal.code,
        summary: `${whose} ${refusal.why}.`,
        next: 'Use { env: NAME } or { file: PATH }.',
      }),
    );
  }
  if (field?.kind === 'plain' && typeof field.value === 'string' && hasPassword(field.value)) {
    problems.push(problemAt(node.at, plainSecretWords(path, language.sources)));
  }
  return field;
}

/** Which settings are paths. */
export interface PathSettings {
  readonly paths?: readonly string[];
  /** Texts of a path that mean something else (`system`). */
  readonly pathWords?: readonly string[];
}

/** A setting; one that is a relative path starts at the folder of the file that contains it, as the paths of value sources do. */
export function fromFolder(
  key: string,
  field: DesiredField,
  folder: string,
  { paths = [], pathWords = [] }: PathSettings = {},
): DesiredField {
  if (!paths.includes(key) || field.kind !== 'plain' || typeof field.value !== 'string') return field;
  const { value } = field;
  return value === '' || value.startsWith('~') || pathWords.includes(value)
    ? field
    : { ...field, value: resolve(folder, value) };
}
