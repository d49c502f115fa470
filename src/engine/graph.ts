import { compareText } from '../model/index.js';
import type { RunContext, RunResult } from './context.js';
import { load } from './load.js';
import { openScope } from './run-scope.js';

/** What the configuration names, and what of it comes after what. */
export interface GraphResult extends RunResult {
  /** Addresses, sorted. */
  readonly nodes: readonly string[];
  /** `from` comes after `to`: it lives in it, or takes its value from it. */
  readonly edges: readonly { readonly from: string; readonly to: string }[];
}

/** The order that the configuration asks for. Reads no value and asks no system. */
export async function graph(files: readonly string[], context: RunContext): Promise<GraphResult> {
  const { loaded, diagnostics } = await load(files, openScope(context));
  if (loaded === undefined) return { status: 'error', diagnostics, nodes: [], edges: [] };
  const { resources } = loaded.configuration;
  const nodes = resources.map((resource) => resource.address).sort();
  const edges = resources.flatMap(({ address, dependsOn }) => {
    const parent = loaded.kinds.parentOf(address);
    const targets = new Set([...dependsOn, ...(parent === undefined ? [] : [parent])]);
    return [...targets].sort().map((to) => ({ from: address, to }));
  });
  edges.sort((edge, other) => compareText(edge.from, other.from));
  return { status: 'ok', diagnostics, nodes, edges };
}
