import type { Address, Configuration, ConfiguredResource, Diagnostic } from '../../model/index.js';
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

/** Reads an address; any other text is a problem. */
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
        ? 'Write <kind>.<provider>.<name>, followed by /<member> for shares, mappings and USAGE.'
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

/** An address as it is written. */
type ReadAddress = NonNullable<ReturnType<typeof readAddress>>;

interface ReadMove {
  readonly from: ReadAddress;
  readonly to: ReadAddress;
}

function buildMoved(context: BuildContext, configured: ReadonlySet<string>): BuiltMoves['moved'] {
  const moves = context.merged.list('moved').flatMap((node) => {
    const from = readAddress(context, child(node, 'from'));
    const to = readAddress(context, child(node, 'to'));
    return from === undefined || to === undefined ? [] : [{ from, to, range: rangeOf(node.at) }];
  });
  const starts = new Set(moves.map(({ from }) => from.text));
  const sources = new Map<string, Place>();
  const targets = new Map<string, Place>();
  for (const move of moves) {
    const problem = checkMove(context, move, configured, starts);
    if (problem !== undefined) context.problems.push(problem);
    refuseAgain(context, sources, move.from);
    refuseAgain(context, targets, move.to);
  }
  return moves.map(({ from, to, range }) => ({ from: from.text, to: to.text, range }));
}

/** What is wrong with a move, given what the configuration has. */
function checkMove(
  context: BuildContext,
  { from, to }: ReadMove,
  configured: ReadonlySet<string>,
  starts: ReadonlySet<string>,
): Diagnostic | undefined {
  const words = moveProblem(from, to);
  if (words !== undefined) return problemAt(to.at, words);
  if (configured.has(from.text)) {
    return problemAt(from.at, {
      code: 'moved-but-there',
      summary: `\`${from.text}\` is moved, but is still in the configuration.`,
      next: 'Remove it from its section, or remove this move.',
    });
  }
  const isKnown = configured.has(to.text) || starts.has(to.text);
  if (isKnown || context.incomplete || context.wrong.size > 0) return undefined;
  return problemAt(to.at, {
    code: 'moved-to-nothing',
    summary: `\`${to.text}\` is not in the configuration: what moves there would be destroyed.`,
    next:
      suggestName(context, to.text, () => [...configured]) ?? 'Add it to its section, or remove this move.',
  });
}

/** Reports an address that another move has already. */
function refuseAgain(context: BuildContext, places: Map<string, Place>, { text, at }: ReadAddress): void {
  const first = places.get(text);
  if (first === undefined) {
    places.set(text, at);
    return;
  }
  context.problems.push(
    problemAt(at, {
      code: 'duplicate-move',
      summary: `\`${text}\` is in two moves.`,
      next: 'Remove one of them.',
      related: [{ message: 'First used here.', at: first }],
    }),
  );
}

function moveProblem(
  from: { text: string; address: Address },
  to: { text: string; address: Address },
): { code: string; summary: string; next: string } | undefined {
  if (from.text === to.text) {
    return {
      code: 'move-in-place',
      summary: '`from` and `to` are the same address.',
      next: 'Remove this move.',
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
          summary: `\`${read.text}\` is to be forgotten, but is still in the configuration.`,
          next: 'Remove it from its section, or remove this line.',
        }),
      );
    }
    return [{ address: read.text, range: rangeOf(read.at) }];
  });
}
