import type { ValueSource } from '../model/index.js';
import type { ProblemWords } from '../model/problem.js';

/** A reference of vals in the words of this language. */
export interface RefWords {
  readonly word: ValueSource['from'];
  readonly text: string;
  readonly beside: ReadonlyMap<string, string>;
}

/** What a reference is made of; names and values of the query are percent-decoded. */
interface Ref {
  readonly path: string;
  readonly query: ReadonlyMap<string, string>;
  /** The names on the way into the document, where there is a fragment. */
  readonly fragment: readonly string[] | undefined;
}

type Translated = RefWords | { readonly problem: ProblemWords };

/** How one scheme of vals is written here. */
interface Scheme {
  /** How its sources are written here. */
  readonly here: string;
  /** The parameters of its query that have a counterpart here. */
  readonly known: readonly string[];
  /** Takes the parts; gives `undefined` where the path is none that this scheme takes. */
  readonly read: (ref: Ref) => RefWords | undefined;
}

/**
 * Parameters of vals that say how a store is reached. Here that stands in the environment alone: a file that anybody may change in
 * a branch must not be able to send a token to another host.
 */
const ENVIRONMENT: Readonly<Record<string, string>> = {
  address: 'Set VAULT_ADDR instead.',
  proto: 'Set VAULT_ADDR instead.',
  namespace: 'Set VAULT_NAMESPACE instead.',
  auth_method: 'Set VAULT_TOKEN, or VAULT_ROLE_ID and VAULT_SECRET_ID, instead.',
  token_env: 'Set VAULT_TOKEN instead.',
  token_file: 'Set VAULT_TOKEN instead.',
  role_id: 'Set VAULT_ROLE_ID instead.',
  secret_id: 'Set VAULT_SECRET_ID instead.',
  username: 'Set VAULT_TOKEN, or VAULT_ROLE_ID and VAULT_SECRET_ID, instead.',
  password_env: 'Set VAULT_TOKEN, or VAULT_ROLE_ID and VAULT_SECRET_ID, instead.',
  password_file: 'Set VAULT_TOKEN, or VAULT_ROLE_ID and VAULT_SECRET_ID, instead.',
  role_arn: 'Set AWS_PROFILE to a profile with that role instead.',
  profile: 'Set AWS_PROFILE instead.',
  version_id: 'Name a version stage instead: { aws_secret: NAME, stage: STAGE }',
  trim_nl: 'Write it as a map with `trim: true`.',
  encode: 'Take it away: the value is stored as it is read.',
  optional: 'Take it away: a value that is missing is an error here.',
  fallback: 'Take it away: a value that is missing is an error here.',
};

/** Names on the way into a document as `key` has them: with dots, or as a JSON Pointer where one of them needs it. */
function keyOf(names: readonly string[]): string {
  if (names.every((name) => name !== '' && !name.includes('.'))) return names.join('.');
  return names.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function words(
  word: ValueSource['from'],
  text: string,
  { fragment }: Ref,
  beside: Readonly<Record<string, string | undefined>> = {},
): RefWords {
  const all = { ...beside, key: fragment && keyOf(fragment) };
  return {
    word,
    text,
    beside: new Map(
      Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    ),
  };
}

const SCHEMES: Readonly<Record<string, Scheme>> = {
  vault: {
    here: '{ vault: PATH, key: FIELD }',
    known: ['version'],
    read: (ref) => words('vault', ref.path, ref, { version: ref.query.get('version') }),
  },
  sops: {
    here: '{ sops: PATH, key: KEY }',
    known: ['key_type', 'format'],
    read: (ref) => (ref.query.get('key_type') === 'base64' ? undefined : words('sops', ref.path, ref)),
  },
  awssecrets: {
    here: '{ aws_secret: NAME, key: KEY }',
    known: ['region', 'version_stage'],
    read: (ref) =>
      words('aws_secret', ref.path.replace(/\/$/, ''), ref, {
        region: ref.query.get('region'),
        stage: ref.query.get('version_stage'),
      }),
  },
  awsssm: {
    here: '{ aws_parameter: /NAME }',
    known: ['region', 'mode', 'recursive'],
    read: (ref) => {
      const name = ref.path.startsWith('/') ? ref.path : `/${ref.path}`;
      const region = ref.query.get('region');
      if (ref.query.get('mode') === 'singleparam') return words('aws_parameter', name, ref, { region });
      // Without that mode the fragment goes on with the name, since vals reads all parameters below the path.
      const full = [name.replace(/\/$/, ''), ...(ref.fragment ?? [])].join('/');
      return words('aws_parameter', full, { ...ref, fragment: undefined }, { region });
    },
  },
  gcpsecrets: {
    here: '{ gcp: PROJECT/SECRET }',
    known: ['version'],
    read: (ref) => {
      const [project, secret, ...more] = ref.path.split('/');
      if (project === undefined || secret === undefined || more.length > 0) return undefined;
      const version = ref.query.get('version') ?? 'latest';
      return words('gcp', `projects/${project}/secrets/${secret}/versions/${version}`, ref);
    },
  },
  azurekeyvault: {
    here: '{ azure: VAULT/SECRET }',
    known: [],
    read: (ref) => {
      const [vault, secret, version, ...more] = ref.path.split('/');
      if (vault === undefined || secret === undefined || more.length > 0) return undefined;
      return words('azure', `${vault}/${secret}`, ref, { version });
    },
  },
  op: {
    here: '{ onepassword: "op://VAULT/ITEM/FIELD" }',
    known: [],
    read: (ref) => words('onepassword', `op://${ref.path}`, ref),
  },
  file: {
    here: '{ file: PATH }',
    known: [],
    read: (ref) => words('file', ref.path, ref),
  },
  envsubst: {
    here: '{ env: NAME }',
    known: [],
    read: (ref) => {
      const name = /^\$(?:\{(\w+)\}|(\w+))$/.exec(ref.path);
      return name === null ? undefined : words('env', name[1] ?? name[2] ?? '', ref);
    },
  },
};

/** Schemes of vals that have no counterpart here, and what there is instead. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  onepasswordconnect:
    'Write { onepassword: "op://VAULT/ITEM/FIELD" }: `op` uses a Connect server where OP_CONNECT_HOST is set.',
  env: 'Write { env: NAME }.',
  exec: 'Write { exec: [PROGRAM, ARGUMENT] }.',
  age: 'Write { age: PATH }.',
};
const OTHERS = [
  ...['s3', 'gcs', 'awskms', 'gkms', 'googlesheets', 'tfstate', 'tfstategs', 'tfstates3', 'tfstateazurerm'],
  ...['tfstateremote', 'keychain', 'echo', 'gitlab', 'doppler', 'pulumistateapi', 'k8s', 'conjur', 'bw'],
  ...['hcpvaultsecrets', 'yclockbox', 'httpjson', 'scw', 'infisical'],
];

const EXEC = 'Read it with a program: { exec: [vals, get, REFERENCE] }, and --allow-exec.';
/** Whether a text is meant as a reference of vals. */
export const isRef = (text: string): boolean => /^(secret)?ref\+/.test(text);

/** Percent-decodes; `undefined` where it is not well formed. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function partsOf(path: string, query: string, fragment: string | undefined): Ref | undefined {
  const pairs = query === '' ? [] : query.split('&').map((pair) => /^([^=]*)=?(.*)$/s.exec(pair));
  const map = new Map<string, string>();
  for (const pair of pairs) {
    const [name, value] = [decoded(pair?.[1] ?? ''), decoded(pair?.[2] ?? '')];
    if (name === undefined || value === undefined) return undefined;
    map.set(name, value);
  }
  const names = fragment === undefined || fragment === '' ? undefined : fragment.split('/').map(decoded);
  if (names?.includes(undefined) === true) return undefined;
  return { path, query: map, fragment: names?.flatMap((name) => name ?? []) };
}

const bad = (summary: string, next: string): { readonly problem: ProblemWords } => ({
  problem: { code: 'bad-ref', summary, next },
});

/**
 * Reads a reference as the program vals writes it (vals README, "Expression Syntax" and "Supported Backends"):
 * `ref+SCHEME://PATH?PARAMETERS#/KEY`. No text of it is repeated but words that vals itself has: it may hold credentials.
 * @param text a text that {@link isRef}
 */
export function readRef(text: string): Translated {
  const found = /^(?:secret)?ref\+([a-z0-9]+):\/\/([^?#\s]+)(?:\?([^#\s]*))?(?:#\/?([^\s]*))?$/.exec(
    // A `+` ends a reference inside of other text.
    text.replace(/\+$/, ''),
  );
  if (found === null) {
    return bad(
      'This starts as a reference of vals (`ref+…://…`), and is none that can be read.',
      'Write it as ref+vault://PATH#/FIELD, say, with nothing around it, or as a map such as { vault: PATH, key: FIELD }.',
    );
  }
  const [, name = '', path = '', query = '', fragment] = found;
  const scheme = Object.hasOwn(SCHEMES, name) ? SCHEMES[name] : undefined;
  if (scheme === undefined) {
    const instead = Object.hasOwn(ELSEWHERE, name) ? ELSEWHERE[name] : undefined;
    if (instead !== undefined) return bad(`\`ref+${name}://\` is no form of this language.`, instead);
    const shown = OTHERS.includes(name) ? `\`ref+${name}://\`` : 'This scheme of `ref+…://`';
    return bad(`${shown} has no counterpart here; ${Object.keys(SCHEMES).join(', ')} have one.`, EXEC);
  }
  const ref = partsOf(path, query, fragment);
  const unknown = [...(ref?.query.keys() ?? [])].find((one) => !scheme.known.includes(one));
  if (unknown !== undefined) {
    const instead = Object.hasOwn(ENVIRONMENT, unknown) ? ENVIRONMENT[unknown] : undefined;
    return bad(
      `${instead === undefined ? 'A parameter' : `The parameter \`${unknown}\``} of \`ref+${name}://\` has no counterpart here.`,
      instead ?? `Take it away, or write ${scheme.here}.`,
    );
  }
  const read = ref && scheme.read(ref);
  if (read !== undefined) return read;
  return bad(`The path of \`ref+${name}://\` is none that can be read here.`, `Write ${scheme.here}.`);
}
