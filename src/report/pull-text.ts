import { Document, visit } from 'yaml';
import { printable, printableJson, printableName } from './printable.js';
import { compareText } from '../model/index.js';
import type { ActualResource, Address, KindYaml, Kinds, Unmanaged, YamlMap } from '../model/index.js';

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
 * @param unmanaged fields of resources of the configuration that it does not name, and what is of no kind that is managed
 */
export function pullText(
  resources: readonly ActualResource[],
  kinds: Kinds,
  yaml: Readonly<Record<string, KindYaml>>,
  unmanaged: readonly Unmanaged[] = [],
): string {
  const pulled = resources.map((resource) => ({ resource, address: kinds.mustParse(resource.address) }));
  const sections = new Map(
    Object.values(yaml).flatMap((kind) =>
      'section' in kind ? [[kind.section, new Map<string, YamlMap>()]] : [],
    ),
  );
  const { entries, unnamable } = ownEntries(pulled, sections, yaml);
  const beside = new Map<string, YamlMap>();
  for (const { address, resource } of pulled) {
    const kind = yaml[address.kind];
    if (kind === undefined || !('addTo' in kind)) continue;
    const parent = kinds.parentOf(address) ?? '';
    // A parent that is not listed is in the configuration: what lives in it goes into the entry that exists.
    const entry = entries.get(parent) ?? (unnamable.has(parent) ? undefined : entryBeside(beside, parent));
    if (entry !== undefined) kind.addTo(entry, address, resource);
  }
  for (const { address, resource } of pulled) {
    const kind = yaml[address.kind];
    const entry = entries.get(resource.address);
    if (kind !== undefined && 'section' in kind && entry !== undefined) kind.finish?.(entry, address);
  }
  addUnmanaged(beside, unmanaged);
  return textOf(sections, [...unnamable]) + besideText(beside, kinds, yaml) + rolesText(unmanaged);
}

/** The entries of resources that have one of their own, by address, put into their sections; and which names the language lacks. */
function ownEntries(
  pulled: readonly Pulled[],
  sections: ReadonlyMap<string, Map<string, YamlMap>>,
  yaml: Readonly<Record<string, KindYaml>>,
): { readonly entries: ReadonlyMap<string, YamlMap>; readonly unnamable: ReadonlySet<string> } {
  const unnamable = new Set<string>();
  const entries = new Map<string, YamlMap>();
  for (const { address, resource } of pulled) {
    const kind = yaml[address.kind];
    if (kind === undefined || !('section' in kind)) continue;
    if (!NAME.test(address.name)) {
      unnamable.add(resource.address);
      continue;
    }
    const entry = entryOf(kind, { address, resource });
    entries.set(resource.address, entry);
    addEntry(sections.get(kind.section), address, entry);
  }
  return { entries, unnamable };
}

function addUnmanaged(beside: Map<string, YamlMap>, unmanaged: readonly Unmanaged[]): void {
  for (const { address, path, what } of unmanaged) {
    if (path === undefined) continue;
    entryBeside(beside, address)[path] = what.slice(path.length + 1);
  }
}

/** The part of an entry that the configuration has already: it is printed as a comment, to be added there. */
function entryBeside(beside: Map<string, YamlMap>, address: string): YamlMap {
  const entry = beside.get(address) ?? {};
  beside.set(address, entry);
  return entry;
}

/** What belongs into entries of the configuration, as comments: a file with it would have the entries twice. */
function besideText(
  beside: ReadonlyMap<string, YamlMap>,
  kinds: Kinds,
  yaml: Readonly<Record<string, KindYaml>>,
): string {
  const blocks = [...beside]
    .sort(([a], [b]) => compareText(a, b))
    .flatMap(([text, entry]) => {
      const address = kinds.mustParse(text);
      const kind = yaml[address.kind];
      if (kind === undefined || !('section' in kind) || Object.keys(entry).length === 0) return [];
      return [`\n# In ${text}:\n${commented(yamlText({ [kind.section]: { [address.name]: entry } }))}`];
    });
  return blocks.length === 0 ? '' : printableJson(`\n${BESIDE}\n${blocks.join('')}`);
}

/** What is on objects and cannot be written in a configuration, as comments. */
function rolesText(unmanaged: readonly Unmanaged[]): string {
  const lines = unmanaged
    .filter(({ path }) => path === undefined)
    .map(({ address, what }) => `# ${printableName(address)}: ${printable(what)}\n`);
  return lines.length === 0 ? '' : printableJson(`\n${NOT_MANAGED}\n${lines.join('')}`);
}

const NOT_MANAGED = '# Not managed: no configuration has them. They stay as they are.';

const BESIDE =
  '# On objects that the configuration names, and not named there. Add what is to stay to their entries, and remove the rest by hand.';

function commented(text: string): string {
  return text.replace(/^(?=.)/gm, '#   ');
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
  return printableJson(`${[...HEAD, ...remarks].join('\n')}\n${yamlText(Object.fromEntries(filled))}`);
}

function yamlText(content: YamlMap): string {
  const document = new Document(content, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (_key, scalar) => {
      if (typeof scalar.value === 'string' && !isHarmless(scalar.value)) scalar.type = 'QUOTE_DOUBLE';
    },
  });
  return document.toString({ lineWidth: 0, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER });
}

/** Whether a text may be written without quotes: other text could start a line of its own, or be a command of a CI system. */
function isHarmless(text: string): boolean {
  return printable(text) === text && printableJson(text) === text && !text.includes('::');
}
