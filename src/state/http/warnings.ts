import { problem } from '../../model/index.js';
import type { Diagnostic } from '../../model/index.js';
import type { HttpSettings } from './settings.js';

/** What people should know of the settings: that nothing is locked, or that a password is sent unencrypted. */
export function settingWarnings(
  { address, locking, credentials }: HttpSettings,
  location: string,
): readonly Diagnostic[] {
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
  const isOpen = [address, locking?.lock.url, locking?.unlock.url].some(
    (url) => url?.protocol === 'http:' && !/^(localhost|127\.[\d.]+|\[::1\])$/.test(url.hostname),
  );
  if (isOpen && credentials !== undefined) {
    warnings.push(
      problem({
        severity: 'warning',
        code: 'state-password-in-the-open',
        summary: `User and password for the state ${location} are sent over the network unencrypted.`,
        next: 'Use an https address.',
      }),
    );
  }
  return warnings;
}
