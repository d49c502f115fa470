/** The kinds of resource, as they stand in addresses. */
export const KINDS = [
  'secret',
  'share',
  'duckdb_server',
  'user_mapping',
  'server_usage',
  'fdw_usage',
  'duckdb_secret',
] as const;

/** A kind of resource. */
export type Kind = (typeof KINDS)[number];

/** Kinds that are members of lists, which the configuration either leaves alone or owns as a whole. */
export const LIST_KINDS = ['share', 'server_usage', 'fdw_usage'] as const satisfies readonly Kind[];

/** A kind that is a member of a list. */
export type ListKind = (typeof LIST_KINDS)[number];

/** Whether resources of this kind are members of a list. */
export function isListKind(kind: Kind): kind is ListKind {
  return LIST_KINDS.some((one) => one === kind);
}

/**
 * A resource's address, parsed: `secret.<provider>.<name>`, `share.<provider>.<secret>/<team|user>:<who>`,
 * `user_mapping.<provider>.<server>/<role>` and so on. `member` is what stands behind the slash.
 */
export interface Address {
  readonly kind: Kind;
  readonly provider: string;
  readonly name: string;
  readonly member?: string;
}

/** Kinds that live inside another resource, and the kind of that parent. */
const PARENTS: Partial<Record<Kind, Kind>> = {
  share: 'secret',
  user_mapping: 'duckdb_server',
  server_usage: 'duckdb_server',
};

/** The text of an address. */
export function formatAddress(address: Address): string {
  const base = `${address.kind}.${address.provider}.${address.name}`;
  return address.member === undefined ? base : `${base}/${address.member}`;
}

/**
 * Parses an address. Names may hold dots and slashes behind the first ones that separate (e-mail addresses do).
 * Gives `undefined` for text that is no address.
 */
export function parseAddress(text: string): Address | undefined {
  const match = /^([a-z_]+)\.([^./]+)\.(.+)$/s.exec(text);
  const [, kindText, provider, rest] = match ?? [];
  const kind = KINDS.find((one) => one === kindText);
  if (kind === undefined || provider === undefined || rest === undefined) return undefined;
  if (PARENTS[kind] === undefined) return { kind, provider, name: rest };
  const slash = rest.indexOf('/');
  if (slash <= 0 || slash === rest.length - 1) return undefined;
  return { kind, provider, name: rest.slice(0, slash), member: rest.slice(slash + 1) };
}

/** The address of the resource that this one lives in (the secret of a share, the server of a mapping), if any. */
export function parentAddress(address: Address): string | undefined {
  const kind = PARENTS[address.kind];
  return kind === undefined
    ? undefined
    : formatAddress({ kind, provider: address.provider, name: address.name });
}

/**
 * Parses an address that this program made itself.
 * @throws Error where it is none: a programming error.
 */
export function mustParseAddress(text: string): Address {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(`not an address: ${text}`);
  return address;
}
