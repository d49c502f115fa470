import { problemError } from '../model/index.js';
import type { Environment } from '../model/index.js';

/** The variable that pins the hosts: set where the run is set up, out of reach of changes of the configuration. */
const VARIABLE = 'SECRETS_ALLOWED_HOSTS';

/**
 * Checks that nothing is sent to a host that the owner of a run has not named, where they have named any in
 * `SECRETS_ALLOWED_HOSTS`: a configuration from an unreviewed branch could otherwise point a provider, whose key
 * comes from the environment, at another host.
 * @param hosts `host` or `host:port`
 * @param subject who would connect, for the message
 * @throws DiagnosticError for a host that is not among them
 */
export function checkHosts(hosts: readonly string[], subject: string, env: Environment): void {
  const allowed = (env[VARIABLE] ?? '')
    .split(',')
    .map((host) => host.trim().toLowerCase())
    .filter((host) => host !== '');
  if (allowed.length === 0) return;
  const refused = hosts.filter((host) => !allowed.some((pattern) => matches(host.toLowerCase(), pattern)));
  if (refused.length === 0) return;
  throw problemError({
    code: 'host-not-allowed',
    summary: `${subject} points at ${refused.join(', ')}, which is not among the hosts that this run may connect to.`,
    detail: `${VARIABLE} names: ${allowed.join(', ')}`,
    next: `If the host is right, add it to ${VARIABLE} where this run is set up.`,
  });
}

/** `*.example.com` matches every host below; without a port every port matches. */
function matches(host: string, pattern: string): boolean {
  const bare = host.replace(/:\d+$/, '');
  return [host, bare].some((name) =>
    pattern.startsWith('*.') ? name.endsWith(pattern.slice(1)) : name === pattern,
  );
}
