import { Graph } from '@dagrejs/graphlib';
import { define } from './millrace.mjs';
import { median } from './measure.mjs';
import { sized } from './shapes.mjs';

function store(shape) {
  const graph = new Graph();
  shape.names.forEach((name, step) => graph.setNode(name, step));
  shape.deps.forEach((deps, step) => deps.forEach((dep) => graph.setEdge(shape.names[dep], shape.names[step])));
  return graph;
}

function timed(work) {
  globalThis.gc?.();
  const start = performance.now();
  const made = work();
  return { made, ms: performance.now() - start };
}

/** Defines and compiles a shape, turn by turn with graphlib storing the same nodes and edges. */
export function measureCompile({ kind, steps, rounds }) {
  const shape = sized[kind](steps);
  const functions = shape.deps.map((_, step) => () => step);
  const round = () => {
    const graphlibMs = timed(() => store(shape)).ms;
    const definition = timed(() => define(shape, functions));
    const compileMs = timed(() => definition.made.compile()).ms;
    return { graphlibMs, compileMs, wholeMs: definition.ms + compileMs };
  };
  const warmUntil = performance.now() + (rounds === 1 ? 0 : 500);
  while (performance.now() < warmUntil) round();
  const all = Array.from({ length: rounds }, round);
  const perStep = (field) => (median(all.map((one) => one[field])) * 1000) / steps;
  return {
    kind,
    steps,
    graphlibUs: perStep('graphlibMs'),
    compileUs: perStep('compileMs'),
    wholeUs: perStep('wholeMs'),
    compileRatio: median(all.map((one) => one.compileMs / one.graphlibMs)),
    wholeRatio: median(all.map((one) => one.wholeMs / one.graphlibMs)),
  };
}
