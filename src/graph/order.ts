import type { Wiring } from './wiring.ts';

/** The nodes of a wiring in an order in which every node comes after what it waits for, and their tiers. */
export interface Order {
  /** Node numbers of the wiring; shorter than its size when some nodes wait for one another. */
  readonly sequence: readonly number[];
  /** The longest path to each node, counted in steps; a gate has the tier that a step after it would have. */
  readonly tiers: readonly number[];
}

/** Kahn's algorithm; not recursive, so that chains of any length fit. */
export function order(wiring: Wiring): Order {
  const { size, stepCount } = wiring;
  const outs: number[][] = Array.from({ length: size }, () => []);
  const open = new Array<number>(size);
  const tiers = new Array<number>(size).fill(0);
  const sequence: number[] = [];
  wiring.ins.forEach((edges, node) => {
    open[node] = edges.length;
    if (edges.length === 0) sequence.push(node);
    for (const edge of edges) outs[edge.from]?.push(node);
  });
  for (let at = 0; at < sequence.length; at++) {
    const node = sequence[at] as number; // at < length
    const after = (tiers[node] as number) + (node < stepCount ? 1 : 0);
    for (const next of outs[node] as readonly number[]) {
      if (after > (tiers[next] as number)) tiers[next] = after;
      const left = (open[next] as number) - 1;
      open[next] = left;
      if (left === 0) sequence.push(next);
    }
  }
  return { sequence, tiers };
}

/** Finds cycles among the nodes that `order` could not place: each as node numbers, the first one repeated at the end. */
export function cycles(wiring: Wiring, placed: readonly number[]): readonly (readonly number[])[] {
  const left = new Set<number>(wiring.ins.keys());
  for (const node of placed) left.delete(node);
  const seenIn = new Map<number, number>();
  const found: number[][] = [];
  let walk = 0;
  for (const start of left) {
    const path: number[] = [];
    let node: number | undefined = start;
    walk++;
    while (node !== undefined && !seenIn.has(node)) {
      seenIn.set(node, walk);
      path.push(node);
      node = wiring.edgesInto(node).find((edge) => left.has(edge.from))?.from;
    }
    if (node !== undefined && seenIn.get(node) === walk) {
      const cycle = path.slice(path.indexOf(node)).reverse();
      found.push(fromSmallest(cycle));
    }
  }
  return found;
}

/** Turns a cycle so that it starts with its first declared node: the same definition always gives the same text. */
function fromSmallest(cycle: readonly number[]): number[] {
  const smallest = cycle.indexOf(cycle.reduce((low, node) => Math.min(low, node), Infinity));
  const turned = [...cycle.slice(smallest), ...cycle.slice(0, smallest)];
  return [...turned, turned[0] as number];
}
