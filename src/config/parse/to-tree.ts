import { isMap, isScalar, isSeq } from 'yaml';
import type { ParsedNode, Scalar, YAMLMap } from 'yaml';
import type { ProblemWords } from '../../model/problem.js';
import type { Language } from '../language.js';
import { mayShowKey, mayShowValue } from '../excerpt/shown.js';
import type { Place, SourceText } from '../../model/source-text.js';
import type { Entry, ListNode, MapNode, ScalarNode, TreeNode } from '../../model/tree.js';

/** A tree, which of its texts may be shown (start and end of each), and what is wrong with it. */
export interface ParsedTree {
  readonly root: MapNode;
  readonly shown: ReadonlyMap<number, number>;
  readonly problems: readonly { readonly at: Place; readonly words: ProblemWords }[];
}

type Path = readonly string[];

/** The text of a scalar: of a number as it stands in the file, of a boolean in small letters. */
function textOfScalar({ value, source }: Scalar.Parsed): string {
  return typeof value === 'number' ? source : String(value);
}

/** From the parser's nodes to our tree. Keys are the text that stands in the file, never numbers or booleans. */
export function toTree(contents: YAMLMap.Parsed, source: SourceText, language: Language): ParsedTree {
  const shown = new Map<number, number>();
  const problems: { at: Place; words: ProblemWords }[] = [];

  const placeOf = (node: ParsedNode): Place => ({ source, start: node.range[0], end: node.range[1] });

  /** Escapes can write what no system takes as text. */
  function refuseBadText(text: string, at: Place): void {
    if (!/[\0\p{Cs}]/u.test(text)) return;
    problems.push({
      at,
      words: {
        code: 'bad-text',
        summary: 'This text holds a NUL or half a character (a lone surrogate), which no system takes.',
        next: 'Take the escape out.',
      },
    });
  }

  function scalar(node: Scalar.Parsed, path: Path): ScalarNode {
    const at = placeOf(node);
    const { value } = node;
    const text = textOfScalar(node);
    refuseBadText(text, at);
    if (mayShowValue(path, text, language)) shown.set(at.start, at.end);
    if (typeof value === 'number' || typeof value === 'boolean') return { kind: 'scalar', at, value, text };
    return value === null
      ? { kind: 'scalar', at, value, text: '' }
      : { kind: 'scalar', at, value: text, text };
  }

  function list(node: ParsedNode & { items: unknown }, items: readonly ParsedNode[], path: Path): ListNode {
    return {
      kind: 'list',
      at: placeOf(node),
      items: items.map((item, at) => grow(item, [...path, String(at)])),
    };
  }

  function map(node: YAMLMap.Parsed, path: Path): MapNode {
    const entries = new Map<string, Entry>();
    for (const { key: keyNode, value } of node.items) {
      const keyAt = placeOf(keyNode);
      if (!isScalar(keyNode) || keyNode.value === null) {
        const words = { code: 'bad-key', summary: 'A key must be text.', next: 'Write `key: value`.' };
        problems.push({ at: keyAt, words });
        continue;
      }
      const key = keyNode.value === true || keyNode.value === false ? keyNode.source : textOfScalar(keyNode);
      refuseBadText(key, keyAt);
      // `{ text }` is a key without a value to YAML; whoever wrote it may have meant a value.
      const mayShow = value !== null && mayShowKey(path, key, language);
      if (mayShow) shown.set(keyAt.start, keyAt.end);
      const first = entries.get(key);
      const grown: TreeNode =
        value === null
          ? { kind: 'scalar', at: { source, start: keyAt.end, end: keyAt.end }, value: null, text: '' }
          : grow(value, [...path, key]);
      if (first === undefined) {
        entries.set(key, { key, keyAt, value: grown });
        continue;
      }
      problems.push({
        at: keyAt,
        words: {
          code: 'duplicate-key',
          summary: mayShow ? `The key \`${key}\` stands twice in one map.` : 'A key stands twice in one map.',
          next: 'Take one of the two away.',
          related: [{ message: 'It stands here first.', at: first.keyAt }],
        },
      });
    }
    return { kind: 'map', at: placeOf(node), entries };
  }

  function grow(node: ParsedNode, path: Path): TreeNode {
    if (isMap(node)) return map(node, path);
    if (isSeq(node)) return list(node, node.items, path);
    return scalar(node as Scalar.Parsed, path);
  }

  return { root: map(contents, []), shown, problems };
}
