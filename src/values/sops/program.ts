import { runProgram } from '../child.js';
import { findProgram, programEnvironment } from '../programs.js';
import type { ProgramSearch } from '../programs.js';
import { parseJson } from '../document.js';
import { failed } from '../reading.js';
import type { SopsSource } from './source.js';
import type { AnyReading, ValueContext } from '../reading.js';
import type { SopsFormat } from './file.js';
import { textOf } from '../transforms.js';

/** Where Azure's key vaults live, in its clouds. */
const AZURE =
  /^https:\/\/[a-z0-9-]+\.(vault|managedhsm)\.(azure\.net|azure\.cn|usgovcloudapi\.net|microsoftazure\.de)\/?$/i;

/** What `sops`, and the key services that it asks, take from the environment besides what every program needs. */
const VARIABLES = [
  ...['SOPS_*', 'AWS_*', 'AZURE_*', 'GOOGLE_*', 'CLOUDSDK_*', 'GCLOUD_*', 'VAULT_*', 'HUAWEICLOUD_*'],
  ...['GNUPGHOME', 'GPG_*', 'IDENTITY_*', 'MSI_*', 'NO_GCE_CHECK', 'GCE_METADATA_HOST'],
];

/**
 * Decrypts a file with the program `sops`, for what only it can: keys in KMS, PGP, Vault and the like. Its messages are not shown, since
 * they may quote the file. The program is one outside the repository and every `node_modules`, and gets no variables but those it needs.
 * @param needed.why why it is needed, in words that follow "since the file"
 * @param needed.hosts the hosts that the file names, to which the program would send a token
 */
export async function readWithProgram(
  source: SopsSource,
  context: ValueContext,
  needed: {
    readonly path: string;
    readonly format: SopsFormat | 'ini';
    readonly why: string;
    readonly hosts: readonly string[];
  },
): Promise<AnyReading> {
  const host = strangeHost(needed.hosts, context.env);
  if (host !== undefined) {
    return failed(
      'strange-host',
      `The sops file ${source.path} names a key on ${host}, which is not a trusted host for the token.`,
      'Set VAULT_ADDR to that address if it is right. A key of Azure must be in an Azure vault.',
    );
  }
  const { cwd, env, signal } = context;
  const surroundings = { env, folders: [cwd, source.base] };
  const search = await findProgram('sops', surroundings);
  if (search.path === undefined) return missing(source.path, needed.why, search);
  context.log?.(`sops: running ${search.path}`);
  const isBinary = needed.format === 'binary';
  const printed = await runProgram({
    command: [
      search.path,
      'decrypt',
      ...['--input-type', needed.format, '--output-type', isBinary ? 'binary' : 'json'],
      needed.path,
    ],
    cwd,
    env: {
      ...(await programEnvironment(VARIABLES, surroundings)),
      SOPS_AGE_KEY: env['SOPS_AGE_KEY'] ?? env['SECRETS_AGE_KEY'],
    },
    signal,
  });
  if ('failure' in printed) return couldNot(source.path, needed.why, search.path);
  const text = textOf(printed.stdout);
  if (text === undefined) return failed('not-utf8', `The sops file ${source.path} does not hold UTF-8 text.`);
  if (isBinary) return { text };
  const document = parseJson(text);
  if (document !== undefined) return { document };
  return failed(
    'sops-failed',
    `What \`sops\` printed for ${source.path} is not JSON.`,
    'Update sops to version 3.9 or newer.',
  );
}

/**
 * A host that a file names for its key, and that this environment does not name: anyone who can change a branch must not be able to
 * have a token sent to another host.
 */
function strangeHost(hosts: readonly string[], env: ValueContext['env']): string | undefined {
  const configured = env['VAULT_ADDR']?.replace(/\/+$/, '');
  return hosts.find((host) => host.replace(/\/+$/, '') !== configured && !AZURE.test(host));
}

function missing(path: string, why: string, { refused: [first] }: ProgramSearch): AnyReading {
  const next = 'Install sops (https://getsops.io), or encrypt the file for an age key that is set here.';
  const needs = `The sops file ${path} ${why}, which needs the program \`sops\``;
  if (first === undefined) return failed('sops-missing', `${needs}, but it is not installed.`, next);
  return failed(
    'sops-missing',
    `${needs}, but ${first} is not run, since a branch or a package could have put it there.`,
    next,
    'Programs in the repository or in node_modules are not used.',
  );
}

function couldNot(path: string, why: string, program: string): AnyReading {
  return failed(
    'sops-failed',
    `The program \`sops\` could not decrypt ${path}. It is needed because the file ${why}.`,
    `Run it by hand to see its error: sops decrypt ${path}`,
    `The program is ${program}.`,
  );
}
