/** What credentials look like, by what they are. Access key ids, UUIDs and ARNs name something and open nothing. */
const SHAPES: readonly (readonly [string, RegExp])[] = [
  ['a user and a password in a URL', /^[a-z][a-z0-9+.-]{0,30}:\/\/[^\s/?#@]{1,300}@/i],
  ['a password', /(?:^|[\s;&?])(?:password|passwd|pwd)\s{0,3}=\s{0,3}[^\s;&]/i],
  ['a bearer token', /(?:^|\s)Bearer\s{1,3}[\w.~+/-]{8}/],
  ['a token of GitHub', /\b(?:gh[pousr]_[A-Za-z0-9]{20}|github_pat_\w{20})/],
  ['a token of Slack', /\bxox[abeoprs]-[\w-]{10}/],
  ['a private key', /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----/],
  ['a JSON Web Token', /\beyJ[\w-]{10,}\.eyJ[\w-]{5}/],
];

/** What credential a text looks like; `undefined` for any other text. Takes linear time. */
export function credentialIn(text: string): string | undefined {
  return SHAPES.find(([, shape]) => shape.test(text))?.[0];
}
