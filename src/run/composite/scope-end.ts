import type { WorkedOutcome } from '../../define/callbacks.ts';
import type { StepSpec } from '../../define/spec.ts';
import { FAILED, SUCCEEDED } from '../kernel/cells.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { statusOf } from '../outcomes.ts';

/** How a body ended: with the value of one of its steps, or as the first one that failed. */
export function endOf(kernel: Kernel, value: StepSpec | undefined): WorkedOutcome {
  const status = statusOf(kernel);
  if (status === 'succeeded') return { status, value: value === undefined ? undefined : valueOf(kernel, value) };
  if (status === 'stopped') return { status, reason: kernel.latchOf(0)?.reason };
  return { status, error: firstFailure(kernel) };
}

function valueOf(kernel: Kernel, { index }: StepSpec): unknown {
  const node = kernel.template.nodeOf[index] as number; // it is a step of this body
  return kernel.state(node) === SUCCEEDED ? kernel.values[node] : undefined;
}

function firstFailure(kernel: Kernel): Error {
  for (let node = 0; node < kernel.template.workCount; node++) if (kernel.state(node) === FAILED) return kernel.values[node] as Error;
  return kernel.latchOf(0)?.reason as Error; // without a failure it failed by its time
}
