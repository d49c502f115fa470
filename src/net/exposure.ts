import { problem } from '../model/index.js';
import type { Diagnostic, Environment, Target } from '../model/index.js';
import { isLocal } from './host.js';

/** The variable that refuses connections without verified TLS: set where the run is set up. */
export const REQUIRE_TLS = 'SECRETS_REQUIRE_TLS';

/** Whether connections without verified TLS are refused, those of this machine apart. */
export function requiresTls(env: Environment): boolean {
  return !['', '0', 'false', 'no', 'off'].includes((env[REQUIRE_TLS] ?? '').trim().toLowerCase());
}

/** The servers that can be reached by somebody else, and whose TLS is not verified. */
export function exposedTargets(targets: readonly Target[]): readonly Target[] {
  return targets.filter((target) => target.exposure !== undefined && !isLocal(target));
}

/**
 * A warning for each server that passwords and values are sent to without verified TLS.
 * @param subject who connects: `The provider warehouse`
 */
export function exposureWarnings(targets: readonly Target[], subject: string): readonly Diagnostic[] {
  return exposedTargets(targets).map(({ host, port, exposure = '' }) =>
    problem({
      severity: 'warning',
      code: 'unverified-tls',
      summary: `${subject} sends passwords and values to ${host}:${port} without verified TLS: ${exposure}.`,
      next: `${HOW_TO_VERIFY} ${REQUIRE_TLS}=1 refuses such a connection.`,
    }),
  );
}

/** What to do about a connection without verified TLS. */
export const HOW_TO_VERIFY =
  'Use an https address, or "sslmode: verify-full" for PostgreSQL, with the authority of the certificate.';
