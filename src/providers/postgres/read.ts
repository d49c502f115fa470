import { defined, fieldText, plain, sensitive } from '../../model/index.js';
import type { ActualResource, DesiredResource, Field, Fields, Sensitive } from '../../model/index.js';
import { isKnownOf, mayBeSensitive } from '../sdk/duckdb-option-names.js';
import { kinds } from './kinds.js';
import { parseMark } from './mark.js';

type Options = Readonly<Record<string, string | null>> | null;

interface FoundServer {
  readonly id: string;
  readonly version: string;
  readonly name: string;
  readonly type: string | null;
  readonly owner: string;
  /** Whether the current role has the rights of its owner. */
  readonly owned: boolean;
  readonly comment: string | null;
  readonly options: Options;
}

interface FoundMapping {
  readonly id: string;
  readonly version: string | null;
  readonly server: string;
  readonly role: string;
  readonly visible: boolean;
  readonly options: Options;
}

interface FoundGrant {
  readonly id: string;
  readonly role: string;
  /** By ownership, not by a grant: counts only where the configuration names it. */
  readonly implied: boolean;
}

/** The document that the statement of `readSql` returns. */
export interface WrapperDocument {
  readonly servers: readonly FoundServer[];
  readonly mappings: readonly FoundMapping[];
  readonly serverUsage: readonly (FoundGrant & { readonly server: string })[];
  readonly wrapperUsage: readonly FoundGrant[];
}

/** The version of a mapping whose row the current role cannot read: it is not compared. */
export const UNSEEN = 'unseen';
/** The version of a grant, which never changes. */
const GRANTED = 'granted';

/** How to turn the document into resources. */
interface ReadView {
  readonly provider: string;
  /** The role that reads, for the note on what is hidden. */
  readonly principal: string;
  /** Wraps a value of a mapping; absent where the document has no values. */
  readonly sensitive?: (text: string) => Sensitive;
  /** Whether an address was requested: implied rights are returned only then. */
  readonly isRequested: (address: string) => boolean;
  /** Whether a role is about to lose a server that it owns: its rights as the owner pass to the next one. */
  readonly handsOver: (server: string, owner: string) => boolean;
  readonly wrapperUsage: boolean;
  /** Whether the configuration or the state names a field in the open. */
  readonly isNamed: (address: string, path: string) => boolean;
}

/** Makes resources of what the server returned. Values of mappings are wrapped here, as soon as they are read. */
export function toResources(document: WrapperDocument, view: ReadView): readonly ActualResource[] {
  const marks = new Map(document.servers.map(({ name, comment }) => [name, parseMark(comment)]));
  return [
    ...document.servers.map((server) => serverResource(server, marks.get(server.name), view)),
    ...document.mappings.map((mapping) => mappingResource(mapping, marks.get(mapping.server), view)),
    ...grantResources(document, view),
  ];
}

function serverResource(
  { id, version, name, type, owner, owned, options }: FoundServer,
  claimedBy: string | undefined,
  view: ReadView,
): ActualResource {
  const address = `duckdb_server.${view.provider}.${name}`;
  const field = (option: string, value: string | null): Field =>
    isShown(type ?? '', option, view.isNamed(address, `options.${option}`))
      ? plain(value ?? '')
      : valueField(value, view);
  return {
    address,
    id,
    version,
    fields: {
      type: plain((type ?? '').toLowerCase()),
      owner: plain(owner),
      ...optionFields(withoutEmpty(options, address, view), field),
    },
    ...defined({ claimedBy, mayMark: owned ? undefined : false }),
  };
}

function mappingResource(
  { id, version, server, role, visible, options }: FoundMapping,
  claimedBy: string | undefined,
  view: ReadView,
): ActualResource {
  return {
    address: `user_mapping.${view.provider}.${server}/${role}`,
    id,
    version: version ?? UNSEEN,
    fields: visible
      ? optionFields(options, (_, value) => valueField(value, view))
      : { options: { kind: 'hidden', reason: `the role ${view.principal} may not read them` } },
    ...defined({ claimedBy }),
  };
}

function grantResources(document: WrapperDocument, view: ReadView): readonly ActualResource[] {
  const { provider } = view;
  const onServers = document.serverUsage
    .filter(({ implied, server, role }) => !implied || !view.handsOver(server, role))
    .map(({ id, implied, server, role }) => ({
      id,
      implied,
      address: `server_usage.${provider}.${server}/${role}`,
    }));
  const onWrapper = (view.wrapperUsage ? document.wrapperUsage : []).map(({ id, implied, role }) => ({
    id,
    implied,
    address: `fdw_usage.${provider}.${role}`,
  }));
  return [...onServers, ...onWrapper]
    .filter(({ implied, address }) => !implied || view.isRequested(address))
    .map(({ address, id }) => ({ address, id, version: GRANTED, fields: {} }));
}

/** Postgres Pro AXE's `create_simple_secret` writes these into the server when they are empty, which sets nothing. */
const WRITTEN_EMPTY = ['provider', 'validation'];

function withoutEmpty(options: Options, address: string, { isNamed }: ReadView): Options {
  return Object.fromEntries(
    Object.entries(options ?? {}).filter(
      ([name, value]) => value !== '' || !WRITTEN_EMPTY.includes(name) || isNamed(address, `options.${name}`),
    ),
  );
}

/** Whether an option of a server may be shown. What we know as sensitive never; what we don't know, where somebody named it here. */
function isShown(type: string, option: string, isNamed: boolean): boolean {
  if (mayBeSensitive(type, option)) return false;
  return isNamed || isKnownOf(type, option);
}

function valueField(value: string | null, view: ReadView): Field {
  return view.sensitive === undefined
    ? { kind: 'hidden', reason: 'the value was not read' }
    : sensitive(view.sensitive(value ?? ''));
}

function optionFields(options: Options, field: (name: string, value: string | null) => Field): Fields {
  return Object.fromEntries(
    Object.entries(options ?? {}).map(([name, value]) => [`options.${name}`, field(name, value)]),
  );
}

/** The owners that the configuration names, by server. */
export function ownersOf(desired: readonly DesiredResource[]): ReadonlyMap<string, string> {
  return new Map(
    desired.flatMap(({ address, fields }) => {
      const { kind, name } = kinds.mustParse(address);
      const owner = fieldText(fields['owner']);
      return kind === 'duckdb_server' && owner !== undefined ? [[name, owner] as const] : [];
    }),
  );
}
