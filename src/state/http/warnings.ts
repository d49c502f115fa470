import { problem } from '../../model/index.js';
import type { Diagnostic, Environment, Target } from '../../model/index.js';
import { exposedTargets } from '../../net/exposure.js';
import { acceptsAnyCertificate, httpTarget } from '../../net/host.js';
import type { HttpSettings } from './settings.js';

/** What people should know of the settings: that nothing is locked, or that a password is sent unencrypted. */
export function settingWarnings(
  settings: HttpSettings,
  location: string,
  env: Environment,
): readonly Diagnostic[] {
  const { locking, credentials } = settings;
  const warnings: Diagnostic[] = [];
  if (locking === undefined) {
    warnings.push(
      problem({
        severity: 'warning',
        code: 'state-not-locked',
        summary: `The state ${location} is not locked: two runs at once can overwrite each other's writes.`,
        next: 'Give lock_address and unlock_address, where the server has them (GitLab and Gitea: …/lock, lock_method: POST, unlock_method: DELETE).',
      }),
    );
  }
  const [exposed] = exposedTargets(httpTargets(settings, env));
  if (exposed !== undefined && credentials !== undefined) {
    warnings.push(
      problem({
        severity: 'warning',
        code: 'state-password-in-the-open',
        summary: `User and password for the state ${location} are sent without verified TLS: ${exposed.exposure ?? ''}.`,
        next: 'Use an https address, with client_ca_certificate_pem where the authority is your own.',
      }),
    );
  }
  return warnings;
}

/** The servers that the state and its lock are on. */
export function httpTargets(
  { address, locking, skipCertVerification }: HttpSettings,
  env: Environment,
): readonly Target[] {
  const acceptsAny = skipCertVerification || acceptsAnyCertificate(env);
  return [address, locking?.lock.url, locking?.unlock.url].flatMap((url) =>
    url === undefined ? [] : [httpTarget(url, acceptsAny)],
  );
}
