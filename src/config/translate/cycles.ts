import { defined, isReference } from '../../model/index.js';
import type { ConfiguredResource, Diagnostic, SourceRange } from '../../model/index.js';

/**
 * Cycles of secrets that take their values from each other, each said once, with the whole circle. A secret has one value,
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

function cycleProblem(circle: readonly string[], range: SourceRange | undefined): Diagnostic {
  const [first = ''] = circle;
  return {
    severity: 'error',
    code: 'secret-cycle',
    summary:
      circle.length === 1
        ? `\`${first}\` takes its value from itself.`
        : `Secrets take their values from each other in a circle: ${[...circle, first].join(' → ')}.`,
    next: 'Give one of them a value source that is no secret of this configuration.',
    address: first,
    ...defined({ range }),
  };
}
