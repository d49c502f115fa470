import { runProgram } from '../child.js';
import { parseJson } from '../document.js';
import { failed } from '../reading.js';
import type { SopsSource } from './source.js';
import type { AnyReading, ValueContext } from '../reading.js';
import type { SopsFormat } from './file.js';
import { textOf } from '../transforms.js';

/** Where Azure's key vaults live, in its clouds. */
const AZURE =
  /^https:\/\/[a-z0-9-]+\.(vault|managedhsm)\.(azure\.net|azure\.cn|usgovcloudapi\.net|microsoftazure\.de)\/?$/i;

/**
 * Decrypts a file with the program `sops`, for what only it can: keys in KMS, PGP, Vault and the like. Its messages are not shown, since
 * they may quote the file.
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
  const isBinary = needed.format === 'binary';
  const printed = await runProgram({
    command: [
      'sops',
      'decrypt',
      ...['--input-type', needed.format, '--output-type', isBinary ? 'binary' : 'json'],
      needed.path,
    ],
    cwd,
    env: { ...env, SOPS_AGE_KEY: env['SOPS_AGE_KEY'] ?? env['SECRETS_AGE_KEY'] },
    signal,
  });
  if ('failure' in printed) return explain(source.path, needed.why, printed.failure.why);
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

function explain(path: string, why: string, failure: string): AnyReading {
  if (failure === 'not-found') {
    return failed(
      'sops-missing',
      `The sops file ${path} ${why}, which needs the program \`sops\`, but it is not installed.`,
      'Install sops (https://getsops.io), or encrypt the file for an age key that is set here.',
    );
  }
  return failed(
    'sops-failed',
    `The program \`sops\` could not decrypt ${path}. It is needed because the file ${why}.`,
    `Run it by hand to see its error: sops decrypt ${path}`,
  );
}
