/**
 * A resource's address, parsed: `secret.<provider>.<name>`, `share.<provider>.<secret>/<team|user>:<who>`,
 * `user_mapping.<provider>.<server>/<role>` and so on. `member` is what follows the slash; the policies of the kinds say which
 * have one: see `Kinds`.
 */
export interface Address {
  readonly kind: string;
  readonly provider: string;
  readonly name: string;
  readonly member?: string;
}

/** The text of an address. */
export function formatAddress(address: Address): string {
  const base = `${address.kind}.${address.provider}.${address.name}`;
  return address.member === undefined ? base : `${base}/${address.member}`;
}

/** Kind, provider and the rest of an address. */
const ADDRESS = /^([a-z_]+)\.([^./]+)\.(.+)$/s;

/** The three parts of an address, whatever its kind; `undefined` for text that is not an address. */
export function splitAddress(
  text: string,
): { readonly kind: string; readonly provider: string; readonly rest: string } | undefined {
  const [, kind, provider, rest] = ADDRESS.exec(text) ?? [];
  return kind === undefined || provider === undefined || rest === undefined
    ? undefined
    : { kind, provider, rest };
}

/**
 * The provider of an address.
 * @throws Error for text that is not an address: a programming error
 */
export function providerOf(address: string): string {
  return mustSplit(address).provider;
}

/**
 * The kind of an address.
 * @throws Error for text that is not an address: a programming error
 */
export function kindOf(address: string): string {
  return mustSplit(address).kind;
}

function mustSplit(text: string): NonNullable<ReturnType<typeof splitAddress>> {
  const parts = splitAddress(text);
  if (parts === undefined) throw new Error(`not an address: ${text}`);
  return parts;
}
