import type { ProblemWords } from '../../model/index.js';

/*
 * Values that DuckDB accepts and that can never work, as data: measured with DuckDB 1.5.5 and its httpfs against a server that shows its
 * requests, and the wrapper's recorded cases. `postgres` and `mysql` are by the documentation of libpq and of DuckDB's extension.
 */

/** What the text of one option must look like. */
interface ValueRule {
  readonly types: readonly string[];
  readonly option: string;
  /** Every text that may work; the empty text always may. */
  readonly works: RegExp;
  /** What it takes, as a clause that follows `takes`. */
  readonly takes: string;
  readonly next: string;
  readonly severity?: 'warning';
  /** With one of these options the text may work. */
  readonly unless?: readonly string[];
}

/** An option that means nothing without others. Of `s3` that holds for provider `config` alone: a chain finds the rest. */
interface CompanionRule {
  readonly types: readonly string[];
  readonly option: string;
  readonly needs: readonly string[];
  /** `config` where absent. */
  readonly provider?: string;
}

const S3 = ['s3', 'gcs', 'r2', 'aws'];

/** A text that a path with one of these starts may begin with: DuckDB compares the start of a path with the scope, letter by letter. */
function startOf(...schemes: readonly string[]): RegExp {
  const starts = schemes.flatMap((scheme) => Array.from(scheme, (_, at) => scheme.slice(0, at)));
  return new RegExp(`^(?:(?:${schemes.join('|')})[^]*|${starts.join('|')})$`);
}

/** @param others schemes of other types that DuckDB asks this type for as well: they need the endpoint of their store */
function scope(type: string, own: readonly string[], others: readonly string[] = []): readonly ValueRule[] {
  const takes = `the start of a path: ${own.map((scheme) => `${scheme}…`).join(' or ')}`;
  const rule = { types: [type], option: 'scope', takes };
  const ofStore: ValueRule = {
    ...rule,
    works: new RegExp(`^(?!${others.join('|')})`),
    unless: ['endpoint'],
    next: `Use the type of that store, or add the endpoint of the store: the one of ${type} has no such bucket.`,
  };
  return [
    { ...rule, works: startOf(...own, ...others), next: `Write it as ${own[0] ?? ''}BUCKET/PATH.` },
    ...(others.length === 0 ? [] : [ofStore]),
  ];
}

const VALUES: readonly ValueRule[] = [
  ...scope('s3', ['s3://', 's3n://', 's3a://'], ['gs://', 'gcs://', 'r2://']),
  ...scope('gcs', ['gs://', 'gcs://'], ['s3://', 's3n://', 's3a://', 'r2://']),
  ...scope('r2', ['r2://'], ['s3://', 's3n://', 's3a://', 'gs://', 'gcs://']),
  ...scope('azure', ['azure://', 'az://', 'abfss://', 'abfs://']),
  ...scope('huggingface', ['hf://']),
  {
    types: ['http'],
    option: 'scope',
    works: /^(?:[a-z][a-z0-9+.-]*:\/\/|[a-z0-9]{0,8}:?\/?$)/,
    takes: 'the start of a URL',
    next: 'Write it as https://HOST.',
  },
  {
    types: S3,
    option: 'url_style',
    works: /^(?:path|vhost)$/,
    takes: 'path or vhost, in small letters',
    next: 'Write path or vhost; DuckDB takes any other text for neither, and asks for the wrong address.',
  },
  {
    types: S3,
    option: 'endpoint',
    works: /^(?![a-z0-9+.-]*:\/\/)/i,
    takes: 'a host, without a scheme',
    next: 'Write it as HOST or HOST:PORT; use_ssl chooses between https and http.',
  },
  {
    types: S3,
    option: 'endpoint',
    works: /^[^\s/]\S*$/,
    takes: 'a host',
    next: 'Write it as HOST or HOST:PORT.',
    severity: 'warning',
  },
  {
    types: S3,
    option: 'region',
    works: /^[\w.-]+$/,
    takes: 'a region such as us-east-1',
    next: 'Write the name of the region alone.',
    severity: 'warning',
  },
  {
    types: [...S3, 'http', 'azure'],
    option: 'http_proxy',
    works: /^(?:http:\/\/)?[^\s/:]*(?::[^\s/]*)?(?:@[^\s/]+)?\/?$|^(?:http:\/\/)?\[[^\s/]+\](?::\d+)?\/?$/,
    takes: 'the host and port of an HTTP proxy',
    next: 'Write it as HOST:PORT or http://HOST:PORT.',
  },
  {
    types: ['r2'],
    option: 'account_id',
    works: /^[\w-]+$/,
    takes: 'the id of an account, not an address',
    next: 'Write the id alone.',
  },
  {
    types: S3,
    option: 'chain',
    works: /^(?:(?:config|sts|sso|env|instance|process|web_identity)(?:;|$))+$/,
    takes: 'words such as env, config, sso, sts, process, instance and web_identity, with ";" between them',
    next: 'Write it as "env;config".',
  },
  {
    types: S3,
    option: 'validation',
    works: /^(?:exists|none)$/i,
    takes: 'exists or none',
    next: 'Write one of them.',
  },
  {
    types: S3,
    option: 'assume_role_arn',
    works: /^arn:/,
    takes: 'the ARN of a role',
    next: 'Write it as arn:aws:iam::ACCOUNT:role/NAME.',
  },
  {
    types: ['azure'],
    option: 'account_name',
    works: /^[a-z0-9]+$/,
    takes: 'the name of a storage account, not an address',
    next: 'Write the name alone; `endpoint` is for another host.',
    severity: 'warning',
  },
  {
    types: ['postgres', 'mysql'],
    option: 'host',
    works: /^(?![a-z0-9+.-]*:\/\/)\S+$/i,
    takes: 'the name of a host',
    next: 'Write the host alone; `port` and `database` are options of their own.',
  },
  {
    types: ['postgres', 'mysql'],
    option: 'port',
    works: /^\d{1,5}(?:,\d{0,5})*$/,
    takes: 'the number of a port',
    next: 'Write a number.',
  },
  {
    types: ['postgres'],
    option: 'sslmode',
    works: /^(?:disable|allow|prefer|require|verify-ca|verify-full)$/,
    takes: 'disable, allow, prefer, require, verify-ca or verify-full',
    next: 'Write one of them.',
  },
  {
    types: ['mysql'],
    option: 'ssl_mode',
    works: /^(?:disabled|preferred|required|verify_ca|verify_identity)$/i,
    takes: 'disabled, preferred, required, verify_ca or verify_identity',
    next: 'Write one of them.',
  },
];

const AZURE_ID = ['client_id', 'tenant_id'];

const COMPANIONS: readonly CompanionRule[] = [
  { types: S3, option: 'secret', needs: ['key_id'] },
  { types: S3, option: 'key_id', needs: ['secret'] },
  { types: S3, option: 'session_token', needs: ['key_id', 'secret'] },
  { types: ['azure'], option: 'client_secret', needs: AZURE_ID, provider: 'service_principal' },
  { types: ['azure'], option: 'client_certificate_path', needs: AZURE_ID, provider: 'service_principal' },
];

/** An option as it is wanted: its text, or `null` where it comes from a value source. */
export type OptionText = string | null;

/** Whether an option is there and not the empty text. */
function isSet(options: ReadonlyMap<string, OptionText>, name: string): boolean {
  return options.has(name) && options.get(name) !== '';
}

/** What is wrong with the value of an option, and which one. */
interface ValueProblem {
  readonly option: string;
  readonly words: ProblemWords;
}

/**
 * The options of a type whose texts can never work. What comes from a value source is not looked at.
 * @param type a secret type in any case; one that is not known has no rules
 * @param options texts by name, in lower case, those of the server among them where a mapping is looked at
 */
export function valueProblems(
  type: string,
  options: ReadonlyMap<string, OptionText>,
): readonly ValueProblem[] {
  return VALUES.flatMap(({ types, option, works, takes, next, severity, unless }) => {
    const text = options.get(option);
    const isMeant = types.includes(type.toLowerCase()) && text !== undefined && text !== null && text !== '';
    if (!isMeant || works.test(text) || unless?.some((name) => isSet(options, name)) === true) return [];
    const summary = `The option ${option} of ${type} takes ${takes}.`;
    return [{ option, words: { code: 'option-value', summary, next, severity } }];
  });
}

/** The options of a secret, its mapping included, that mean nothing since another one is missing. */
export function companionProblems(
  type: string,
  options: ReadonlyMap<string, OptionText>,
): readonly ValueProblem[] {
  const isConfig = !isSet(options, 'provider') || options.get('provider')?.toLowerCase() === 'config';
  return COMPANIONS.flatMap(({ types, option, needs, provider }) => {
    const isMeant = provider === undefined ? isConfig : options.get('provider')?.toLowerCase() === provider;
    const missing = needs.filter((name) => !isSet(options, name));
    if (!isMeant || !types.includes(type.toLowerCase()) || !isSet(options, option) || missing.length === 0) {
      return [];
    }
    return [
      {
        option,
        words: {
          severity: 'warning',
          code: 'missing-option',
          summary: `The option ${option} of ${type} does nothing without ${missing.join(' and ')}.`,
          next: `Add ${missing.join(' and ')}, or remove ${option}.`,
        },
      },
    ];
  });
}
