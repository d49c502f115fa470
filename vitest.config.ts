import { randomInt } from 'node:crypto';
import { defineConfig } from 'vitest/config';

// One seed for all random tests of a run. The reporter prints it.
process.env['SEED'] ??= String(randomInt(2 ** 31));

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    globalSetup: 'test/support/global-setup.ts',
    reporters: ['./test/support/reporter.ts', 'default'],
    // The SDK tells about Node 20 on standard error.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    // A busy machine takes many times as long as an idle one.
    testTimeout: 180_000,
    hookTimeout: 300_000,
    pool: 'forks',
    maxWorkers: 3,
    passWithNoTests: false,
  },
});
