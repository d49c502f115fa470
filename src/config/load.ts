import { createHash } from 'node:crypto';
import { relative, sep } from 'node:path';
import type { Configuration, ConfiguredResource, Diagnostic } from '../model/index.js';
import { defined, hasErrors } from '../model/index.js';
import type { BuildContext } from './translate/context.js';
import { findCycles } from './translate/cycles.js';
import { buildMoves } from './translate/moves.js';
import { buildProviders } from './translate/providers.js';
import { indexSecrets, sectionReader } from './translate/section-reader.js';
import { buildState } from './translate/state.js';
import type { Language } from './language.js';
import { check } from './check/check.js';
import { merge } from './merge.js';
import type { Merged } from './merge.js';
import { withOpenText } from './open-text/open-text.js';
import { parse } from './parse/parse.js';
import { inFileOrder, problem, problemAt } from '../model/problem.js';
import type { SourceFile } from './parse/source-file.js';
import { textOf } from '../model/tree.js';
import type { MapNode, TreeNode } from '../model/tree.js';

/** A configuration that has no errors, and its problems: errors where it is absent, else warnings. */
export interface Loaded {
  readonly configuration?: Configuration;
  /** In the order of the files, then of the lines. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * From the bytes of all files to the configuration that they make together. Pure; never throws, whatever the bytes; reports
 * every problem of every file at once. No value of a secret is read here.
 * @param options.language what providers, value sources and backends add to the language
 * @param options.cwd the current folder, absolute
 */
export function loadConfiguration(
  sources: readonly SourceFile[],
  options: { readonly cwd: string; readonly language: Language },
): Loaded {
  const { cwd, language } = options;
  const files = sources.map(({ path }) => path);
  const problems: Diagnostic[] = [];
  const roots: MapNode[] = [];
  const wrong = new Set<TreeNode>();
  let incomplete = false;
  for (const source of sources) {
    const parsed = parse(source, language);
    add(problems, parsed.problems);
    if (parsed.root === undefined) {
      incomplete = true;
      continue;
    }
    const checked = check(parsed.root, language);
    add(problems, checked.problems);
    for (const node of checked.wrong) wrong.add(node);
    roots.push(parsed.root);
  }

  const merged = merge(roots, language);
  add(problems, merged.problems);
  add(problems, missingWords(merged, roots, incomplete || problems.some(isMisspelt)));
  const context: BuildContext = { language, merged, wrong, incomplete, cwd, problems: [] };
  const reader = { context, secrets: indexSecrets(context) };
  const providers = buildProviders(reader);
  const desired = [
    ...providers.desired,
    ...language.sections.flatMap((section) => section.desired?.(sectionReader(reader, section)) ?? []),
  ];
  const folder = merged.stack?.keyAt.source.folder ?? cwd;
  const names = new Map(sources.map(({ path, absolutePath }) => [path, nameFrom(folder, absolutePath)]));
  const resources = desired.flatMap((part) => part.resources).map((resource) => withFile(resource, names));
  const moves = buildMoves(context, resources);
  const stack = textOf(merged.stack?.value) ?? '';
  const state = buildState(reader, stack);
  add(problems, context.problems);
  add(problems, findCycles(resources));

  const diagnostics = firstOf(inFileOrder(withOpenText(roots, language, problems), files));
  if (sources.length === 0 || hasErrors(diagnostics)) return { diagnostics };
  const configuration: Configuration = {
    version: 1,
    stack,
    state,
    providers: providers.settings,
    resources,
    authoritative: desired.flatMap((part) => part.authoritative),
    ...moves,
    digest: digestOf(sources, folder),
    files,
    fileNames: [...names.values()],
  };
  return { configuration, diagnostics };
}

/** Nobody reads more problems than this, and each is a text of its own. */
const MOST_PROBLEMS = 500;

/** The first problems, and how many there are besides; an error among those is not lost. */
function firstOf(problems: readonly Diagnostic[]): readonly Diagnostic[] {
  if (problems.length <= MOST_PROBLEMS) return problems;
  const shown = problems.slice(0, MOST_PROBLEMS);
  const more = problem({
    severity: hasErrors(problems) ? 'error' : 'warning',
    code: 'more-problems',
    summary: `There are ${problems.length - MOST_PROBLEMS} more problems in this configuration, which are not shown.`,
    next: 'Check that -f names the right files; correct these first.',
  });
  return [...shown, more];
}

/** Appends without spreading: a call takes only so many arguments, and a bad file can have more problems. */
function add(all: Diagnostic[], more: readonly Diagnostic[]): void {
  for (const diagnostic of more) all.push(diagnostic);
}

/** Whether a problem is a misspelt `version` or `stack`: then it is not missing as well. */
function isMisspelt({ code, next }: Diagnostic): boolean {
  return code === 'unknown-key' && /`(version|stack)`\?$/.test(next ?? '');
}

/** `version` and `stack` must be in one of the files. */
function missingWords(merged: Merged, roots: readonly MapNode[], incomplete: boolean): Diagnostic[] {
  const [first] = roots;
  if (first === undefined || incomplete) return [];
  const place = { source: first.at.source, start: first.at.start, end: first.at.start };
  const words = { version: 'version: 1', stack: 'stack: analytics-prod' } as const;
  return (['version', 'stack'] as const)
    .filter((word) => merged[word] === undefined)
    .map((word) =>
      problemAt(place, {
        code: 'missing-key',
        summary: `The key \`${word}\` is missing${roots.length > 1 ? ' from all files' : ''}.`,
        next: `Add a line such as: ${words[word]}`,
      }),
    );
}

/** SHA-256 (hex) over name and bytes of every file, in order, each with its length so that nothing can run together. */
function digestOf(sources: readonly SourceFile[], folder: string): string {
  const hash = createHash('sha256');
  for (const { absolutePath, bytes } of sources) {
    const name = nameFrom(folder, absolutePath);
    hash.update(`${Buffer.byteLength(name)}:${name}${bytes.length}:`).update(bytes);
  }
  return hash.digest('hex');
}

/** The name of a file from a folder, with `/` between its parts. */
function nameFrom(folder: string, path: string): string {
  return relative(folder, path).split(sep).join('/');
}

function withFile(resource: ConfiguredResource, names: ReadonlyMap<string, string>): ConfiguredResource {
  return { ...resource, ...defined({ file: names.get(resource.range?.file ?? '') }) };
}
