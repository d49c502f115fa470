import { problemError } from '../../model/index.js';
import type { DiagnosticError } from '../../model/index.js';
import type { Answer, NoAnswer, Reply } from './request.js';
import { isPage, isWorthRepeating } from './request.js';

/** What a request was for, as messages say it. */
export type Purpose = 'read' | 'written' | 'locked' | 'unlocked';

/**
 * The error for a reply that the protocol does not have: the server is unreachable or failing (`state-unreachable`), refuses
 * access (`state-refused`), or does not speak the protocol (`state-http`).
 * @param location the state's address, without credentials
 */
export function badReply(location: string, purpose: Purpose, reply: Reply, detail?: string): DiagnosticError {
  if (reply.status === undefined) return unreachable(location, reply, detail);
  const { status } = reply;
  const problem = (code: string, what: string, next: string): DiagnosticError =>
    problemError({ code, summary: `The state ${location} could not be ${purpose}: ${what}.`, next, detail });
  if (isWorthRepeating(reply)) {
    const busy = status === 429;
    return problem(
      'state-unreachable',
      busy
        ? 'too many requests (status 429), after several attempts'
        : `the server answered with status ${status}, after several attempts`,
      busy ? 'Try again later.' : 'Check the server, and try again.',
    );
  }
  if (status === 401) {
    return problem(
      'state-refused',
      'the server requires authentication (status 401)',
      'Set username and password, or TF_HTTP_USERNAME and TF_HTTP_PASSWORD; a token may have expired.',
    );
  }
  if (status === 403) {
    return problem(
      'state-refused',
      'this user lacks permission (status 403)',
      'Check username and password, and their permissions there (GitLab: Maintainer to write and lock, Developer to read).',
    );
  }
  if (status === 413) {
    return problem(
      'state-refused',
      'it is too large for the server (status 413)',
      'Raise the limit of the server.',
    );
  }
  return problem('state-http', unexpected(reply), isPage(reply) ? PAGE_NEXT : nextFor(status, purpose));
}

const PAGE_NEXT = 'It is a page for people: check the address, and that no proxy or sign-in is in between.';

function unexpected(reply: Answer): string {
  const { status, location } = reply;
  if (isPage(reply)) return `unexpected response (status ${status}, HTML)`;
  if (status >= 300 && status < 400) {
    const to = location === undefined ? '' : ` to ${location}`;
    return `the server redirects${to} (status ${status}), which is not followed`;
  }
  return `unexpected response (status ${status})`;
}

function nextFor(status: number, purpose: Purpose): string {
  if (status >= 300 && status < 400) return 'Set the address that it redirects to.';
  if (purpose === 'locked' || purpose === 'unlocked') {
    return 'Check the address and the method (GitLab and Gitea: …/lock, lock_method: POST, unlock_method: DELETE).';
  }
  return purpose === 'written' ? 'Check the address and update_method.' : 'Check the address.';
}

function unreachable(location: string, { kind, reason, next }: NoAnswer, detail?: string): DiagnosticError {
  return problemError({
    code: 'state-unreachable',
    summary: `The state ${location} could not be reached: ${reason}.`,
    next: kind === 'certificate' || kind === 'tls' ? TLS_NEXT : next,
    detail,
  });
}

const TLS_NEXT =
  'Set client_ca_certificate_pem to the authority that signed its certificate, and a client certificate where the server requires one.';
