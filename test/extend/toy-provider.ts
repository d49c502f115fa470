import {
  Sensitive,
  child,
  defined,
  fieldText,
  formatAddress,
  kindTable,
  plain,
  problem,
  rangeOf,
  ref,
  sensitive,
  sourceOnly,
  textOrSource,
  textsOf,
} from '../../src/model/index.js';
import type {
  ActualResource,
  ApplyItem,
  AuthoritativeList,
  ConfiguredResource,
  Field,
  KindPolicy,
  Outcome,
} from '../../src/model/index.js';
import { duplicateItem, partLifecycle, referencesOf } from '../../src/providers/sdk/desired.js';
import type { Desired, ProviderDefinition, SectionReader, Session } from '../../src/providers/sdk/index.js';
import { append, plainFields, variableSource } from '../../src/providers/sdk/yaml.js';

/*
 * A provider that the tool knows nothing of: mailboxes with passwords and quotas, and the list of their aliases, in memory.
 */

interface Mailbox {
  readonly id: string;
  version: number;
  password: string;
  quota: string | undefined;
  readonly aliases: Set<string>;
}

/** The system: mailboxes by name. */
export class MailServer {
  readonly mailboxes = new Map<string, Mailbox>();
  #ids = 0;

  create(name: string, password: string, quota?: string): Mailbox {
    this.#ids += 1;
    const mailbox = {
      id: `box-${String(this.#ids)}`,
      version: 1,
      password,
      quota,
      aliases: new Set<string>(),
    };
    this.mailboxes.set(name, mailbox);
    return mailbox;
  }
}

const policy = { isList: false, mustReplace: () => false, managedWhereNamed: [], cascades: false } as const;
const policies: readonly KindPolicy[] = [
  { ...policy, kind: 'mailbox', managedWhereNamed: ['quota'] },
  { ...policy, kind: 'mail_alias', parent: 'mailbox', isList: true, cascades: true },
];
const kinds = kindTable(policies);

/** `mailboxes`, with their aliases. */
function desiredMailboxes(reader: SectionReader): Desired {
  const resources: ConfiguredResource[] = [];
  const authoritative: AuthoritativeList[] = [];
  for (const entry of reader.entries('mailboxes')) {
    const [password, quota] = ['value', 'quota'].map((key) => {
      const node = child(entry.value, key);
      return node && reader.field(node);
    });
    const fields = defined({ value: password, quota });
    const lifecycle = reader.lifecycleOf(entry.value);
    const list = child(entry.value, 'aliases');
    for (const provider of reader.providersOf(entry)) {
      const address = formatAddress({ kind: 'mailbox', provider, name: entry.key });
      resources.push({
        address,
        fields,
        lifecycle,
        dependsOn: referencesOf(fields),
        range: rangeOf(entry.keyAt),
      });
      if (list !== undefined) authoritative.push({ kind: 'mail_alias', provider, parent: address });
      const first = new Map<string, ReturnType<typeof textsOf>[number]>();
      for (const alias of textsOf(list)) {
        const other = first.get(alias.text);
        if (other !== undefined) {
          reader.refuse(alias.node.at, duplicateItem(`\`${alias.text}\``, other.node.at));
          continue;
        }
        first.set(alias.text, alias);
        resources.push({
          address: formatAddress({ kind: 'mail_alias', provider, name: entry.key, member: alias.text }),
          fields: {},
          lifecycle: partLifecycle(lifecycle),
          dependsOn: [address],
          range: rangeOf(alias.node.at),
        });
      }
    }
  }
  return { resources, authoritative };
}

/** A session with a server. */
function openSession(server: MailServer): Session {
  const aliasOf = (provider: string, name: string, alias: string): ActualResource => ({
    address: formatAddress({ kind: 'mail_alias', provider, name, member: alias }),
    id: `${name}/${alias}`,
    version: '1',
    fields: {},
  });
  const resourcesOf = (provider: string, name: string, values: boolean): ActualResource[] => {
    const mailbox = server.mailboxes.get(name);
    if (mailbox === undefined) return [];
    const value: Field = values
      ? sensitive(new Sensitive(mailbox.password))
      : { kind: 'hidden', reason: 'the value was not read' };
    return [
      {
        address: formatAddress({ kind: 'mailbox', provider, name }),
        id: mailbox.id,
        version: String(mailbox.version),
        fields: { value, ...(mailbox.quota === undefined ? {} : { quota: plain(mailbox.quota) }) },
      },
      ...[...mailbox.aliases].map((alias) => aliasOf(provider, name, alias)),
    ];
  };
  const system = { type: 'mail', id: 'mail-1', name: 'the mail server', principal: 'postmaster' };
  return {
    system,
    prepare: (resources) => Promise.resolve({ resources, diagnostics: [] }),
    read: ({ desired, records }) => {
      const addresses = [...desired, ...records].map(({ address }) => kinds.mustParse(address));
      const names = new Map(addresses.map(({ name, provider }) => [name, provider]));
      const resources = [...names].flatMap(([name, provider]) => resourcesOf(provider, name, true));
      return Promise.resolve({ system, resources });
    },
    discover: () => {
      const names = [...server.mailboxes.keys()];
      return Promise.resolve(names.flatMap((name) => resourcesOf('post', name, false)));
    },
    apply: (items, onOutcome) => {
      for (const item of items) onOutcome(applyItem(server, item));
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}

function applyItem(server: MailServer, { change, desired }: ApplyItem): Outcome {
  const { address } = change;
  const { kind, name, member = '' } = kinds.mustParse(address);
  const mailbox = server.mailboxes.get(name);
  if (kind === 'mail_alias') {
    if (change.action === 'delete') mailbox?.aliases.delete(member);
    else mailbox?.aliases.add(member);
    return { status: 'done', address, id: `${name}/${member}` };
  }
  if (change.action === 'delete') {
    server.mailboxes.delete(name);
    return { status: 'done', address };
  }
  const { value, quota } = desired?.fields ?? {};
  const password = value?.kind === 'sensitive' ? value.value.reveal() : '';
  const limit = fieldText(quota);
  if (mailbox === undefined) return { status: 'done', address, id: server.create(name, password, limit).id };
  Object.assign(mailbox, { password, quota: limit ?? mailbox.quota, version: mailbox.version + 1 });
  return { status: 'done', address, id: mailbox.id };
}

/** The provider of a server. */
export function mailProvider(server: MailServer): ProviderDefinition {
  return {
    type: 'mail',
    kinds: policies,
    credentials: ['MAIL_TOKEN'],
    settings: {
      schema: () =>
        Promise.resolve({
          description: 'A mail server.',
          properties: { host: textOrSource('The host to connect to.', 'mail.example.com') },
          example: { post: { type: 'mail', host: 'mail.example.com' } },
        }),
      excerpts: { shown: ['host'], sources: ['*'], maps: [''] },
    },
    sections: [
      {
        word: 'mailboxes',
        shape: 'map',
        valueKind: 'mailbox',
        schema: () =>
          Promise.resolve({
            defs: {
              mailbox: {
                type: 'object',
                title: 'a mailbox',
                additionalProperties: false,
                required: ['value'],
                properties: {
                  provider: ref('providerName', 'The mail server.', ['post']),
                  value: sourceOnly('The password.', { env: 'MAIL_PASSWORD' }),
                  quota: textOrSource('How much it holds.', '1GB'),
                  aliases: {
                    type: 'array',
                    title: 'a list of aliases',
                    items: { type: 'string', title: 'an alias', pattern: '^[a-z.]+$' },
                    description: 'The only aliases of the mailbox.',
                    examples: [['sales']],
                  },
                  lifecycle: ref('lifecycle', 'What a plan may do to it.', [{ protect: true }]),
                },
              },
            },
            schema: {
              type: 'object',
              title: 'the mailboxes, by name',
              description: 'Mailboxes of a mail server, by name.',
              propertyNames: { $ref: '#/$defs/resourceName' },
              additionalProperties: { $ref: '#/$defs/mailbox' },
              examples: [{ info: { value: { env: 'MAIL_PASSWORD' } } }],
            },
          }),
        excerpts: { shown: ['provider', 'quota', 'aliases.*'], sources: ['value', 'quota'], maps: [''] },
        desired: desiredMailboxes,
      },
    ],
    yaml: {
      mailbox: {
        section: 'mailboxes',
        entry: ({ name }, resource) => ({
          value: variableSource(`${name}_password`),
          ...defined({ quota: plainFields(resource)['quota'] }),
        }),
      },
      mail_alias: {
        addTo: (mailbox, { member = '' }) => {
          append(mailbox, 'aliases', member);
        },
      },
    },
    transactional: false,
    audit: (_settings, resources) =>
      resources.flatMap(({ address, range }) =>
        kinds.mustParse(address).name.length <= 20
          ? []
          : [
              problem({
                code: 'long-mailbox',
                summary: 'A mailbox has at most 20 letters.',
                address,
                at: range,
              }),
            ],
      ),
    auditValues: () => [],
    hosts: () => [],
    open: () => Promise.resolve(openSession(server)),
  };
}
