import type { RunStatus } from '../define/run.ts';
import { FlowError } from '../errors.ts';
import type { Cause, LiveOutcome, Outcome, ProcessOutcome, RunOutcome } from '../define/outcome.ts';
import { FAILED as FAILED_STATE, CANCELLED, FIRST_OUTCOME, NOT_TAKEN, PARKED, PASSED_ON, SKIPPED, STOPPED, SUCCEEDED, WAITING } from './kernel/cells.ts';
import type { Kernel } from './kernel/kernel.ts';
import { BRANCH, CANCEL, verdictOf } from './kernel/verdicts.ts';
import { EXEMPT, OPTIONAL } from '../graph/edges.ts';

/** Returns the outcome of a step that has ended. Causes are worked out now; nothing was stored for them. */
export function outcomeOf(kernel: Kernel, node: number): Outcome {
  const value = kernel.values[node];
  switch (kernel.state(node)) {
    case SUCCEEDED:
      return { status: 'succeeded', value };
    case FAILED_STATE:
      return { status: 'failed', error: value as Error };
    case CANCELLED:
      return { status: 'cancelled', because: causesOf(kernel, node) };
    case STOPPED:
      return { status: 'stopped', reason: value };
    case SKIPPED:
    case PASSED_ON:
      return { status: 'skipped', reason: value === undefined ? { kind: 'condition' } : { kind: 'condition', error: value as Error } };
    case NOT_TAKEN:
      return { status: 'skipped', reason: { kind: 'branch', because: causesOf(kernel, node) } };
    default:
      throw new FlowError('internal', `internal error: step ${node} has no outcome; please report it`);
  }
}

/** Returns where a step stands, ended or not. */
export function standingOf(kernel: Kernel, node: number, retryAt: number): Outcome | LiveOutcome {
  const state = kernel.state(node);
  if (state >= FIRST_OUTCOME) return outcomeOf(kernel, node);
  if (state === PARKED) return { status: 'retrying', at: retryAt };
  if (state === WAITING) return { status: kernel.isQueued(node) ? 'queued' : 'pending' };
  return { status: 'running' };
}

/** The status of a run, computed from what became of its steps (ruling R5). */
export function statusOf(kernel: Kernel): RunOutcome {
  const status = processStatusOf(kernel, 0);
  return status === 'cancelled' ? 'failed' : status; // what cancels a step of a run has failed or was stopped in it
}

/** The status of a process, or of all of them (region 0). */
export function processStatusOf(kernel: Kernel, region: number): ProcessOutcome {
  if (kernel.isClean) return kernel.timedOut(region) ? 'failed' : 'succeeded';
  const { workCount, regionOf } = kernel.template;
  let stopped = false;
  let cancelled = false;
  for (let node = 0; node < workCount; node++) {
    if (region !== 0 && regionOf[node] !== region) continue;
    const state = kernel.state(node);
    if (state === FAILED_STATE) return 'failed';
    if (state === STOPPED) stopped = true;
    if (state === CANCELLED) cancelled = true;
  }
  if (kernel.timedOut(region)) return 'failed';
  if (stopped) return 'stopped';
  return cancelled ? 'cancelled' : 'succeeded';
}

/** How a node with a record ended, for a run that ends without having been told: a step, or the process or flow of a generated node. */
export function recordedStatus(kernel: Kernel, node: number): ProcessOutcome {
  const { stepCount, regionOf } = kernel.template;
  const region = regionOf[node] as number;
  if (node >= stepCount) return region === 0 ? statusOf(kernel) : processStatusOf(kernel, region);
  const state = kernel.state(node);
  if (state === FAILED_STATE) return 'failed';
  return state === SUCCEEDED ? 'succeeded' : 'stopped';
}

/** Where a process, or a run that has no result yet (region 0), stands. */
export function standingOfRegion(kernel: Kernel, region: number): RunStatus | ProcessOutcome {
  if (region !== 0 && kernel.isOver(region)) return processStatusOf(kernel, region);
  if (kernel.latchOf(region) !== undefined) return 'stopping';
  return kernel.isPaused(0) || kernel.isPaused(region) ? 'paused' : 'running';
}

/** The steps that wait for something that can no longer come: there are none, unless the kernel is broken. */
export function stuck(kernel: Kernel): readonly string[] {
  const { template } = kernel;
  const found: string[] = [];
  for (let node = 0; node < template.workCount; node++) {
    if (kernel.state(node) >= FIRST_OUTCOME) continue;
    const open = [...template.ins.subarray(template.inStart[node], template.inStart[node + 1])].filter((from) => kernel.state(from) < FIRST_OUTCOME);
    const waits = open.map((from) => (from < template.workCount ? `'${kernel.pathAt(from)}'` : 'a group'));
    found.push(`'${kernel.pathAt(node)}' waits for ${waits.join(', ') || 'nothing'}`);
  }
  return found;
}

const words = {
  [SUCCEEDED]: 'succeeded',
  [SKIPPED]: 'skipped',
  [PASSED_ON]: 'skipped',
  [NOT_TAKEN]: 'skipped',
  [FAILED_STATE]: 'failed',
  [CANCELLED]: 'cancelled',
  [STOPPED]: 'stopped',
} as const;

/** The direct causes of a step that was cancelled or not taken, in declaration order, through gates. */
export function causesOf(kernel: Kernel, node: number): readonly Cause[] {
  return causeNodes(kernel, node).map((cause) => ({
    path: kernel.pathAt(cause),
    status: words[kernel.state(cause) as keyof typeof words],
  }));
}

/** The same as nodes. */
export function causeNodes(kernel: Kernel, node: number): readonly number[] {
  const { inStart, ins, inKinds, workCount } = kernel.template;
  const wanted = kernel.state(node) === CANCELLED ? CANCEL : BRANCH;
  const causes: number[] = [];
  const end = inStart[node + 1] as number;
  for (let slot = inStart[node] as number; slot < end; slot++) {
    const from = ins[slot] as number;
    const kind = inKinds[slot] as number;
    const state = kernel.state(from);
    if (kind === EXEMPT && kernel.exemptions?.has(from, node) === true) continue;
    if (kind === OPTIONAL || state < FIRST_OUTCOME || verdictOf(kind, state) !== wanted) continue;
    if (from < workCount) causes.push(from);
    else for (const cause of causeNodes(kernel, from)) causes.push(cause);
  }
  return [...new Set(causes)];
}
