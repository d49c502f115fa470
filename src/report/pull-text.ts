import { Document, visit } from 'yaml';
import { printable, printableJson } from './printable.js';
import type { ActualResource, Address, KindYaml, Kinds, YamlMap } from '../model/index.js';

/** Names that the language accepts. Others cannot be managed, and are listed in a comment. */
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_$-]{0,254}$/;

const HEAD = [
  '# What the systems have and the configuration does not name. Look it through: set each variable to the value as it is, and',
  '# remove `adopt` once it is applied.',
];

/** One resource with its parsed address. */
interface Pulled {
  readonly address: Address;
  readonly resource: ActualResource;
}

/**
 * What the systems have, as a configuration: to be looked through, and put where the other files are. Values are read from
 * variables that are named after their places; with `adopt: true` the next apply takes over what exists.
 * @param yaml how each kind is written, in the order of the sections; kinds that are absent are left out
 */
export function pullText(
  resources: readonly ActualResource[],
  kinds: Kinds,
  yaml: Readonly<Record<string, KindYaml>>,
): string {
  const pulled = resources.map((resource) => ({ resource, address: kinds.mustParse(resource.address) }));
  const sections = new Map(
    Object.values(yaml).flatMap((kind) =>
      'section' in kind ? [[kind.section, new Map<string, YamlMap>()]] : [],
    ),
  );
  const unnamable: string[] = [];
  const entries = new Map<string, YamlMap>();
  for (const { address, resource } of pulled) {
    const kind = yaml[address.kind];
    if (kind === undefined || !('section' in kind)) continue;
    if (!NAME.test(address.name)) {
      unnamable.push(resource.address);
      continue;
    }
    const entry = entryOf(kind, { address, resource });
    entries.set(resource.address, entry);
    addEntry(sections.get(kind.section), address, entry);
  }
  for (const { address, resource } of pulled) {
    const kind = yaml[address.kind];
    const parent = entries.get(kinds.parentOf(address) ?? '');
    if (kind !== undefined && 'addTo' in kind && parent !== undefined) kind.addTo(parent, address, resource);
  }
  for (const { address, resource } of pulled) {
    const kind = yaml[address.kind];
    const entry = entries.get(resource.address);
    if (kind !== undefined && 'section' in kind && entry !== undefined) kind.finish?.(entry, address);
  }
  return textOf(sections, unnamable);
}

function entryOf(kind: Extract<KindYaml, { section: string }>, { address, resource }: Pulled): YamlMap {
  return { provider: address.provider, ...kind.entry(address, resource), lifecycle: { adopt: true } };
}

/** Two systems may have objects of one name: the first keeps it, the second has its system's name appended. */
function addEntry(
  section: Map<string, YamlMap> | undefined,
  { name, provider }: Address,
  entry: YamlMap,
): void {
  section?.set(section.has(name) ? `${name}_${provider}` : name, entry);
}

function textOf(
  sections: ReadonlyMap<string, ReadonlyMap<string, YamlMap>>,
  unnamable: readonly string[],
): string {
  const filled = [...sections].flatMap(([word, section]) =>
    section.size === 0 ? [] : [[word, Object.fromEntries(section)] as const],
  );
  if (filled.length === 0)
    return `${[...HEAD, '# Nothing was found that the configuration does not name.'].join('\n')}\n`;
  const remarks = unnamable.map(
    (address) => `# Not managed, since the language has no such name: ${JSON.stringify(address)}`,
  );
  const document = new Document(Object.fromEntries(filled), { aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (_key, scalar) => {
      if (typeof scalar.value === 'string' && !isHarmless(scalar.value)) scalar.type = 'QUOTE_DOUBLE';
    },
  });
  const yaml = document.toString({ lineWidth: 0, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER });
  return printableJson(`${[...HEAD, ...remarks].join('\n')}\n${yaml}`);
}

/** Whether a text may be written without quotes: other text could start a line of its own, or be a command of a CI system. */
function isHarmless(text: string): boolean {
  return printable(text) === text && printableJson(text) === text && !text.includes('::');
}
