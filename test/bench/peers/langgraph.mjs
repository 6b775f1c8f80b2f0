import { Annotation, END, START, StateGraph } from '@langchain/langgraph';

/** Depth of the shape in supersteps: LangGraph counts them against its recursion limit. */
function depth(shape) {
  const levels = [];
  for (const deps of shape.deps) levels.push(deps.reduce((most, dep) => Math.max(most, levels[dep] + 1), 1));
  return levels.reduce((most, level) => Math.max(most, level), 0);
}

/** The graph is compiled once. Joins are array edges, which wait for all of their sources. */
export function prepare(shape, functions, mode) {
  const graph = new StateGraph(Annotation.Root({ done: Annotation() }));
  shape.names.forEach((name, step) => {
    const work = functions[step];
    graph.addNode(
      name,
      mode === 'async'
        ? async () => {
            await work(step);
            return {};
          }
        : () => {
            work(step);
            return {};
          },
    );
  });
  const last = new Set(shape.names);
  shape.deps.forEach((deps, step) => {
    const sources = deps.map((dep) => shape.names[dep]);
    sources.forEach((source) => last.delete(source));
    graph.addEdge(sources.length === 0 ? START : sources.length === 1 ? sources[0] : sources, shape.names[step]);
  });
  for (const name of last) graph.addEdge(name, END);
  const app = graph.compile();
  const options = { recursionLimit: depth(shape) + 10 };
  return () => app.invoke({}, options);
}
