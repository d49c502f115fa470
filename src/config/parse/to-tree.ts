import { isMap, isScalar, isSeq } from 'yaml';
import type { Pair, ParsedNode, Scalar, YAMLMap } from 'yaml';
import type { Excerpts } from '../excerpt/excerpts.js';
import type { ProblemWords } from '../../model/problem.js';
import type { Place, SourceText } from '../../model/source-text.js';
import type { Entry, MapNode, ScalarNode, TreeNode } from '../../model/tree.js';

/** A tree, which of its texts may be shown (start and end of each), and what is wrong with it. */
export interface ParsedTree {
  readonly root: MapNode;
  readonly shown: ReadonlyMap<number, number>;
  readonly problems: readonly { readonly at: Place; readonly words: ProblemWords }[];
}

type Path = readonly string[];

/** What the conversion of one file shares. */
interface Conversion {
  readonly source: SourceText;
  readonly excerpts: Excerpts;
  readonly shown: Map<number, number>;
  readonly problems: { at: Place; words: ProblemWords }[];
  /** How many keys are in their map already. */
  duplicates: number;
}

/** More duplicate keys than this are counted, not shown. */
const MOST_DUPLICATES = 100;

/** From the parser's nodes to our tree. Keys are the text of the file, never numbers or booleans. */
export function toTree(contents: YAMLMap.Parsed, source: SourceText, excerpts: Excerpts): ParsedTree {
  const conversion: Conversion = { source, excerpts, shown: new Map(), problems: [], duplicates: 0 };
  const root = toMap(conversion, contents, []);
  const uncounted = conversion.duplicates - MOST_DUPLICATES;
  if (uncounted > 0) {
    const summary = `This file has ${uncounted} more duplicate keys, which are not shown.`;
    conversion.problems.push({ at: { source, start: 0, end: 0 }, words: { code: 'duplicate-key', summary } });
  }
  return { root, shown: conversion.shown, problems: conversion.problems };
}

function toNode(conversion: Conversion, node: ParsedNode, path: Path): TreeNode {
  if (isMap(node)) return toMap(conversion, node, path);
  if (!isSeq(node)) return toScalar(conversion, node as Scalar.Parsed, path);
  return {
    kind: 'list',
    at: placeOf(conversion, node),
    items: node.items.map((item, at) => toNode(conversion, item, [...path, String(at)])),
  };
}

function toScalar(conversion: Conversion, node: Scalar.Parsed, path: Path): ScalarNode {
  const at = placeOf(conversion, node);
  const { value } = node;
  const text = textOfScalar(node);
  refuseBadText(conversion, text, at);
  if (conversion.excerpts.mayShowValue(path, text)) conversion.shown.set(at.start, at.end);
  if (typeof value === 'number' || typeof value === 'boolean') return { kind: 'scalar', at, value, text };
  return value === null ? { kind: 'scalar', at, value, text: '' } : { kind: 'scalar', at, value: text, text };
}

function toMap(conversion: Conversion, node: YAMLMap.Parsed, path: Path): MapNode {
  const entries = new Map<string, Entry>();
  for (const pair of node.items) addEntry(conversion, entries, pair, path);
  return { kind: 'map', at: placeOf(conversion, node), entries };
}

function addEntry(
  conversion: Conversion,
  entries: Map<string, Entry>,
  { key: keyNode, value }: Pair<ParsedNode, ParsedNode | null>,
  path: Path,
): void {
  const { source, excerpts, shown, problems } = conversion;
  const keyAt = placeOf(conversion, keyNode);
  if (!isScalar(keyNode) || keyNode.value === null) {
    const words = { code: 'bad-key', summary: 'A key must be text.', next: 'Write `key: value`.' };
    problems.push({ at: keyAt, words });
    return;
  }
  const key = keyNode.value === true || keyNode.value === false ? keyNode.source : textOfScalar(keyNode);
  refuseBadText(conversion, key, keyAt);
  // To YAML `{ text }` is a key without a value; it may have been meant as a value.
  const mayShow = value !== null && excerpts.mayShowKey(path, key);
  if (mayShow) shown.set(keyAt.start, keyAt.end);
  const first = entries.get(key);
  const converted: TreeNode =
    value === null
      ? { kind: 'scalar', at: { source, start: keyAt.end, end: keyAt.end }, value: null, text: '' }
      : toNode(conversion, value, [...path, key]);
  if (first === undefined) {
    entries.set(key, { key, keyAt, value: converted });
    return;
  }
  conversion.duplicates += 1;
  if (conversion.duplicates > MOST_DUPLICATES) return;
  problems.push({
    at: keyAt,
    words: {
      code: 'duplicate-key',
      summary: mayShow ? `Duplicate key \`${key}\`.` : 'Duplicate key.',
      next: 'Remove one of them.',
      related: [{ message: 'First defined here.', at: first.keyAt }],
    },
  });
}

function placeOf({ source }: Conversion, { range: [start, end] }: ParsedNode): Place {
  return { source, start, end };
}

/** The text of a scalar: of a number as the file has it, of a boolean in lower case. */
function textOfScalar({ value, source }: Scalar.Parsed): string {
  return typeof value === 'number' ? source : String(value);
}

/** Reports what escapes can write and no system takes as text. */
function refuseBadText({ problems }: Conversion, text: string, at: Place): void {
  if (!/[\0\p{Cs}]/u.test(text)) return;
  problems.push({
    at,
    words: {
      code: 'bad-text',
      summary: 'This text contains a NUL or half of a surrogate pair, which no system accepts.',
      next: 'Remove the escape.',
    },
  });
}
