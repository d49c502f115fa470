import { expect, it } from 'vitest';
import { graphText } from './graph.js';

it('draws a box for each provider, and an arrow to what comes first', () => {
  const nodes = ['secret.helios.A', 'duckdb_server.wh.lake', 'user_mapping.wh.lake/o"x\\'];
  const edges = [{ from: 'user_mapping.wh.lake/o"x\\', to: 'secret.helios.A' }];
  expect(graphText(nodes, edges)).toBe(`digraph secrets {
  rankdir = "LR";
  node [shape = "box"];
  subgraph "cluster_helios" {
    label = "helios";
    "secret.helios.A";
  }
  subgraph "cluster_wh" {
    label = "wh";
    "duckdb_server.wh.lake";
    "user_mapping.wh.lake/o\\"x\\\\";
  }
  "user_mapping.wh.lake/o\\"x\\\\" -> "secret.helios.A";
}
`);
});
