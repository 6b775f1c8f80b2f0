import type { GraphDocument } from '../define/graph.ts';
import { nearest } from '../define/nearest.ts';
import { FAILED, FIRST_OUTCOME, SUCCEEDED } from '../run/kernel/cells.ts';
import { Kernel } from '../run/kernel/kernel.ts';
import type { PastNode } from '../run/kernel/recall.ts';
import type { Plan } from '../run/plan.ts';
import type { Restored } from '../run/restored.ts';
import { blockers } from './blockers.ts';
import { forgottenBlockers } from './forgotten-blockers.ts';
import type { Path } from './entry.ts';
import type { PathState, Snapshot } from './snapshot.ts';

/** A recorded run that is to go on with a definition. */
export interface Fitted {
  /** What is recorded. */
  readonly recorded: Snapshot;
  /** The same for a kernel. */
  readonly restored: Restored;
  /** What the run goes on with: the same, or what is left of it after a recovery. */
  readonly next: Snapshot;
  readonly plan: Plan;
  /** The structure that it was recorded with, if it is known. */
  readonly from: GraphDocument | undefined;
}

/** What has happened to a node that a recovery has not taken back. */
const happened: ReadonlySet<PathState> = new Set(['started', 'lost', 'returned', 'retrying', 'succeeded', 'failed', 'skipped', 'stopped']);

/**
 * Returns what keeps a recorded run from going on with a definition (ruling R19): it may if everything that has happened could have happened
 * with this definition. Nothing for a run that fits.
 *
 * - F1 Each recorded step exists, and is `always` or not as it was.
 * - F2 What each node that was at work waits for has come about.
 *
 * Callbacks are no structure: they may come and go. A callback before steps that have been at work runs late; one that is gone stays done.
 * What a recovery has taken back binds nobody.
 */
export function misfits(fitted: Fitted): readonly string[] {
  const { recorded, next, plan } = fitted;
  const blockersOf = recorded.recovered > 0 ? forgottenBlockers(recorded, plan) : blockers(recalled(fitted), plan.template);
  return Object.entries(next.paths).flatMap(([path, { s }]) => {
    const node = plan.nodeAt(path);
    if (node === undefined) return isGenerated(path) ? [] : [notDefined(path, fitted)];
    const changed = changedKind(path, fitted);
    if (changed !== undefined) return [changed];
    return happened.has(s) ? blockersOf(node).map((why) => `'${path}' has been at work, and ${why}`) : [];
  });
}

function isGenerated(path: Path): boolean {
  return path.includes('@');
}

function notDefined(path: Path, { recorded, plan }: Fitted): string {
  const steps = plan.template.steps.map((step) => step.path);
  const near = nearest(path, steps.filter((step) => recorded.paths[step] === undefined));
  return `'${path}' is recorded and not defined any more${near === undefined ? '' : `; is it '${near}' now?`}`;
}

function changedKind(path: Path, { plan, from }: Fitted): string | undefined {
  const before = from?.steps.find((step) => step.path === path);
  const always = plan.template.steps.find((step) => step.path === path)?.always;
  if (before === undefined || always === undefined || before.always === always) return undefined;
  return always ? `'${path}' is recorded as a step, and is an always step now` : `'${path}' is recorded as an always step, and is a step like others now`;
}

/** A kernel that knows what follows from the record. Callbacks that did not exist then hold nobody back. Tiers pace a run, and bind nobody. */
function recalled({ recorded, restored, plan }: Fitted): Kernel {
  const { template } = plan;
  const { failFast = false, finishTier = false, graceMs, flowTimeoutMs } = recorded.options;
  const nodes = new Map(restored.past.nodes);
  for (let node = template.stepCount; node < template.workCount; node++) if (!nodes.has(node)) nodes.set(node, done);
  const kernel = new Kernel(template, { limit: Infinity, failFast, tiered: false, finishTier, graceMs, flowTimeoutMs });
  kernel.recall({ history: restored.past.history, nodes }, 0);
  for (const { region, latch, at } of restored.latches) kernel.latch(region, latch, at);
  const failure = finishTier ? [...nodes.values()].find(({ state }) => state === FAILED) : undefined;
  const isOpen = (node: number): boolean => template.always[node] === 0 && nodes.has(node) && kernel.state(node) < FIRST_OUTCOME;
  if (failure !== undefined && !template.bodies.some((_, node) => isOpen(node))) kernel.latch(0, { mode: 'drain', why: 'failure', reason: failure.value }, 0);
  return kernel;
}

const done: PastNode = { state: SUCCEEDED, value: undefined, attempt: 0, retryAt: 0 };
