import { DiagnosticError, defined } from '../../model/index.js';
import type { Answer, NoAnswer, Reply } from './request.js';
import { isWorthRepeating } from './request.js';

/** What a request was for, as messages say it. */
export type Purpose = 'read' | 'written' | 'locked' | 'unlocked';

/**
 * The error for a reply that is not what the protocol says: the server is out of reach or broken (`state-unreachable`), lets
 * nobody in (`state-refused`), or is no such server (`state-http`).
 * @param location the state's address, as people may see it
 * @param detail more, where the reply alone does not tell all
 */
export function badReply(location: string, purpose: Purpose, reply: Reply, detail?: string): DiagnosticError {
  if (reply.status === undefined) return unreachable(location, reply, detail);
  const { status } = reply;
  const problem = (code: string, what: string, next: string): DiagnosticError =>
    stateProblem(code, `The state ${location} could not be ${purpose}: ${what}.`, next, detail);
  if (isWorthRepeating(reply)) {
    const busy = status === 429;
    return problem(
      'state-unreachable',
      busy
        ? 'the server wants fewer requests (429), again and again'
        : `the server answered ${status}, again and again`,
      busy ? 'Try again later.' : 'Look at the server, and try again.',
    );
  }
  if (status === 401) {
    return problem(
      'state-refused',
      'the server wants to know who asks (401)',
      'Give username and password, or set TF_HTTP_USERNAME and TF_HTTP_PASSWORD; a token may have run out.',
    );
  }
  if (status === 403) {
    return problem(
      'state-refused',
      'the server does not let this user do that (403)',
      'Check username and password, and what they are allowed to do there (GitLab: Maintainer to write and lock, Developer to read).',
    );
  }
  if (status === 413) {
    return problem('state-refused', 'it is too large for the server (413)', 'Raise the limit of the server.');
  }
  return problem('state-http', unexpected(reply), nextFor(status, purpose));
}

function unexpected({ status, location }: Answer): string {
  if (status >= 300 && status < 400) {
    const to = location === undefined ? '' : ` to ${location}`;
    return `the server sends elsewhere${to} (${status}), which is not followed`;
  }
  return `the server answered ${status}`;
}

function nextFor(status: number, purpose: Purpose): string {
  if (status >= 300 && status < 400) return 'Give the address that it leads to in the end.';
  if (purpose === 'locked' || purpose === 'unlocked') {
    return 'Check the address and the method (GitLab and Gitea: …/lock, lock_method: POST, unlock_method: DELETE).';
  }
  return purpose === 'written' ? 'Check the address and update_method.' : 'Check the address.';
}

function unreachable(location: string, { kind, reason, next }: NoAnswer, detail?: string): DiagnosticError {
  return stateProblem(
    'state-unreachable',
    `The state ${location} could not be reached: ${reason}.`,
    kind === 'certificate' || kind === 'tls' ? TLS_NEXT : next,
    detail,
  );
}

const TLS_NEXT =
  'Give the authority that signed its certificate as client_ca_certificate_pem, and a client certificate where the server wants one.';

/** An error about a state behind HTTP. */
export function stateProblem(code: string, summary: string, next: string, detail?: string): DiagnosticError {
  return new DiagnosticError([{ severity: 'error', code, summary, ...defined({ detail }), next }]);
}
