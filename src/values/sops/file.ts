import { defined } from '../../model/index.js';
import { parseJson, textLeaf } from '../document.js';
import type { DocumentNode } from '../document.js';

/** The formats of sops that are read here; `ini` is left to its program. */
export type SopsFormat = 'yaml' | 'json' | 'dotenv' | 'binary';

/** What a file says of its own encryption (sops docs, "Encryption protocol"). */
export interface SopsMetadata {
  /** The data key, encrypted by age for each recipient. */
  readonly age: readonly { readonly recipient: string; readonly enc: string }[];
  readonly lastmodified: string;
  readonly mac: string;
  readonly macOnlyEncrypted: boolean;
  /** Which values are encrypted, by the names on the way to them. */
  readonly rules: Readonly<Partial<Record<SopsRule, string>>>;
  /** What else can open the file: `kms`, `pgp`, `hc_vault` and so on. */
  readonly others: readonly string[];
  /** The hosts that would be asked for a key. */
  readonly hosts: readonly string[];
}

/** A rule about which values are encrypted. */
export type SopsRule = 'unencrypted_suffix' | 'encrypted_suffix' | 'unencrypted_regex' | 'encrypted_regex';

/** A file as it is, its values still encrypted. */
export interface SopsFile {
  readonly format: SopsFormat;
  readonly root: DocumentNode & { readonly kind: 'map' };
  readonly metadata: SopsMetadata;
  /** Why the program is needed, where it is. */
  readonly needsProgram?: string;
}

/** Why a text is not a sops file; a part of YAML that sops never writes is named in words that follow "the file". */
export type NoSopsFile = { readonly wrong: 'no-document' | 'no-metadata' } | { readonly strange: string };

const RULES = ['unencrypted_suffix', 'encrypted_suffix', 'unencrypted_regex', 'encrypted_regex'] as const;
/** Ways to keep the data key that are not age. */
const OTHER_KEYS = ['kms', 'gcp_kms', 'azure_kv', 'hc_vault', 'hckms', 'pgp'] as const;
/** Parts of the metadata that change how a file is read, in ways that only the program knows. */
const UNKNOWN_WAYS: Readonly<Record<string, string>> = {
  key_groups: 'has several key groups',
  shamir_threshold: 'has several key groups',
  encrypted_comment_regex: 'chooses its values by comments',
  unencrypted_comment_regex: 'chooses its values by comments',
};

/** The format of a file by its name, as sops chooses it. */
export function formatOf(path: string): SopsFormat | 'ini' {
  if (/\.ya?ml$/.test(path)) return 'yaml';
  if (path.endsWith('.json')) return 'json';
  if (path.endsWith('.env')) return 'dotenv';
  return path.endsWith('.ini') ? 'ini' : 'binary';
}

/** Takes a file of sops apart: the values, in the order of the file, and what it says of its encryption. */
export async function parseSops(text: string, format: SopsFormat): Promise<SopsFile | NoSopsFile> {
  const parsed =
    format === 'yaml'
      ? (await import('./yaml.js')).parseYaml(text)
      : { root: format === 'dotenv' ? parseLines(text) : parseJson(text, true) };
  if ('strange' in parsed) return parsed;
  const { root } = parsed;
  if (root === undefined) return { wrong: 'no-document' };
  if (root.kind !== 'map') return { wrong: 'no-metadata' };
  const split = format === 'dotenv' ? splitFlat(root) : splitMap(root);
  const metadata = split && readMetadata(split.metadata);
  if (split === undefined || metadata === undefined) return { wrong: 'no-metadata' };
  const unknown = Object.keys(UNKNOWN_WAYS).find((name) =>
    [...split.metadata.entries.keys()].some((key) => key.startsWith(name)),
  );
  const why =
    unknown === undefined ? ('foreign' in parsed ? parsed.foreign : undefined) : UNKNOWN_WAYS[unknown];
  return {
    format,
    root: { kind: 'map', entries: split.entries },
    metadata,
    ...defined({ needsProgram: why }),
  };
}

/** The hosts that a file names at any depth; sops reads these names in any case. */
function hostsIn(node: DocumentNode, name = ''): readonly string[] {
  if (node.kind === 'list') return node.items.flatMap((item) => hostsIn(item, name));
  if (node.kind === 'map') return [...node.entries].flatMap(([key, value]) => hostsIn(value, key));
  return /(^|_)vault_?(address|url)$/i.test(name) ? [node.text] : [];
}

type MapNode = DocumentNode & { readonly kind: 'map' };

/** Values, and the metadata under the key `sops`. */
function splitMap(root: MapNode): { entries: MapNode['entries']; metadata: MapNode } | undefined {
  const metadata = root.entries.get('sops');
  if (metadata?.kind !== 'map') return undefined;
  return { entries: new Map([...root.entries].filter(([key]) => key !== 'sops')), metadata };
}

const textIn = (node: DocumentNode | undefined): string | undefined =>
  node?.kind === 'leaf' && node.type !== 'null' ? node.text : undefined;

function readMetadata(metadata: MapNode): SopsMetadata | undefined {
  const text = (name: string): string | undefined => textIn(metadata.entries.get(name));
  const [mac, lastmodified] = [text('mac'), text('lastmodified')];
  if (mac === undefined || lastmodified === undefined) return undefined;
  const items = (name: string): readonly MapNode[] => {
    const node = metadata.entries.get(name);
    return node?.kind === 'list' ? node.items.filter((item) => item.kind === 'map') : [];
  };
  return {
    age: items('age').flatMap(({ entries }) => {
      const [recipient, enc] = [textIn(entries.get('recipient')), textIn(entries.get('enc'))];
      return recipient === undefined || enc === undefined ? [] : [{ recipient, enc }];
    }),
    lastmodified,
    mac,
    macOnlyEncrypted: text('mac_only_encrypted') === 'true',
    rules: Object.fromEntries(
      RULES.flatMap((name) => {
        const rule = text(name);
        return rule === undefined || rule === '' ? [] : [[name, rule]];
      }),
    ),
    others: OTHER_KEYS.filter((kind) => items(kind).length > 0),
    hosts: hostsIn(metadata),
  };
}

/** A dotenv file as sops writes it: a line a variable, `\n` for a line's end, comments (which may be encrypted) after `#`. */
function parseLines(text: string): MapNode | undefined {
  const entries = new Map<string, DocumentNode>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const at = line.indexOf('=');
    const name = line.slice(0, at);
    // With a duplicate name it is not known which one sops takes.
    if (at === -1 || entries.has(name)) return undefined;
    entries.set(name, textLeaf(line.slice(at + 1).replaceAll('\\n', '\n')));
  }
  return { kind: 'map', entries };
}

/** Values, and the metadata in variables such as `sops_age__list_0__map_enc`. */
function splitFlat(root: MapNode): { entries: MapNode['entries']; metadata: MapNode } | undefined {
  const values = new Map<string, DocumentNode>();
  const metadata = new Map<string, DocumentNode>();
  const lists = new Map<string, Map<string, DocumentNode>[]>();
  for (const [name, node] of root.entries) {
    if (!name.startsWith('sops_')) {
      values.set(name, node);
      continue;
    }
    const [, list, index, key] = /^sops_(\w+?)__list_(\d{1,3})__map_(\w+)$/.exec(name) ?? [];
    if (list === undefined || key === undefined) {
      metadata.set(name.slice('sops_'.length), node);
      continue;
    }
    const items = lists.get(list) ?? [];
    lists.set(list, items);
    const item = items[Number(index)] ?? new Map<string, DocumentNode>();
    items[Number(index)] = item;
    item.set(key, node);
  }
  for (const [list, items] of lists) {
    metadata.set(list, {
      kind: 'list',
      // A list with holes has nothing in them.
      items: items.flatMap((entries): MapNode[] => [{ kind: 'map', entries }]),
    });
  }
  return metadata.size === 0 ? undefined : { entries: values, metadata: { kind: 'map', entries: metadata } };
}
