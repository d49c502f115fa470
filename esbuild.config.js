/*
 * Bundles our own modules, so that starting reads a few files and not two hundred; packages stay outside. One entry for
 * what `bin/` starts, and one for the library; what they share is split off, and what is imported on demand (each command, among
 * others) stays so.
 */
import { readdirSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

const { metafile } = await build({
  entryPoints: ['src/index.ts', 'src/cli/main.ts', 'src/cli/process.ts'],
  outbase: 'src',
  outdir: 'dist',
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  packages: 'external',
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
