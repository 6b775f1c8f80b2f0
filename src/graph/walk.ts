import type { Template } from './template.ts';

/**
 * Visits a node and what comes before it, as far as it is not known, each node after all it waits for. Every edge is looked at
 * twice at most, and nothing is recursive: chains of any length fit.
 */
export function visitUpTo({ inStart, ins }: Template, last: number, isKnown: (node: number) => boolean, visit: (node: number) => void): void {
  const open = [last];
  while (open.length > 0) {
    const depth = open.length;
    const node = open[depth - 1] as number;
    if (!isKnown(node)) {
      const end = inStart[node + 1] as number;
      for (let slot = inStart[node] as number; slot < end; slot++) {
        const before = ins[slot] as number;
        if (!isKnown(before)) open.push(before);
      }
      if (open.length > depth) continue;
      visit(node);
    }
    open.pop();
  }
}

/** Returns the nodes that match and come before `last` on a way on which no other one matches. */
export function firstBefore({ inStart, ins }: Template, last: number, matches: (node: number) => boolean): readonly number[] {
  const found: number[] = [];
  const seen = new Set<number>();
  const open = [last];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const end = inStart[node + 1] as number;
    for (let slot = inStart[node] as number; slot < end; slot++) {
      const before = ins[slot] as number;
      if (seen.has(before)) continue;
      seen.add(before);
      if (matches(before)) found.push(before);
      else open.push(before);
    }
  }
  return found;
}

/** Returns those of some nodes that come before none of the others: one walk back from all of them, no comparison of pairs. */
export function uncovered({ inStart, ins, stepCount }: Template, nodes: readonly number[]): readonly number[] {
  if (nodes.length < 2) return nodes;
  // Steps are numbered by tier, so a step below the first of them leads back to none of them.
  const first = nodes.reduce((low, node) => Math.min(low, node < stepCount ? node : 0), stepCount);
  const covered = new Set<number>();
  const open = [...nodes];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const end = inStart[node + 1] as number;
    for (let slot = inStart[node] as number; slot < end; slot++) {
      const before = ins[slot] as number;
      if (before < first || covered.has(before)) continue;
      covered.add(before);
      open.push(before);
    }
  }
  return nodes.filter((node) => !covered.has(node));
}
