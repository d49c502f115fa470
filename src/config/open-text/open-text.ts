import { credentialIn, textsOf } from '../../model/index.js';
import type { Diagnostic, Place, SourceRange, TreeNode } from '../../model/index.js';
import { child } from '../../model/tree.js';
import { problemAt } from '../../model/problem.js';
import type { Language } from '../language.js';
import { sourceIn } from '../sources/problems.js';
import { isRef } from '../sources/references.js';
import { looksGenerated } from './random-text.js';
import { unseenIn } from './unseen-text.js';

/** A text of a configuration that everybody who can read the file can read. */
interface OpenText {
  readonly text: string;
  readonly at: Place;
  /** It is not a credential: `lifecycle: { not_secret: [...] }` names its field. */
  readonly isDeclared: boolean;
}

/** After so many credentials nothing else is said: each text would have to be looked for in each problem. */
const MOST_CREDENTIALS = 100;

/**
 * Looks at every key and text that is not part of a value source: a credential is an error, wherever it is; text that looks generated, and
 * characters that nobody sees, are warned of. No text is repeated, also not by the problems that were found already.
 * @param roots the trees of all files
 * @param problems what else is wrong: a place with an error gets no second one
 * @returns all problems
 */
export function withOpenText(
  roots: readonly TreeNode[],
  language: Pick<Language, 'excerpts' | 'sources' | 'sections'>,
  problems: readonly Diagnostic[],
): readonly Diagnostic[] {
  const found = roots.flatMap((root) => openTexts(root, language));
  const credentials = found.flatMap(({ text, isCredential }) => (isCredential ? [text] : []));
  const harmless =
    credentials.length > MOST_CREDENTIALS
      ? []
      : problems.filter((problem) => !credentials.some((text) => repeats(problem, text)));
  const wrong = new Set(
    harmless.flatMap(({ severity, range }) => (severity === 'error' ? [placeKey(range)] : [])),
  );
  return [
    ...harmless,
    ...found.flatMap(({ problem }) => (wrong.has(placeKey(problem.range)) ? [] : [problem])),
  ];
}

/** Whether the words of a problem have a text in them. */
function repeats({ summary, detail, next, address, related }: Diagnostic, text: string): boolean {
  const words = [summary, detail, next, address, ...(related ?? []).map(({ message }) => message)];
  return words.some((word) => word?.includes(text) === true);
}

const placeKey = (range: SourceRange | undefined): string =>
  range === undefined ? '' : `${range.file}:${range.line}:${range.column}`;

interface Finding {
  readonly text: string;
  readonly isCredential: boolean;
  readonly problem: Diagnostic;
}

/** What is wrong with the open texts of one file. */
function openTexts(
  root: TreeNode,
  { excerpts, sources, sections }: Pick<Language, 'excerpts' | 'sources' | 'sections'>,
): readonly Finding[] {
  const words = new Set(sections.map(({ word }) => word));
  const found: Finding[] = [];
  const look = (open: OpenText): void => {
    const finding = findingOf(open);
    if (finding !== undefined) found.push(finding);
  };
  const walk = (node: TreeNode, path: readonly string[], notSecret: ReadonlySet<string>): void => {
    const isDeclared = path.some((step) => notSecret.has(step.toLowerCase()));
    if (node.kind === 'scalar') {
      if (typeof node.value !== 'string' || isRef(node.value)) return;
      look({ text: node.value, at: node.at, isDeclared });
      return;
    }
    if (node.kind === 'list') {
      node.items.forEach((item, at) => {
        walk(item, [...path, String(at)], notSecret);
      });
      return;
    }
    if (excerpts.takesSource(path) && sourceIn(node, sources) !== undefined) return;
    const isEntry = path.length === 2 && words.has(path[0] ?? '');
    const declared = isEntry ? notSecretOf(node) : notSecret;
    for (const { key, keyAt, value } of node.entries.values()) {
      look({ text: key, at: keyAt, isDeclared });
      walk(value, [...path, key], declared);
    }
  };
  walk(root, [], new Set());
  return found;
}

/** The fields of an entry that are declared not to be secret, in lower case. */
function notSecretOf(entry: TreeNode): ReadonlySet<string> {
  const list = child(child(entry, 'lifecycle'), 'not_secret');
  return new Set(textsOf(list).map(({ text }) => text.toLowerCase()));
}

function findingOf({ text, at, isDeclared }: OpenText): Finding | undefined {
  const credential = isDeclared ? undefined : credentialIn(text);
  if (credential !== undefined) {
    return { text, isCredential: true, problem: credentialProblem(at, credential) };
  }
  if (!isDeclared && looksGenerated(text))
    return { text, isCredential: false, problem: generatedWarning(at) };
  const unseen = unseenIn(text);
  return unseen === undefined ? undefined : { text, isCredential: false, problem: unseenWarning(at, unseen) };
}

const DECLARE = 'lifecycle: { not_secret: [FIELD] }';

function credentialProblem(at: Place, credential: string): Diagnostic {
  return problemAt(at, {
    code: 'credential-in-text',
    summary: `This text looks like ${credential}.`,
    detail:
      'Everyone who can read this file, or its history in Git, can read it: change the credential where it is used, too.',
    next: `Take it from a value source, such as { env: NAME }. If it is not a credential, say so: ${DECLARE}`,
  });
}

function generatedWarning(at: Place): Diagnostic {
  return problemAt(at, {
    severity: 'warning',
    code: 'generated-text',
    summary: 'This text looks generated, as passwords and keys are.',
    next: `If it is one, take it from a value source, such as { env: NAME }. If it is not, say so: ${DECLARE}`,
  });
}

function unseenWarning(at: Place, what: string): Diagnostic {
  return problemAt(at, {
    severity: 'warning',
    code: 'unseen-text',
    summary: `This text ${what}.`,
    next: what.startsWith('ends')
      ? 'Write it on one line, or with |- in place of |. A value source takes `trim: true`.'
      : 'Remove it. A value source takes `trim: true`.',
  });
}
