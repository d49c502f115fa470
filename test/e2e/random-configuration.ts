import fc from 'fast-check';
import { stringify } from 'yaml';

/** A value source: a variable of the environment, or another secret. */
type Source = { readonly env: string } | { readonly secret: string };

/** A random, valid configuration: `document` is what its file says, `env` what its variables hold. */
export interface RandomConfiguration {
  readonly secrets: Readonly<
    Record<string, { readonly value: string; readonly owners?: string[]; readonly readers?: string[] }>
  >;
  readonly servers: Readonly<Record<string, RandomServer>>;
}

/** A server with its options, mappings and holders; the values of mappings are plain text here, or name a secret. */
interface RandomServer {
  readonly type: string;
  readonly options: Readonly<Record<string, string | boolean>>;
  readonly mappings: Readonly<Record<string, Readonly<Record<string, MappingValue>>>>;
  readonly owner?: string;
  readonly usage?: readonly string[];
}

/** The text itself, or the secret that it comes from. */
export type MappingValue = { readonly text: string } | { readonly secret: string };

/** Text that has broken some tool or other. */
const ODD = [
  "it's",
  `''`,
  'a "quoted" \\"one\\"',
  'back\\slash\\',
  'line one\nline two\n',
  '\ttab\r\n',
  '100%s %I %L %%',
  'naïve Ωμέγα 日本語 🦆 e\u0301',
  '$$dollar$1$$',
  ' ',
  'a=b=c,d={e}',
  'null',
  '0123',
  '-- ; DROP SERVER lake',
  '\u202eright-to-left\u200b',
  "E'\\x00'",
];

const text = fc
  .oneof(
    { weight: 3, arbitrary: fc.constantFrom(...ODD) },
    { weight: 1, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }) },
  )
  // No system takes a NUL, and half a surrogate pair is no text.
  .filter((one) => !one.includes('\u0000') && !/\p{Surrogate}/u.test(one));

const SECRET_NAMES = ['AWS_ID', 'AWS_KEY', 'HF_TOKEN', 'lower_case', 'X9'];
const PRINCIPALS = [
  'user:ana@example.com',
  'user:ben@example.com',
  'user:chloe@example.com',
  'team:Platform',
  'team:Machine Learning',
  'team:Data Engineering',
  'team:Archive',
];

const secret = fc
  .record({
    value: text,
    shared: fc.option(
      fc.dictionary(fc.constantFrom(...PRINCIPALS), fc.constantFrom('owners', 'readers'), { maxKeys: 5 }),
      {
        nil: undefined,
      },
    ),
  })
  .map(({ value, shared }) => {
    if (shared === undefined) return { value };
    const holding = (role: string): string[] => Object.keys(shared).filter((one) => shared[one] === role);
    return { value, owners: holding('owners'), readers: holding('readers') };
  });

/** By type: options that may stand in the server, and those that go into mappings. */
const TYPES = {
  s3: { server: ['region', 'scope', 'endpoint'], mapping: ['key_id', 'secret', 'session_token'] },
  gcs: { server: ['region', 'scope', 'endpoint'], mapping: ['key_id', 'secret', 'bearer_token'] },
  r2: { server: ['account_id', 'scope', 'region'], mapping: ['key_id', 'secret', 'session_token'] },
  huggingface: { server: ['scope'], mapping: ['token'] },
  http: { server: ['scope', 'http_proxy'], mapping: ['bearer_token', 'http_proxy_password'] },
} as const;

/** Options that take only texts of some form; others take any. */
const FORMS: Readonly<Record<string, (type: string) => fc.Arbitrary<string>>> = {
  scope: (type) => text.map((rest) => `${SCHEMES[type] ?? ''}${rest}`),
  endpoint: () => fc.constantFrom('minio:9000', 's3.example.com', '[::1]:9000'),
  http_proxy: () => fc.constantFrom('proxy:3128', 'http://proxy.example.com'),
  account_id: () => fc.stringMatching(/^[a-z0-9_-]{1,20}$/),
};

const SCHEMES: Readonly<Record<string, string>> = {
  s3: 's3://',
  gcs: 'gs://',
  r2: 'r2://',
  huggingface: 'hf://',
  http: 'https://',
};

function optionsOf(type: string, names: readonly string[]): fc.Arbitrary<Readonly<Record<string, string>>> {
  const values = Object.fromEntries(names.map((name) => [name, FORMS[name]?.(type) ?? text]));
  return fc.record(values, { requiredKeys: [] }) as fc.Arbitrary<Record<string, string>>;
}

const ROLES = ['analyst', 'lake_admin', 'intruder', 'public', 'current_user'];
const HOLDERS = ['analyst', 'lake_admin', 'intruder', 'public'];

function serverOf(secrets: readonly string[]): fc.Arbitrary<RandomServer> {
  const value: fc.Arbitrary<MappingValue> =
    secrets.length === 0
      ? text.map((one) => ({ text: one }))
      : fc.oneof(
          text.map((one) => ({ text: one })),
          fc.constantFrom(...secrets).map((one) => ({ secret: one })),
        );
  return fc.constantFrom(...(Object.keys(TYPES) as (keyof typeof TYPES)[])).chain((type) => {
    const { server, mapping } = TYPES[type];
    const isChain = type === 'huggingface' ? fc.constant(false) : fc.boolean();
    return fc
      .record({
        options: optionsOf(type, server),
        useSsl: fc.option(fc.boolean(), { nil: undefined }),
        isChain,
        mappings: fc.dictionary(
          fc.constantFrom(...ROLES),
          fc.dictionary(fc.constantFrom<string>(...mapping), value, { minKeys: 1 }),
          { maxKeys: 3 },
        ),
        owner: fc.option(fc.constantFrom('lake_admin', 'analyst'), { nil: undefined }),
        usage: fc.option(fc.subarray(HOLDERS), { nil: undefined }),
      })
      .map(({ options, useSsl, isChain: chained, mappings, owner, usage }) => ({
        type,
        options: {
          ...options,
          ...(useSsl !== undefined && mapping.includes('key_id' as never) ? { use_ssl: useSsl } : {}),
          // A database host has no credentials in a test.
          ...(chained && type !== 'http' && type !== 'huggingface'
            ? { provider: 'credential_chain', validation: 'none' }
            : {}),
        },
        mappings: chained && type !== 'http' ? {} : mappings,
        ...(owner === undefined ? {} : { owner }),
        ...(usage === undefined ? {} : { usage }),
      }));
  });
}

/** Random, valid configurations over few names, so that two of them have much to do with each other. */
export const randomConfiguration: fc.Arbitrary<RandomConfiguration> = fc
  .dictionary(fc.constantFrom(...SECRET_NAMES), secret, { maxKeys: 4 })
  .chain((secrets) =>
    fc.record({
      secrets: fc.constant(secrets),
      servers: fc.dictionary(
        fc.constantFrom('lake', 'chain', 'hub', 'web_1', 'under_score$'),
        serverOf(Object.keys(secrets)),
        { maxKeys: 4 },
      ),
    }),
  );

/** The file and the variables that say what a random configuration says. */
export function written({ secrets, servers }: RandomConfiguration): {
  readonly yaml: string;
  readonly env: Readonly<Record<string, string>>;
} {
  const env: Record<string, string> = {};
  const source = (name: string, value: string): Source => {
    env[name] = value;
    return { env: name };
  };
  const document = {
    version: 1,
    stack: 'random',
    providers: {
      helios: { type: 'singlestore', api_key: { env: 'SINGLESTOREDB_MANAGEMENT_TOKEN' } },
      warehouse: { type: 'postgres', url: { env: 'WAREHOUSE_URL' } },
    },
    secrets: Object.fromEntries(
      Object.entries(secrets).map(([name, { value, ...lists }]) => [
        name,
        { value: source(`VALUE_OF_${name}`, value), ...lists },
      ]),
    ),
    duckdb_servers: Object.fromEntries(
      Object.entries(servers).map(([name, { mappings, ...rest }]) => [
        name,
        { ...rest, user_mappings: mappingsOf(name, mappings, source) },
      ]),
    ),
  };
  return { yaml: stringify(document), env };
}

function mappingsOf(
  server: string,
  mappings: RandomServer['mappings'],
  source: (name: string, value: string) => Source,
): Readonly<Record<string, Readonly<Record<string, Source>>>> {
  return Object.fromEntries(
    Object.entries(mappings).map(([role, options]) => [
      role,
      Object.fromEntries(
        Object.entries(options).map(([option, value]) => [
          option,
          'secret' in value
            ? value
            : source(`M_${server.replace('$', '')}_${role}_${option}`.toUpperCase(), value.text),
        ]),
      ),
    ]),
  );
}
