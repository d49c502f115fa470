import { DiagnosticError } from '../model/index.js';

/** The variable that pins the hosts: set where the run is set up, out of reach of whoever changes the configuration. */
const VARIABLE = 'SECRETS_ALLOWED_HOSTS';

/**
 * Makes sure that nothing is sent to a host that the owner of a run has not named, where they have named any in
 * `SECRETS_ALLOWED_HOSTS`: a configuration from a branch that nobody has reviewed could otherwise point a provider, whose key
 * comes from the environment, at a host of its own.
 * @param hosts `host` or `host:port`
 * @param subject who would connect, for the message
 * @throws DiagnosticError for a host that is not among them
 */
export function checkHosts(
  hosts: readonly string[],
  subject: string,
  env: Readonly<Record<string, string | undefined>>,
): void {
  const allowed = (env[VARIABLE] ?? '')
    .split(',')
    .map((one) => one.trim().toLowerCase())
    .filter((one) => one !== '');
  if (allowed.length === 0) return;
  const refused = hosts.filter((host) => !allowed.some((one) => matches(host.toLowerCase(), one)));
  if (refused.length === 0) return;
  throw new DiagnosticError([
    {
      severity: 'error',
      code: 'host-not-allowed',
      summary: `${subject} points at ${refused.join(', ')}, which is not among the hosts that this run may connect to.`,
      detail: `${VARIABLE} names: ${allowed.join(', ')}`,
      next: `If the host is right, add it to ${VARIABLE} where this run is set up.`,
    },
  ]);
}

/** `*.example.com` stands for every host below; without a port every port is meant. */
function matches(host: string, allowed: string): boolean {
  const bare = host.replace(/:\d+$/, '');
  return [host, bare].some((one) =>
    allowed.startsWith('*.') ? one.endsWith(allowed.slice(1)) : one === allowed,
  );
}
