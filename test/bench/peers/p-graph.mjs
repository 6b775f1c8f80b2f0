import { PGraph } from 'p-graph';

/** A `PGraph` may run several times, so it is built once. */
export function prepare(shape, functions) {
  const nodes = new Map(shape.names.map((name, step) => [name, { run: functions[step] }]));
  const edges = shape.deps.flatMap((deps, step) => deps.map((dep) => [shape.names[dep], shape.names[step]]));
  const graph = new PGraph(nodes, edges);
  return () => graph.run();
}
