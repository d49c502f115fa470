import { loadConfiguration } from '../../src/config/index.js';
import { builtInLanguage } from '../../src/engine/language.js';
import type { Loaded, SourceFile } from '../../src/config/index.js';
import type { Configuration, Diagnostic } from '../../src/model/index.js';

/** A file of the folder /project, as it would be read. */
export function file(path: string, content: string | Uint8Array): SourceFile {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return { path, absolutePath: `/project/${path}`, bytes };
}

/** Loads some files of the folder /project; one text alone is `secrets.yaml`. */
export function load(...files: readonly (string | SourceFile)[]): Loaded {
  const sources = files.map((one) => (typeof one === 'string' ? file('secrets.yaml', one) : one));
  return loadConfiguration(sources, { cwd: '/project', language: builtInLanguage });
}

/** The configuration of a text that has to be right. */
export function loadRight(...files: readonly (string | SourceFile)[]): Configuration {
  const { configuration, diagnostics } = load(...files);
  if (configuration === undefined) throw new Error(lines(diagnostics).join('\n'));
  return configuration;
}

/** A diagnostic on one line: place, summary, and what to do next behind an arrow. */
function line({ range, summary, next }: Diagnostic): string {
  const place = range === undefined ? '' : `${range.file}:${range.line}:${range.column}: `;
  return `${place}${summary}${next === undefined ? '' : ` → ${next}`}`;
}

/** Diagnostics, each on one line. */
export const lines = (diagnostics: readonly Diagnostic[]): string[] => diagnostics.map(line);

/** The start of a file that is right so far: three lines. */
export const HEAD = `version: 1
stack: prod
providers: { helios: { type: singlestore }, wh: { type: postgres } }
`;
