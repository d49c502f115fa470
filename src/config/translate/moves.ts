import type { Configuration, ConfiguredResource } from '../../model/index.js';

import type { Address } from '../../model/index.js';
import { suggest } from '../check/nearest.js';
import { problemAt } from '../../model/problem.js';
import { rangeOf } from '../../model/source-text.js';
import type { Place } from '../../model/source-text.js';
import { child, textOf } from '../../model/tree.js';
import type { TreeNode } from '../../model/tree.js';
import { suggestName } from './context.js';
import type { BuildContext } from './context.js';

/** What `moved:` and `removed:` give. */
export type BuiltMoves = Pick<Configuration, 'moved' | 'removed'>;

/** Reads an address; a text that is none is a problem. */
function readAddress(
  context: BuildContext,
  node: TreeNode | undefined,
): { text: string; address: Address; at: Place } | undefined {
  const text = textOf(node);
  if (node === undefined || text === undefined || context.wrong.has(node)) return undefined;
  const { kinds } = context.language;
  const address = kinds.parse(text);
  if (address !== undefined) return { text, address, at: node.at };
  const kind = text.slice(0, text.indexOf('.'));
  const known = kinds.all.map((policy) => policy.kind);
  context.problems.push(
    problemAt(node.at, {
      code: 'bad-address',
      summary: `\`${text}\` is not an address.`,
      next: known.includes(kind)
        ? 'Write <kind>.<provider>.<name>, and /<member> behind it for shares, mappings and USAGE.'
        : suggest(kind, known),
    }),
  );
  return undefined;
}

/** Builds `moved` and `removed`, and refuses those that contradict the rest of the configuration. */
export function buildMoves(context: BuildContext, resources: readonly ConfiguredResource[]): BuiltMoves {
  const configured = new Set(resources.map(({ address }) => address));
  return { moved: buildMoved(context, configured), removed: buildRemoved(context, configured) };
}

function buildMoved(context: BuildContext, configured: ReadonlySet<string>): BuiltMoves['moved'] {
  const read = context.merged.list('moved').flatMap((node) => {
    const from = readAddress(context, child(node, 'from'));
    const to = readAddress(context, child(node, 'to'));
    return from === undefined || to === undefined ? [] : [{ from, to, range: rangeOf(node.at) }];
  });
  const sources = new Map<string, Place>();
  const targets = new Map<string, Place>();
  const starts = new Set(read.map(({ from }) => from.text));
  for (const { from, to } of read) {
    const problem = moveProblem(from, to);
    if (problem !== undefined) context.problems.push(problemAt(to.at, problem));
    else if (configured.has(from.text)) {
      context.problems.push(
        problemAt(from.at, {
          code: 'moved-but-there',
          summary: `\`${from.text}\` is said to have moved, and is in the configuration still.`,
          next: 'Take it out of its section, or take this move away.',
        }),
      );
    } else if (
      !configured.has(to.text) &&
      !starts.has(to.text) &&
      !context.incomplete &&
      context.wrong.size === 0
    ) {
      context.problems.push(
        problemAt(to.at, {
          code: 'moved-to-nothing',
          summary: `\`${to.text}\` is not in the configuration: what moves there would be destroyed.`,
          next:
            suggestName(context, to.text, () => [...configured]) ??
            'Add it to its section, or take this move away.',
        }),
      );
    }
    for (const [places, { text, at }] of [
      [sources, from],
      [targets, to],
    ] as const) {
      const first = places.get(text);
      if (first === undefined) places.set(text, at);
      else {
        context.problems.push(
          problemAt(at, {
            code: 'duplicate-move',
            summary: `\`${text}\` stands in two moves.`,
            next: 'Take one of the two away.',
            related: [{ message: 'It stands here first.', at: first }],
          }),
        );
      }
    }
  }
  return read.map(({ from, to, range }) => ({ from: from.text, to: to.text, range }));
}

function moveProblem(
  from: { text: string; address: Address },
  to: { text: string; address: Address },
): { code: string; summary: string; next: string } | undefined {
  if (from.text === to.text) {
    return {
      code: 'move-in-place',
      summary: '`from` and `to` are the same address.',
      next: 'Take this move away.',
    };
  }
  return from.address.kind === to.address.kind
    ? undefined
    : {
        code: 'move-between-kinds',
        summary: `A \`${from.address.kind}\` cannot become a \`${to.address.kind}\`.`,
        next: 'Write two addresses of one kind.',
      };
}

function buildRemoved(context: BuildContext, configured: ReadonlySet<string>): BuiltMoves['removed'] {
  return context.merged.list('removed').flatMap((node) => {
    const read = readAddress(context, node);
    if (read === undefined) return [];
    if (configured.has(read.text)) {
      context.problems.push(
        problemAt(read.at, {
          code: 'removed-but-there',
          summary: `\`${read.text}\` is to be forgotten, and is in the configuration still.`,
          next: 'Take it out of its section, or take this line away.',
        }),
      );
    }
    return [{ address: read.text, range: rangeOf(read.at) }];
  });
}
