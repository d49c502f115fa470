import type { Reporter, TestModule } from 'vitest/node';

import { missingService, versionHere } from './services.js';

/** Tests that were skipped, by their reason. */
function skippedIn(modules: readonly TestModule[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const module of modules) {
    for (const test of module.children.allTests('skipped')) {
      const result = test.result();
      // Without a reason: left out by `-t` on the command line.
      if (result.state !== 'skipped' || result.note === undefined) continue;
      counts.set(result.note, (counts.get(result.note) ?? 0) + 1);
    }
  }
  return counts;
}

/**
 * Prints the seed of the random tests, and why tests were skipped. With STRICT in the environment the run fails where a test was
 * skipped for want of something that this machine has.
 */
export default class TestReporter implements Reporter {
  onTestRunStart(): void {
    console.log(` SEED=${process.env['SEED'] ?? ''}`);
  }

  async onTestRunEnd(modules: readonly TestModule[]): Promise<void> {
    const skipped = skippedIn(modules);
    if (skipped.size === 0) return;
    console.log('\n Skipped:');
    for (const [reason, count] of skipped) console.log(`  ${String(count).padStart(4)}  ${reason}`);
    if (process.env['STRICT'] === undefined) return;
    for (const reason of skipped.keys()) {
      const service = missingService(reason);
      const version = service === undefined ? undefined : await versionHere(service);
      if (version === undefined) continue;
      console.log(` FAILED: tests were skipped, but this machine has ${version}. (${reason})`);
      process.exitCode = 1;
    }
  }
}
