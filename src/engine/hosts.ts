import { problemError } from '../model/index.js';
import type { Environment, SourceRange, Target } from '../model/index.js';
import { HOW_TO_VERIFY, REQUIRE_TLS, exposedTargets, requiresTls } from '../net/exposure.js';
import { hostOf, isHostName } from '../net/host.js';

/** The variable that pins the hosts: set where the run is set up, out of reach of changes of the configuration. */
const ALLOWED_HOSTS = 'SECRETS_ALLOWED_HOSTS';

/** Who would connect, and where the configuration says so. */
interface Caller {
  /** How a message begins: `The provider helios`. */
  readonly subject: string;
  readonly range?: SourceRange | undefined;
}

/**
 * Checks that the owner of a run lets it connect to these servers: a configuration from an unreviewed branch could otherwise point
 * a provider, whose key comes from the environment, elsewhere. Where `SECRETS_ALLOWED_HOSTS` is set, it names every host; set but
 * empty, it names none. `SECRETS_REQUIRE_TLS` refuses a server that is not verified by TLS.
 * @throws DiagnosticError for a server that is not allowed
 */
export function checkTargets(targets: readonly Target[], caller: Caller, env: Environment): void {
  checkHosts(targets, caller, env);
  const [exposed] = requiresTls(env) ? exposedTargets(targets) : [];
  if (exposed === undefined) return;
  throw problemError({
    code: 'tls-required',
    summary: `${caller.subject} would send passwords and values to ${shown(exposed)} without verified TLS: ${exposed.exposure ?? ''}.`,
    detail: `${REQUIRE_TLS} is set.`,
    next: HOW_TO_VERIFY,
    at: caller.range,
  });
}

function checkHosts(targets: readonly Target[], { subject, range }: Caller, env: Environment): void {
  const setting = env[ALLOWED_HOSTS];
  if (setting === undefined) return;
  const entries = setting
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  const isAllowed = (host: string, port: number): boolean =>
    entries.some((entry) => matches(host, port, entry));
  // A name says who must answer, and an address where that is: neither vouches for the other.
  const refused = targets.filter(
    ({ host, port, address }) =>
      !isAllowed(host, port) || (address !== undefined && !isAllowed(address, port)),
  );
  if (refused.length === 0) return;
  throw problemError({
    code: 'host-not-allowed',
    summary: `${subject} points at ${refused.map(shown).join(', ')}, which is not among the hosts that this run may connect to.`,
    detail:
      entries.length === 0
        ? `${ALLOWED_HOSTS} is set and empty: it allows no host.`
        : `${ALLOWED_HOSTS} names: ${entries.join(', ')}`,
    next: `If the host is right, add it to ${ALLOWED_HOSTS} where this run is set up.`,
    at: range,
  });
}

function shown({ host, port, address }: Target): string {
  if (host.startsWith('/')) return printable(address === undefined ? host : `${host} (${address})`);
  const name = host.includes(':') ? `[${host}]` : host;
  return printable(`${name}:${port}${address === undefined ? '' : ` (${address})`}`);
}

/** A host may hold anything; a message is one line. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?');
}

/**
 * Whether an entry of the list names a host: `HOST`, `HOST:PORT`, `*.DOMAIN` for every host below, an IP address, with brackets
 * where a port follows version 6, or the folder of a Unix socket, exactly as it is used.
 */
function matches(host: string, port: number, entry: string): boolean {
  if (host.startsWith('/') || entry.startsWith('/')) return host === entry;
  if (!isHostName(host)) return false;
  const [, name, wanted] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(bracketed(entry)) ?? [];
  if (name === undefined || (wanted !== undefined && Number(wanted) !== port)) return false;
  if (name.startsWith('*.')) return hostOf(host).endsWith(hostOf(name).slice(1)) && isHostName(name.slice(2));
  return normal(name) === normal(host);
}

/** An address of IP version 6 without brackets has no port. */
function bracketed(entry: string): string {
  return entry.startsWith('[') || entry.split(':').length < 3 ? entry : `[${entry}]`;
}

/** One spelling for each host: `::0001` is `::1`. */
function normal(host: string): string {
  const name = hostOf(host);
  const url = `http://${name.includes(':') ? `[${name}]` : name}`;
  return URL.canParse(url) ? hostOf(new URL(url).hostname) : name;
}
