import { readFile, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isGone, isLockInfo } from '../holder.js';

const ID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';

/**
 * Takes away what processes left that died while they wrote beside a local state: drafts, claims that led nowhere, traces of
 * locks. To be called by whoever holds the lock: what looks like a draft then is one of a dead run, or of one without a lock, which
 * makes it again. Of locks only those go whose process is known to be gone. Never throws: it only tidies up.
 * @param file the state file
 * @param keyFile the key file beside it
 * @param serialOf the serial of a state in a file; 0 where there is none
 */
export async function tidyUp(
  file: string,
  keyFile: string,
  serialOf: (path: string) => Promise<number>,
): Promise<void> {
  const folder = dirname(file);
  const [state, key] = [basename(file), basename(keyFile)].map((one) =>
    one.replace(/[^\w]/g, String.raw`\$&`),
  );
  const draft = new RegExp(`^(${String(state)}\\.\\d+\\.${ID}\\.draft|${String(key)}\\.[0-9a-f]{12})$`);
  const claim = new RegExp(`^${String(state)}\\.(\\d+)$`);
  const trace = new RegExp(`^${String(state)}\\.lock(\\.${ID}(\\.taking)?)+$`);
  try {
    const names = await readdir(folder);
    await Promise.all(
      names.filter((name) => draft.test(name)).map((name) => rm(join(folder, name), { force: true })),
    );
    await Promise.all(
      names
        .filter((name) => trace.test(name))
        .map(async (name) => {
          const path = join(folder, name);
          const isDead = await readFile(path, 'utf8').then(isOfTheDead, () => false);
          if (isDead) await rm(path, { force: true });
        }),
    );
    const claims = names.flatMap((name) => claim.exec(name)?.[1] ?? []).map(Number);
    if (claims.length === 0) return;
    const placed = await serialOf(file);
    // The next one is the state: its writer died before it could put it in place.
    if (claims.includes(placed + 1)) await rename(`${file}.${placed + 1}`, file);
    const stale = claims.filter((one) => one <= placed);
    await Promise.all(stale.map((one) => rm(`${file}.${one}`, { force: true })));
  } catch {
    // Whoever writes next finds the same, and says so where it matters.
  }
}

/** Whether a lock's text names a holder that is gone for certain. */
function isOfTheDead(text: string): boolean {
  try {
    const holder: unknown = JSON.parse(text);
    return isLockInfo(holder) && isGone(holder);
  } catch {
    return false;
  }
}
