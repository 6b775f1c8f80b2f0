import type { Template } from './template.ts';

/** Returns the names of the steps that a step's own timings name, through gates, in the order of the timings. */
export function dependenciesOf({ steps, stepCount, inStart, ins }: Template, node: number): readonly string[] {
  const names = new Set<string>();
  const seen = new Set<number>();
  const open = edgesInto(node, steps[node]?.ownEdges);
  for (let before = open.pop(); before !== undefined; before = open.pop()) {
    if (before < stepCount) names.add(steps[before]?.name ?? '');
    else if (!seen.has(before)) {
      seen.add(before);
      for (const from of edgesInto(before, undefined)) open.push(from);
    }
  }
  return Object.freeze([...names]);

  /** The first edges into a node, or all, the last one first. */
  function edgesInto(to: number, count: number | undefined): number[] {
    const start = inStart[to] as number;
    return Array.from(ins.subarray(start, count === undefined ? inStart[to + 1] : start + count)).reverse();
  }
}
