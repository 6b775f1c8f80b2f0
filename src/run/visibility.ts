import { Handle } from '../define/handle.ts';
import { NotVisibleError } from '../errors.ts';
import type { Kernel } from './kernel/kernel.ts';
import type { Plan } from './plan.ts';

/**
 * Returns the node that a ref of a running step names.
 *
 * @throws NotVisibleError - it is not an ancestor, or had not ended when the reader started
 */
export function visibleNode(kernel: Kernel, { lookup, ancestry }: Plan, ref: unknown, reader: number): number {
  const { template } = kernel;
  const region = template.regionOf[reader] as number;
  const own = ref instanceof Handle ? template.nodeOf[ref.spec.index] : undefined;
  const isOwn = own !== undefined && template.regionOf[own] === region && template.steps[own]?.spec === (ref as Handle).spec;
  const node = isOwn ? own : lookup.find(ref, region);
  if (!ancestry.isBefore(node, reader)) throw notVisible(kernel, node, reader, 'which it does not wait for; add it to its timings');
  if (!kernel.history.endedBefore(node, reader)) {
    throw notVisible(kernel, node, reader, 'which had not ended when it started; wait for its end, or read its results by s.results');
  }
  return node;
}

function notVisible(kernel: Kernel, node: number, reader: number, why: string): NotVisibleError {
  const { template } = kernel;
  const path = kernel.pathAt(node);
  return new NotVisibleError(path, `${reader < template.stepCount ? 'step ' : ''}'${kernel.pathAt(reader)}' reads '${path}', ${why}`);
}
