/*
 * Bundles our own modules, so that starting reads a few files and not two hundred; packages stay outside. One entry for
 * what `bin/` starts, and one for the library; what they share is split off, and what is imported on demand (each command, among
 * others) stays so.
 */
import { readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { build } from 'esbuild';

const resolve = createRequire(import.meta.url).resolve;

/**
 * Of undici we use the client and its connector. Its whole takes 60 ms more to load than these two, which every run that asks a
 * system would pay for, so they are bundled.
 */
const undiciClient = {
  name: 'undici-client',
  setup(context) {
    context.onResolve({ filter: /^undici$/ }, () => ({ path: 'undici', namespace: 'undici-client' }));
    context.onLoad({ filter: /.*/, namespace: 'undici-client' }, () => ({
      contents: [
        '/*! undici, https://github.com/nodejs/undici, MIT license: Copyright (c) Matteo Collina and Undici contributors */',
        `export { default as Client } from ${JSON.stringify(resolve('undici/lib/dispatcher/client.js'))};`,
        // As undici's own entry does.
        `import Dispatcher from ${JSON.stringify(resolve('undici/lib/dispatcher/dispatcher.js'))};`,
        `import api from ${JSON.stringify(resolve('undici/lib/api/index.js'))};`,
        'Object.assign(Dispatcher.prototype, api);',
        `export { default as buildConnector } from ${JSON.stringify(resolve('undici/lib/core/connect.js'))};`,
      ].join('\n'),
      resolveDir: import.meta.dirname,
    }));
  },
};

const { metafile } = await build({
  entryPoints: ['src/index.ts', 'src/cli/main.ts', 'src/cli/process.ts'],
  outbase: 'src',
  outdir: 'dist',
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  packages: 'external',
  plugins: [undiciClient],
  // What undici requires of Node.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  legalComments: 'inline',
  // Error messages and addresses are UTF-8 text; escapes would only make the bundle larger.
  charset: 'utf8',
  metafile: true,
});

// Chunks of earlier builds; what is in use is never gone, so that a build does not disturb what runs beside it.
for (const name of readdirSync('dist/chunks')) {
  if (!(`dist/chunks/${name}` in metafile.outputs)) rmSync(`dist/chunks/${name}`);
}
