import { DiagnosticError, Sensitive, defined } from '../../model/index.js';
import type { Diagnostic, RunScope } from '../../model/index.js';

/** A method and the address that it is sent to; the address holds neither user nor password. */
export interface Endpoint {
  readonly method: string;
  readonly url: URL;
}

/** How a state behind HTTP is reached, checked. */
export interface HttpSettings {
  readonly address: URL;
  readonly updateMethod: string;
  /** Where a lock is taken and given back; absent: there is no locking, as in Terraform. */
  readonly locking?: { readonly lock: Endpoint; readonly unlock: Endpoint };
  /** For basic authentication. */
  readonly credentials?: { readonly username: Sensitive; readonly password: Sensitive };
  readonly skipCertVerification: boolean;
  /** How often a request is repeated after its first try. */
  readonly retryMax: number;
  readonly retryWaitMinMs: number;
  readonly retryWaitMaxMs: number;
  /** PEM texts: the authorities that the server's certificate is checked against, and what the client shows of itself. */
  readonly ca?: Sensitive;
  readonly certificate?: { readonly cert: Sensitive; readonly key: Sensitive };
}

/**
 * The settings of Terraform's `http` backend and the variables that stand in for them (Terraform docs, http backend). There is
 * none for `skip_cert_verification`.
 */
const VARIABLES = {
  address: 'TF_HTTP_ADDRESS',
  update_method: 'TF_HTTP_UPDATE_METHOD',
  lock_address: 'TF_HTTP_LOCK_ADDRESS',
  lock_method: 'TF_HTTP_LOCK_METHOD',
  unlock_address: 'TF_HTTP_UNLOCK_ADDRESS',
  unlock_method: 'TF_HTTP_UNLOCK_METHOD',
  username: 'TF_HTTP_USERNAME',
  password: 'TF_HTTP_PASSWORD',
  skip_cert_verification: undefined,
  retry_max: 'TF_HTTP_RETRY_MAX',
  retry_wait_min: 'TF_HTTP_RETRY_WAIT_MIN',
  retry_wait_max: 'TF_HTTP_RETRY_WAIT_MAX',
  client_certificate_pem: 'TF_HTTP_CLIENT_CERTIFICATE_PEM',
  client_ca_certificate_pem: 'TF_HTTP_CLIENT_CA_CERTIFICATE_PEM',
  client_private_key_pem: 'TF_HTTP_CLIENT_PRIVATE_KEY_PEM',
} as const;

type Name = keyof typeof VARIABLES;

/**
 * Takes the settings of the `http` backend together with the environment; what stands in the configuration wins.
 * @param fields by Terraform's names; `retry_wait_min` and `retry_wait_max` in seconds
 * @throws DiagnosticError with every problem at once
 */
export function httpSettings(
  fields: Readonly<Record<string, string | Sensitive | undefined>>,
  scope: Pick<RunScope, 'env' | 'sensitive'>,
): HttpSettings {
  const problems: Diagnostic[] = [];
  const given = reader(fields, scope, problems);
  const address = urlOf('address', given, problems);
  if (address === undefined && given.text('address') === undefined) {
    problems.push(
      problem(
        'The state backend http has no address.',
        `Give state: { backend: http, address: … }, or set ${VARIABLES.address}.`,
      ),
    );
  }
  const locking = lockingOf(given, problems);
  checkOuterAddress(address, locking, given, problems);
  const userInfo = [address, locking?.lock.url, locking?.unlock.url].map((url) => takeUserInfo(url, given));
  const credentials = credentialsOf(given, problems) ?? userInfo.find((user) => user !== undefined);
  const numbers = retriesOf(given, problems);
  const ca = given.secret('client_ca_certificate_pem');
  const certificate = certificateOf(given, problems);
  const settings = {
    updateMethod: methodOf('update_method', 'POST', given, problems),
    skipCertVerification: switchOf('skip_cert_verification', given, problems),
    ...numbers,
    ...defined({ locking, credentials, ca, certificate }),
  };
  if (address === undefined || problems.length > 0) throw new DiagnosticError(problems);
  return { address, ...settings };
}

/** Reads a setting, or its variable; an empty text counts as none. */
interface Reader {
  /** Wraps a value that was found in a setting. */
  readonly wrap: RunScope['sensitive'];
  readonly text: (name: Name) => string | undefined;
  readonly secret: (name: Name) => Sensitive | undefined;
  /** Where a setting was read, for messages. */
  readonly at: (name: Name) => string;
  /** The variable that stands in for a setting, where it is set. */
  readonly variable: (name: Name) => string | undefined;
  /** Whether the configuration has the setting. */
  readonly isOwn: (name: Name) => boolean;
}

function reader(
  fields: Readonly<Record<string, string | Sensitive | undefined>>,
  { env, sensitive: wrap }: Pick<RunScope, 'env' | 'sensitive'>,
  problems: Diagnostic[],
): Reader {
  const field = (name: Name): string | Sensitive | undefined => {
    const value = fields[name];
    return value === '' || (value instanceof Sensitive && value.isEmpty) ? undefined : value;
  };
  const variable = (name: Name): string | undefined => {
    const { [name]: key } = VARIABLES;
    const value = key === undefined ? undefined : env[key];
    return value === '' ? undefined : value;
  };
  const isSaid = new Set<Name>();
  return {
    wrap,
    text: (name) => {
      const value = field(name);
      if (!(value instanceof Sensitive)) return value ?? variable(name);
      if (!isSaid.has(name)) {
        problems.push(
          problem(
            `${name} of the state backend is not a secret.`,
            VARIABLES[name] === undefined
              ? 'Write it as plain text.'
              : `Write it as plain text, or set ${VARIABLES[name]}.`,
          ),
        );
      }
      isSaid.add(name);
      return undefined;
    },
    secret: (name) => {
      const value = field(name) ?? variable(name);
      return typeof value === 'string' ? wrap(value) : value;
    },
    at: (name) => (field(name) === undefined ? (VARIABLES[name] ?? name) : name),
    variable,
    isOwn: (name) => field(name) !== undefined,
  };
}

function urlOf(name: Name, given: Reader, problems: Diagnostic[]): URL | undefined {
  const text = given.text(name);
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol)) return url;
  // The text itself stays out of the message: there may be a password in it.
  problems.push(
    problem(
      `${given.at(name)} of the state backend is not an http or https address.`,
      'Write it like https://gitlab.example.com/api/v4/projects/1/terraform/state/prod',
    ),
  );
  return undefined;
}

/** Takes user and password out of an address, so that no message and no log has them. */
function takeUserInfo(url: URL | undefined, { wrap }: Reader): HttpSettings['credentials'] {
  if (url === undefined || (url.username === '' && url.password === '')) return undefined;
  const part = (text: string): Sensitive => wrap(decoded(text));
  const credentials = { username: part(url.username), password: part(url.password) };
  url.username = '';
  url.password = '';
  return credentials;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function lockingOf(given: Reader, problems: Diagnostic[]): HttpSettings['locking'] {
  const lock = urlOf('lock_address', given, problems);
  const unlock = urlOf('unlock_address', given, problems);
  const lockMethod = methodOf('lock_method', 'LOCK', given, problems);
  const unlockMethod = methodOf('unlock_method', 'UNLOCK', given, problems);
  const missing = (name: Name, other: Name): void => {
    if (given.text(name) !== undefined || given.text(other) === undefined) return;
    problems.push(
      problem(
        `The state backend http has ${given.at(other)}, but no ${name}.`,
        'Give both, often the same address, or neither: then there is no locking.',
      ),
    );
  };
  missing('unlock_address', 'lock_address');
  missing('lock_address', 'unlock_address');
  if (lock === undefined || unlock === undefined) return undefined;
  return { lock: { method: lockMethod, url: lock }, unlock: { method: unlockMethod, url: unlock } };
}

/**
 * What protects an address of the environment, and the password that goes there, is not the configuration's to weaken: it neither
 * sends the password to another server for the lock, nor leaves the certificate unchecked, nor names another authority.
 */
function checkOuterAddress(
  address: URL | undefined,
  locking: HttpSettings['locking'],
  given: Reader,
  problems: Diagnostic[],
): void {
  const weakens = (name: Name, how: string, by: Name): void => {
    problems.push(
      problem(
        `${name} of the state backend ${how}, which ${VARIABLES[by] ?? by} decides.`,
        `Remove ${name} from the configuration, or change ${VARIABLES[by] ?? by} where this run is set up.`,
      ),
    );
  };
  const authority = given.variable('client_ca_certificate_pem');
  const trusted = given.secret('client_ca_certificate_pem');
  if (authority !== undefined && trusted?.equals(given.wrap(authority)) !== true) {
    weakens('client_ca_certificate_pem', 'would trust another authority', 'client_ca_certificate_pem');
  }
  if (address === undefined || given.isOwn('address')) return;
  if (given.isOwn('skip_cert_verification') && given.text('skip_cert_verification') === 'true') {
    weakens('skip_cert_verification', 'would accept any certificate of the server', 'address');
  }
  const locks = [
    ['lock_address', locking?.lock.url],
    ['unlock_address', locking?.unlock.url],
  ] as const;
  for (const [name, url] of locks) {
    if (given.isOwn(name) && url !== undefined && url.origin !== address.origin) {
      weakens(name, 'would send user and password to another server', 'address');
    }
  }
}

function methodOf(name: Name, standard: string, given: Reader, problems: Diagnostic[]): string {
  const method = given.text(name) ?? standard;
  if (!/^[A-Za-z-]+$/.test(method)) {
    problems.push(
      problem(
        `${given.at(name)} of the state backend is not an HTTP method.`,
        `Leave it out for ${standard}.`,
      ),
    );
  }
  return method;
}

function credentialsOf(given: Reader, problems: Diagnostic[]): HttpSettings['credentials'] {
  const username = given.secret('username');
  const password = given.secret('password');
  if (username !== undefined) return { username, password: password ?? given.wrap('') };
  if (password !== undefined) {
    problems.push(
      problem(
        `The state backend http has ${given.at('password')}, but no username: it would not be sent.`,
        `Give username, or set ${VARIABLES.username}; for a token of GitLab any name does.`,
      ),
    );
  }
  return undefined;
}

function certificateOf(given: Reader, problems: Diagnostic[]): HttpSettings['certificate'] {
  const cert = given.secret('client_certificate_pem');
  const key = given.secret('client_private_key_pem');
  if (cert !== undefined && key !== undefined) return { cert, key };
  if (cert !== undefined || key !== undefined) {
    const [has, lacks] =
      cert === undefined
        ? (['client_private_key_pem', 'client_certificate_pem'] as const)
        : (['client_certificate_pem', 'client_private_key_pem'] as const);
    problems.push(problem(`The state backend http has ${given.at(has)}, but no ${lacks}.`, 'Give both.'));
  }
  return undefined;
}

function retriesOf(
  given: Reader,
  problems: Diagnostic[],
): Pick<HttpSettings, 'retryMax' | 'retryWaitMinMs' | 'retryWaitMaxMs'> {
  const number = (name: Name, standard: number, isWhole: boolean): number => {
    const text = given.text(name);
    if (text === undefined) return standard;
    const value = /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : NaN;
    if (value <= 86_400 && (!isWhole || Number.isInteger(value))) return value;
    const what = isWhole ? 'a whole number' : 'a number of seconds';
    problems.push(
      problem(`${given.at(name)} of the state backend is not ${what}.`, `Leave it out for ${standard}.`),
    );
    return standard;
  };
  const min = number('retry_wait_min', 1, false);
  const max = number('retry_wait_max', Math.max(30, min), false);
  if (min > max) {
    problems.push(
      problem(
        'retry_wait_min of the state backend is above retry_wait_max.',
        'Give them the other way round.',
      ),
    );
  }
  return { retryMax: number('retry_max', 2, true), retryWaitMinMs: min * 1000, retryWaitMaxMs: max * 1000 };
}

function switchOf(name: Name, given: Reader, problems: Diagnostic[]): boolean {
  const text = given.text(name) ?? 'false';
  if (text !== 'true' && text !== 'false') {
    problems.push(
      problem(`${given.at(name)} of the state backend is neither true nor false.`, 'Give one of them.'),
    );
  }
  return text === 'true';
}

function problem(summary: string, next: string): Diagnostic {
  return { severity: 'error', code: 'bad-state-backend', summary, next };
}
