import { providerOf } from '../../model/index.js';

/** A graph in the language of Graphviz, one box for each provider; an arrow points at what comes first. */
export function graphText(
  nodes: readonly string[],
  edges: readonly { readonly from: string; readonly to: string }[],
): string {
  const providers = new Map<string, string[]>();
  for (const node of nodes) {
    const provider = providerOf(node);
    const known = providers.get(provider);
    if (known === undefined) providers.set(provider, [node]);
    else known.push(node);
  }
  const boxes = [...providers].flatMap(([provider, inside]) => [
    `  subgraph ${quoted(`cluster_${provider}`)} {`,
    `    label = ${quoted(provider)};`,
    ...inside.map((node) => `    ${quoted(node)};`),
    '  }',
  ]);
  const arrows = edges.map(({ from, to }) => `  ${quoted(from)} -> ${quoted(to)};`);
  return [
    'digraph secrets {',
    '  rankdir = "LR";',
    '  node [shape = "box"];',
    ...boxes,
    ...arrows,
    '}',
    '',
  ].join('\n');
}

/** A quoted word of Graphviz: only the quote itself needs escaping there, and a backslash would escape it. */
function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
