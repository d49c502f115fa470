import { describe, expect, it } from 'vitest';
import { HEAD, file, lines, load } from './load-text.js';

const OTHERS = 'dotenv, stdin, exec, age, vault, aws_secret, aws_parameter, gcp, azure, onepassword';
const PROVIDER_SOURCES = `Write where the value is to be read from: { env: NAME }, { file: PATH }, { sops: PATH, key: KEY }; also ${OTHERS}.`;
const SOURCES = PROVIDER_SOURCES.replace(';', ', { secret: NAME };').replace(/\.$/, ', generate.');
const KNOWN =
  'env, file, dotenv, stdin, exec, sops, age, vault, aws_secret, aws_parameter, gcp, azure, onepassword, generate, secret';
const secret = (body: string): string => `${HEAD}secrets:\n  A: { ${body} }\n`;
const server = (body: string): string => `${HEAD}duckdb_servers:\n  s: { ${body} }\n`;

/** A configuration that is wrong, and all that is said of it. */
const CASES: Readonly<Record<string, readonly [string, ...string[]]>> = {
  'an unknown version': [
    'version: 2\nstack: prod\n',
    'secrets.yaml:1:10: Expected `1`, found `2`. → This program knows version 1 of the language; a newer one may know more.',
  ],
  'no version, no stack': [
    'secrets: {}\n',
    'secrets.yaml:1:1: The key `version` is missing. → Add a line such as: version: 1',
    'secrets.yaml:1:1: The key `stack` is missing. → Add a line such as: stack: analytics-prod',
  ],
  'a misspelt section': [
    'version: 1\nstakc: prod\n',
    'secrets.yaml:2:1: Unknown key `stakc`. → Did you mean `stack`?',
  ],
  'a misspelt key': [
    secret('vlaue: { env: X }'),
    'secrets.yaml:5:8: Unknown key `vlaue`. → Did you mean `value`?',
  ],
  'a value in the open': [
    secret('value: hunter2'),
    `secrets.yaml:5:15: \`secrets.A.value\` is sensitive, and is written here as plain text. → ${SOURCES}`,
  ],
  'a misspelt value source': [
    secret('value: { evn: X }'),
    `secrets.yaml:5:17: Unknown value source. Known sources: ${KNOWN}. → Did you mean \`env\`?`,
  ],
  'a value source of another version': [
    secret('value: { keychain: x }'),
    `secrets.yaml:5:17: Unknown value source. Known sources: ${KNOWN}. → ${SOURCES}`,
  ],
  'two value sources': [
    secret('value: { env: X, file: y }'),
    'secrets.yaml:5:15: Two value sources in one place: a value comes from one. → Remove one of them.',
  ],
  'a value pasted where its variable belongs': [
    secret('value: { env: hunter2-x }'),
    'secrets.yaml:5:22: This is not the name of an environment variable. → Write the name of an environment variable (letters, digits and _), not its value.',
  ],
  'a person that is none': [
    secret('value: { env: X }, owners: [ana]'),
    'secrets.yaml:5:36: `ana` is not a user or a team. → Write user:<e-mail address>, team:<name>, or self for the identity that runs the tool.',
  ],
  'an age without a unit': [
    secret('value: { env: X }, rotation: { max_age: 90 }'),
    'secrets.yaml:5:48: Expected an age, found a number. → Write a number and a unit: s, m, h, d or w, such as 90d.',
  ],
  'a name with a slash': [
    `${HEAD}secrets: { "a/b": { value: { env: X } } }\n`,
    'secrets.yaml:4:12: `a/b` is not a name. → A name holds letters, digits, _, $ and - (at most 255), since it is part of addresses and file names.',
  ],
  'a misspelt provider': [
    secret('value: { env: X }, provider: helois'),
    'secrets.yaml:5:37: There is no provider `helois`. → Did you mean `helios`?',
  ],
  'a provider of another type': [
    secret('value: { env: X }, provider: wh'),
    'secrets.yaml:5:37: `wh` is a provider of type `postgres`; `secrets` need one of type `singlestore`. → Write `provider: helios`.',
  ],
  'a provider type of another version': [
    'version: 1\nstack: prod\nproviders: { laptop: { type: oracle } }\n',
    'secrets.yaml:3:30: Expected one of `singlestore`, `postgres`, `duckdb`, found `oracle`. → Write one of `singlestore`, `postgres`, `duckdb`.',
  ],
  'a backend of another version': [
    'version: 1\nstack: prod\nstate: { backend: s3 }\n',
    'secrets.yaml:3:19: Expected one of `local`, `postgres`, `http`, found `s3`. → Write one of `local`, `postgres`, `http`.',
  ],
  'a URL with a password': [
    'version: 1\nstack: prod\nproviders: { wh: { type: postgres, url: "postgres://u:hunter2@h/db" } }\n',
    `secrets.yaml:3:41: \`providers.wh.url\` is sensitive, and is written here as plain text. → ${PROVIDER_SOURCES}`,
  ],
  'a credential in a server': [
    server('type: s3, options: { SECRET: hunter2 }'),
    'secrets.yaml:5:29: `secret` is sensitive: it belongs in `user_mappings`. Every role can read the options of a server. → Move it: user_mappings: { <role>: { secret: { env: NAME } } }',
  ],
  'a credential in the open in a mapping': [
    server('type: s3, user_mappings: { public: { Session_Token: hunter2 } }'),
    `secrets.yaml:5:60: \`duckdb_servers.s.user_mappings.public.session_token\` is sensitive, and is written here as plain text. → ${SOURCES}`,
  ],
  'a server of two forms': [
    server('type: s3, simple: { type: S3 }'),
    'secrets.yaml:5:8: Only one of `type`, `simple`, `azure` is allowed. → Remove the others.',
  ],
  'a misspelt secret': [
    `${HEAD}secrets: { AWS_KEY: { value: { env: X } }, B: { value: { secret: AWS_KYE } } }\n`,
    'secrets.yaml:4:66: There is no secret `AWS_KYE` in this configuration. → Did you mean `AWS_KEY`?',
  ],
  'a circle': [
    `${HEAD}secrets: { A: { value: { secret: B } }, B: { value: { secret: A } } }\n`,
    'secrets.yaml:4:24: Secrets take their values from each other in a cycle: secret.helios.A → secret.helios.B → secret.helios.A. → Give one of them a value source other than a secret of this configuration.',
  ],
  'a secret of two providers': [
    `version: 1\nstack: prod\nproviders: { a: { type: singlestore }, b: { type: singlestore } }\nsecrets:\n  A: { providers: [a, b], value: { env: X } }\n  B: { provider: a, value: { secret: A } }\n`,
    'secrets.yaml:6:38: `A` is a secret of several providers. → Write the address: `secret.a.A` or `secret.b.A`.',
  ],
  'self: drop without lists, in two providers': [
    `version: 1\nstack: prod\nproviders: { a: { type: singlestore }, b: { type: singlestore } }\nsecrets:\n  A: { providers: [a, b], value: { env: X }, self: drop }\n`,
    'secrets.yaml:5:52: `self: drop` needs `owners`: without them nobody would be left to own the secret. → List the owners who remain, or remove `self: drop`.',
  ],
  'a move to nowhere': [
    `${HEAD}secrets: { NEW: { value: { env: X } } }\nmoved: [{ from: secret.helios.OLD, to: secret.helios.NWE }]\n`,
    'secrets.yaml:5:40: `secret.helios.NWE` is not in the configuration: what moves there would be destroyed. → Did you mean `secret.helios.NEW`?',
  ],
};

describe('a configuration that is wrong', () => {
  it.each(Object.entries(CASES))('%s', (_, [content, ...said]) => {
    const loaded = load(content);
    expect(lines(loaded.diagnostics)).toEqual(said);
    expect(loaded.configuration).toBeUndefined();
  });

  it('shows both places of a name that is in two files', () => {
    const one = file('a.yaml', `${HEAD}secrets:\n  A: { value: { env: X } }\n`);
    const other = file('b.yaml', 'secrets:\n  A: { value: { env: Y } }\n');
    const { diagnostics } = load(one, other);
    expect(lines(diagnostics)).toEqual([
      'b.yaml:2:3: `A` is defined twice in `secrets`, here and in a.yaml. → Remove one of them, or rename it.',
    ]);
    expect(diagnostics[0]?.related?.[0]?.range).toMatchObject({ file: 'a.yaml', line: 5, column: 3 });
  });

  it('does not call missing what may stand in a file that cannot be read', () => {
    const broken = file('b.yaml', 'secrets: { A: "\n');
    const rest = file('a.yaml', `${HEAD}secrets: { B: { value: { secret: A } } }\n`);
    expect(load(rest, broken).diagnostics.map(({ code }) => code)).toEqual(['open-quote']);
  });
});
