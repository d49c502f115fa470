import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A certificate for some names, and the authority that signed it. */
export interface Certificate {
  /** The path of the authority's certificate. */
  readonly caFile: string;
  readonly key: string;
  readonly cert: string;
}

/**
 * Makes an authority and a certificate for these names (`DNS:a.test`, `IP:127.0.0.1`) in a folder.
 * @returns `undefined` where there is no openssl
 */
export function makeCertificate(folder: string, names: readonly string[]): Certificate | undefined {
  const openssl = (...args: readonly string[]): unknown =>
    execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  try {
    openssl('version');
  } catch {
    return undefined;
  }
  const fresh = ['-nodes', '-newkey', 'rsa:2048'];
  openssl(
    'req',
    '-x509',
    '-days',
    '2',
    ...fresh,
    '-subj',
    '/CN=test-ca',
    '-keyout',
    'ca.key',
    '-out',
    'ca.crt',
  );
  openssl('req', '-new', ...fresh, '-subj', '/CN=store.test', '-keyout', 'store.key', '-out', 'store.csr');
  writeFileSync(join(folder, 'names'), `subjectAltName=${names.join(',')}\n`);
  const signer = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'names'];
  openssl('x509', '-req', '-days', '2', '-in', 'store.csr', ...signer, '-out', 'store.crt');
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  return { caFile: join(folder, 'ca.crt'), key: read('store.key'), cert: read('store.crt') };
}
