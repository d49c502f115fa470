/**
 * Runs the unit tests, and one circle from end to end, on other releases of Node: `npm run test:nodes -- [MAJOR…]`; without
 * an argument on each of 20, 22 and 24 but the one that runs this. Their programs come from npm and are kept beside `node_modules`.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { CACHE } from '../support/python.js';

const MAJORS = ['20', '22', '24'];
const [CURRENT = ''] = process.versions.node.split('.');

/** What runs on each: all unit tests, and the example that goes the whole circle by the command as a process. */
const TESTS = ['src', 'test/examples/quickstart.test.ts'];

/** The folder with the program of a release; downloads it once. */
function nodeOf(major: string): string {
  if (major === CURRENT) return dirname(process.execPath);
  const folder = join(CACHE, `node-${major}`);
  const bin = join(folder, 'package', 'bin');
  if (existsSync(join(bin, 'node'))) return bin;
  mkdirSync(CACHE, { recursive: true });
  const draft = mkdtempSync(join(CACHE, 'node-'));
  const name = `node-${process.platform}-${process.arch}@${major}`;
  execFileSync('npm', ['pack', '--silent', name, '--pack-destination', draft], { stdio: 'inherit' });
  const [archive = ''] = readdirSync(draft);
  execFileSync('tar', ['-xzf', archive], { cwd: draft });
  rmSync(folder, { recursive: true, force: true });
  renameSync(draft, folder);
  return bin;
}

const asked = process.argv.slice(2);
const failed: string[] = [];
for (const major of asked.length > 0 ? asked : MAJORS.filter((one) => one !== CURRENT)) {
  const env = { ...process.env, PATH: `${nodeOf(major)}${delimiter}${process.env['PATH'] ?? ''}` };
  const version = execFileSync('node', ['--version'], { encoding: 'utf8', env }).trim();
  console.log(`\nNode ${version}: ${TESTS.join(', ')}`);
  const { status } = spawnSync('node', ['node_modules/vitest/vitest.mjs', 'run', ...TESTS], {
    env,
    stdio: 'inherit',
  });
  if (status !== 0) failed.push(version);
}
if (failed.length > 0) {
  console.log(`The tests failed on Node ${failed.join(', ')}.`);
  process.exitCode = 1;
}
