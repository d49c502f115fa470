/*
 * Bundles our own modules, so that starting reads a few files and not two hundred; packages stay outside. One entry for
 * what `bin/` starts, and one for the library; what they share is split off, and what is imported on demand (each command, among
 * others) stays so.
 */
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';

const resolve = createRequire(import.meta.url).resolve;

/**
 * Packages that are bundled, since loading their many files would cost every run: `yaml` as it is; of undici the client and its
 * connector alone. All others stay outside.
 */
const bundled = {
  name: 'bundled-packages',
  setup(context) {
    context.onResolve({ filter: /^yaml$/ }, () => ({ path: resolve('yaml') }));
    context.onResolve({ filter: /^undici$/ }, () => ({ path: 'undici', namespace: 'undici-client' }));
    context.onLoad({ filter: /.*/, namespace: 'undici-client' }, () => ({
      contents: [
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
  plugins: [bundled],
  // What the bundled packages require of Node.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  legalComments: 'none',
  // Error messages and addresses are UTF-8 text; escapes would only make the bundle larger.
  charset: 'utf8',
  metafile: true,
});

// Chunks of earlier builds; what is in use is never gone, so that a build does not disturb what runs beside it.
for (const name of readdirSync('dist/chunks')) {
  if (!(`dist/chunks/${name}` in metafile.outputs)) rmSync(`dist/chunks/${name}`);
}

// The licenses of what is bundled go along.
const licenses = ['undici', 'yaml'].map((name) => {
  const text = readFileSync(join(import.meta.dirname, 'node_modules', name, 'LICENSE'), 'utf8');
  return `${name}\n\n${text.trim()}\n`;
});
writeFileSync('dist/THIRD-PARTY-LICENSES.txt', licenses.join('\n---\n\n'));
