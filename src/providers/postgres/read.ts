import { Sensitive, defined, plain, sensitive } from '../../model/index.js';
import type { ActualResource, Field, Fields } from '../../model/index.js';
import { parseMark } from './mark.js';
import { kinds } from './kinds.js';

type Options = Readonly<Record<string, string | null>> | null;

/** The document that {@link readSql}'s statement gives. */
export interface WrapperDocument {
  readonly servers: readonly {
    readonly id: string;
    readonly version: string;
    readonly name: string;
    readonly type: string | null;
    readonly owner: string;
    readonly comment: string | null;
    readonly options: Options;
  }[];
  readonly mappings: readonly {
    readonly id: string;
    readonly version: string | null;
    readonly server: string;
    readonly role: string;
    readonly visible: boolean;
    readonly options: Options;
  }[];
  readonly serverUsage: readonly {
    readonly id: string;
    readonly server: string;
    readonly role: string;
    /** By ownership, not by a grant: counts only where the configuration asks for it. */
    readonly implied: boolean;
  }[];
  readonly wrapperUsage: readonly { readonly id: string; readonly role: string; readonly implied: boolean }[];
}

/** The version of a mapping whose row the current role cannot see: nothing can be compared. */
export const UNSEEN = 'unseen';
/** The version of a grant: it is there or it is not. */
const GRANTED = 'granted';

/** How to turn the document into resources. */
interface ReadView {
  readonly provider: string;
  /** The role that reads, for the remark on what is hidden. */
  readonly principal: string;
  /** Whether the document holds the values of mappings. */
  readonly values: boolean;
  /** Implied rights are given where this says so. */
  readonly asked: (address: string) => boolean;
  /** Whether a role is about to lose a server that it owns: what it holds by that goes to the next owner. */
  readonly handsOver: (server: string, owner: string) => boolean;
  readonly wrapperUsage: boolean;
}

/** Makes resources of what the server said. Values of mappings are wrapped here, as soon as they are read. */
export function toResources(document: WrapperDocument, view: ReadView): readonly ActualResource[] {
  const { provider } = view;
  const servers = document.servers.map((server): ActualResource => {
    const claimedBy = parseMark(server.comment);
    return {
      address: `duckdb_server.${provider}.${server.name}`,
      id: server.id,
      version: server.version,
      fields: {
        type: plain((server.type ?? '').toLowerCase()),
        owner: plain(server.owner),
        ...optionFields(server.options, (value) => plain(value ?? '')),
      },
      ...defined({ claimedBy }),
    };
  });
  const claims = new Map(servers.map((server) => [kinds.mustParse(server.address).name, server.claimedBy]));
  const mappings = document.mappings.map((mapping): ActualResource => {
    const claimedBy = claims.get(mapping.server);
    return {
      address: `user_mapping.${provider}.${mapping.server}/${mapping.role}`,
      id: mapping.id,
      version: mapping.version ?? UNSEEN,
      fields: mapping.visible
        ? optionFields(mapping.options, (value) =>
            view.values
              ? sensitive(new Sensitive(value ?? ''))
              : { kind: 'hidden', reason: 'the value was not read' },
          )
        : { options: { kind: 'hidden', reason: `not verifiable as role ${view.principal}` } },
      ...defined({ claimedBy }),
    };
  });
  const grants = [
    ...document.serverUsage
      .filter((one) => !one.implied || !view.handsOver(one.server, one.role))
      .map((one) => ({ ...one, address: `server_usage.${provider}.${one.server}/${one.role}` })),
    ...(view.wrapperUsage ? document.wrapperUsage : []).map((one) => ({
      ...one,
      address: `fdw_usage.${provider}.${one.role}`,
    })),
  ]
    .filter((one) => !one.implied || view.asked(one.address))
    .map(({ address, id }): ActualResource => ({ address, id, version: GRANTED, fields: {} }));
  return [...servers, ...mappings, ...grants];
}

function optionFields(options: Options, field: (value: string | null) => Field): Fields {
  return Object.fromEntries(
    Object.entries(options ?? {}).map(([name, value]) => [`options.${name}`, field(value)]),
  );
}
