import { formatAddress, problemAt } from '../../model/index.js';
import type { Entry } from '../../model/index.js';
import { child, entriesOf, textOf } from '../../model/tree.js';
import type { NodeReader, SectionReader } from '../../providers/sdk/index.js';
import { plainSecretWords } from '../sources/problems.js';
import type { ProviderSection } from '../language.js';
import { isRef } from '../sources/references.js';
import { suggestName } from './context.js';
import type { BuildContext } from './context.js';
import { readLifecycle } from './lifecycle.js';
import { providerProblem, providersOf } from './provider-names.js';
import { readField } from './values.js';
import type { FieldReader, SecretIndex } from './values.js';

/** The addresses that `{ secret: NAME }` may mean, by name; a name whose providers are unclear has none. */
export function indexSecrets(context: BuildContext): SecretIndex {
  const index = new Map<string, string[]>();
  for (const section of context.language.sections) {
    const kind = section.valueKind;
    if (kind === undefined) continue;
    for (const entry of context.merged.map(section.word).values()) {
      const { names } = providersOf(context, section, entry);
      const addresses = names.map((provider) => formatAddress({ kind, provider, name: entry.key }));
      index.set(entry.key, [...(index.get(entry.key) ?? []), ...addresses]);
    }
  }
  return index;
}

/** What the settings of a provider are read with. */
export function nodeReader(fields: FieldReader): NodeReader {
  const { problems, language } = fields.context;
  return {
    field: (node) => readField(fields, node),
    isPlainText: (node) => node.kind === 'scalar' && node.value !== null && !isRef(node.text),
    isSource: (node) =>
      node.kind === 'scalar'
        ? node.value !== null && isRef(node.text)
        : entriesOf(node).some(({ key }) => language.sources.words.includes(key)),
    plainSecret: (path) => plainSecretWords(path, language.sources),
    refuse: (at, words) => {
      problems.push(problemAt(at, words));
    },
  };
}

/** What a section is read with. */
export function sectionReader(fields: FieldReader, section: ProviderSection): SectionReader {
  const { context } = fields;
  return {
    ...nodeReader(fields),
    incomplete: context.incomplete,
    entries: (word) => [...context.merged.map(word).values()],
    items: (word) => context.merged.list(word),
    lifecycleOf: readLifecycle,
    suggest: (name, known) => suggestName(context, name, known),
    providersOf: (entry: Entry) => {
      const { names, problems } = providersOf(context, section, entry);
      context.problems.push(...problems);
      return names;
    },
    providerOf: (node) => {
      const written = child(node, 'provider');
      const name = textOf(written);
      if (written === undefined || name === undefined) return undefined;
      const problem = providerProblem(context, section, name, written.at);
      if (problem !== undefined) context.problems.push(problem);
      return name;
    },
  };
}
