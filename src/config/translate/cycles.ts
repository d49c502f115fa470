import { defined, isReference } from '../../model/index.js';
import type { ConfiguredResource, Diagnostic, SourceRange } from '../../model/index.js';

/**
 * Cycles of secrets that take their values from each other, each reported once, as a whole. A secret has one value,
 * so at most one secret that it comes from: following the arrows is enough.
 */
export function findCycles(resources: readonly ConfiguredResource[]): Diagnostic[] {
  const next = new Map<string, { readonly to: string; readonly range: SourceRange | undefined }>();
  for (const { address, fields } of resources) {
    const value = fields['value'];
    if (value?.kind === 'source' && isReference(value.source)) {
      next.set(address, { to: value.source.address, range: value.range });
    }
  }
  const done = new Set<string>();
  const problems: Diagnostic[] = [];
  for (const start of next.keys()) {
    const path = new Map<string, number>();
    let at: string | undefined = start;
    while (at !== undefined && !done.has(at) && !path.has(at)) {
      path.set(at, path.size);
      at = next.get(at)?.to;
    }
    const from = at === undefined ? undefined : path.get(at);
    if (at !== undefined && from !== undefined)
      problems.push(cycleProblem([...path.keys()].slice(from), next.get(at)?.range));
    for (const address of path.keys()) done.add(address);
  }
  return problems;
}

function cycleProblem(cycle: readonly string[], range: SourceRange | undefined): Diagnostic {
  const [first = ''] = cycle;
  return {
    severity: 'error',
    code: 'secret-cycle',
    summary:
      cycle.length === 1
        ? `\`${first}\` takes its value from itself.`
        : `Secrets take their values from each other in a cycle: ${[...cycle, first].join(' → ')}.`,
    next: 'Give one of them a value source other than a secret of this configuration.',
    address: first,
    ...defined({ range }),
  };
}
