import { Handle } from '../define/handle.ts';
import { NotVisibleError } from '../errors.ts';
import type { Lookup } from '../graph/lookup.ts';
import type { Template } from '../graph/template.ts';
import type { Kernel } from './kernel/kernel.ts';

/** Whether `target` comes before `reader` over edges of any kind. Ancestors have lower numbers, so the search ends at the target's. */
export function isAncestor({ inStart, ins }: Template, target: number, reader: number): boolean {
  const open = [reader];
  const seen = new Set<number>();
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const end = inStart[node + 1] as number;
    for (let slot = inStart[node] as number; slot < end; slot++) {
      const before = ins[slot] as number;
      if (before === target) return true;
      if (before < target || seen.has(before)) continue;
      seen.add(before);
      open.push(before);
    }
  }
  return false;
}

/** Whether the step waits for `target` itself. */
function isDirect({ inStart, ins }: Template, target: number, reader: number): boolean {
  const end = inStart[reader + 1] as number;
  for (let slot = inStart[reader] as number; slot < end; slot++) if (ins[slot] === target) return true;
  return false;
}

/**
 * Returns the node that a ref of a running step names.
 *
 * @throws NotVisibleError - it is not an ancestor, or had not ended when the reader started
 */
export function visibleNode(kernel: Kernel, lookup: Lookup, ref: unknown, reader: number): number {
  const { template } = kernel;
  const region = template.regionOf[reader] as number;
  const own = ref instanceof Handle ? template.nodeOf[ref.spec.index] : undefined;
  const node = own !== undefined && template.steps[own]?.spec === (ref as Handle).spec ? own : lookup.find(ref, region);
  const direct = isDirect(template, node, reader);
  if (!direct && !isAncestor(template, node, reader)) throw notVisible(template, node, reader, 'which it does not wait for; add it to its timings');
  if (!kernel.history.endedBefore(node, reader)) {
    throw notVisible(template, node, reader, 'which had not ended when it started; wait for its end, or read its results by s.results');
  }
  return node;
}

function notVisible(template: Template, node: number, reader: number, why: string): NotVisibleError {
  const path = template.steps[node]?.path ?? '';
  return new NotVisibleError(path, `step '${template.steps[reader]?.path}' reads '${path}', ${why}`);
}
