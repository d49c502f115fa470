/** What a credential looks like, and what it is. */
type Shape = readonly [what: string, pattern: RegExp];

/** Words whose values are credentials where they are long enough, as `name=value` in connection strings and URLs. */
const ASSIGNED =
  'secret|secret_?access_?key|(?:access|auth|session|security)?[_-]?token|api_?key|account_?key|access_?key|shared_?access_?(?:key|signature)|signature|sig';

/**
 * Forms that issuers of credentials document, with a prefix that nothing else has. What follows the prefix is bounded, so that each
 * pattern takes linear time.
 */
const ISSUED: readonly Shape[] = [
  ['a token of GitHub', /\b(?:gh[pousr]_[A-Za-z0-9]{20}|github_pat_\w{20})/],
  ['a token of GitLab', /\bgl(?:pat|dt|rt|ptt|ft|soat|cbt|imt|agent|oas)-[\w-]{16}/],
  ['a token of Slack', /\b(?:xox[abeoprs]|xapp)-[\w-]{10}|hooks\.slack\.com\/services\/T\w{6}/],
  ['a key of Stripe', /\b[rs]k_(?:live|test)_[A-Za-z0-9]{16}|\bwhsec_[A-Za-z0-9+/]{16}/],
  ['a key of Google', /\bAIza[\w-]{35}|\bGOCSPX-[\w-]{20}|\bya29\.[\w-]{20}/],
  ['a token of npm', /\bnpm_[A-Za-z0-9]{30}/],
  ['a token of PyPI', /\bpypi-[\w-]{40}/],
  ['a token of Hugging Face', /\b(?:hf|api_org)_[A-Za-z0-9]{34}/],
  ['an API key', /\bsk-(?:(?:ant|proj|svcacct|or)-[\w-]{20}|[A-Za-z0-9]{32})/],
  ['a key of SendGrid', /\bSG\.[\w-]{16,64}\.[\w-]{16}/],
  ['a token of DigitalOcean', /\bdo[opr]_v1_[0-9a-f]{32}/],
  ['a token of Databricks', /\bdapi[0-9a-f]{32}\b/],
  ['a token of Vault', /\bhv[sbr]\.[\w-]{20}/],
  ['a token of Terraform Cloud', /\b[A-Za-z0-9]{14}\.atlasv1\.[\w-]{30}/],
  ['a token of Grafana', /\bgl(?:sa|c)_[A-Za-z0-9+/_]{20}/],
  ['a token of Shopify', /\bshp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}/],
  ['a token of Doppler', /\bdp\.(?:pt|st|ct|sa|scim|audit)\.[\w.-]{20}/],
  ['a token of PlanetScale', /\bpscale_(?:tkn|pw|oauth)_[\w.-]{20}/],
  ['a token of Pulumi', /\bpul-[0-9a-f]{40}\b/],
  ['a token of Supabase', /\bsbp_[0-9a-f]{40}\b/],
  ['a key of New Relic', /\bNRAK-[A-Z0-9]{20}/],
  ['a key of Postman', /\bPMAK-[0-9a-f]{20}/],
  ['a token of Linear', /\blin_(?:api|oauth)_[A-Za-z0-9]{32}/],
  ['a token of a 1Password service account', /\bops_eyJ[\w-]{20}/],
  ['a token of Telegram', /\b\d{8,10}:AA[\w-]{33}/],
  ['a secret of Azure', /\b[\w~.]{3}\dQ~[\w~.-]{31}/],
  ['an age key', /\bAGE-SECRET-KEY-1[A-Z0-9]{20}/],
  ['a private key', /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----/],
  ['a JSON Web Token', /(?<![\w-])eyJ[\w-]{10,2000}\.eyJ[\w-]{5}/],
];

/** Forms that anybody may give a credential. */
const SHAPES: readonly Shape[] = [
  [
    'a user and a password in a URL',
    /(?:^|[^a-z0-9+.-])[a-z][a-z0-9+.-]{0,30}:\/\/[^\s/?#@:]{0,300}:[^\s/?#@]{1,300}@/i,
  ],
  ['user information in a URL', /(?:^|[^a-z0-9+.-])(?:https?|wss?|socks\w{0,3}):\/\/[^\s/?#@]{1,300}@/i],
  ['a password in a URL', /:\/\/[^\s/?#@:]{1,300}:(?!\d{1,5}(?:[/?#]|$))[^\s@]{1,300}@/],
  ['a password', /(?:^|[\s;&?,{"'_-])(?:ssl)?(?:password|passwd|pwd)\s{0,3}=\s{0,3}[^\s;&,}]/i],
  ['a secret', new RegExp(`(?:^|[\\s;&?,{"'_-])(?:${ASSIGNED})\\s{0,3}=\\s{0,3}["']?[^\\s;&,"'{}]{8}`, 'i')],
  ['a bearer token', /(?:^|[\s:"'=])[Bb]earer\s{1,3}[\w.~+/-]{8}/],
];

/** Most texts are names, and too short for a credential of any form. */
const NAME = /^[\w.-]{0,15}$/;

/** Whether a text may have one of the forms: one look for all of them. */
const MAY_BE_ISSUED = new RegExp(ISSUED.map(([, pattern]) => pattern.source).join('|'));

/** A secret access key of AWS has no prefix, but its length, and looks like noise. */
const AWS_LENGTH = 40;
/** Shorter base64 than this is a word. */
const SHORTEST_RUN = 12;
const BASE64_RUNS = /[A-Za-z0-9+/]+/g;

/**
 * What credential a text looks like; `undefined` for any other text. Access key ids, UUIDs, ARNs and digests name something and open
 * nothing. Takes linear time.
 */
export function credentialIn(text: string): string | undefined {
  if (NAME.test(text)) return undefined;
  const shape = shapeOf(text);
  if (shape !== undefined) return shape;
  const runs = (text.match(BASE64_RUNS) ?? []).filter((run) => run.length >= SHORTEST_RUN);
  if (runs.some(isAwsSecretKey)) return 'a secret access key of AWS';
  const decoded = runs.flatMap((run) => readableBase64(run) ?? []).join('\n');
  if (/\bBasic\s{1,3}[A-Za-z0-9+/]/.test(text) && decoded.includes(':')) return 'a user and a password';
  return decoded === '' ? undefined : shapeOf(decoded);
}

function shapeOf(text: string): string | undefined {
  const shapes = MAY_BE_ISSUED.test(text) ? [...SHAPES, ...ISSUED] : SHAPES;
  return shapes.find(([, pattern]) => pattern.test(text))?.[0];
}

function isAwsSecretKey(run: string): boolean {
  const hasAll = /[a-z]/.test(run) && /[A-Z]/.test(run) && /\d/.test(run);
  const isNoise = run.length === AWS_LENGTH && hasAll && entropyOf(run) >= 4.4 && !isOfWords(run);
  return isNoise && readableBase64(run) === undefined;
}

/** Whether text of small and capital letters is made of words: `CrayLinuxEnvironment`. */
export function isOfWords(text: string): boolean {
  return text.replace(/[A-Z]?[a-z]{4,}/g, '').length < 0.6 * text.length;
}

/** Shannon's entropy of the characters of a text, in bits for each. */
export function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => {
    const share = count / text.length;
    return sum - share * Math.log2(share);
  }, 0);
}

/** The text that people can read and that some base64 stands for, with or without its padding; `undefined` where it is not such. */
export function readableBase64(base64: string): string | undefined {
  const body = base64.replace(/={1,2}$/, '');
  if (body.length % 4 === 1 || /[^A-Za-z0-9+/]/.test(body)) return undefined;
  const text = atob(body);
  return /^[\t\n\r\x20-\x7e]+$/.test(text) ? text : undefined;
}
