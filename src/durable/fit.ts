import type { GraphDocument } from '../define/graph.ts';
import { nearest } from '../define/nearest.ts';
import { changedKind } from './changed-kind.ts';
import { blockers } from './blockers.ts';
import { forgottenBlockers } from './forgotten-blockers.ts';
import type { Path } from './entry.ts';
import { type Located, Locator, type Place, type PlanOf } from './locator.ts';
import { RecalledKernels } from './recalled-kernels.ts';
import type { Plan } from '../run/plan.ts';
import type { Restored } from '../run/restored.ts';
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
  readonly planOf: PlanOf;
  /** The structure that it was recorded with, if it is known. */
  readonly from: GraphDocument | undefined;
}

/** What has happened to a node that a recovery has not taken back. */
const happened: ReadonlySet<PathState> = new Set(['started', 'lost', 'open', 'returned', 'retrying', 'succeeded', 'failed', 'skipped', 'stopped']);

/**
 * Returns what keeps a recorded run from going on with a definition (ruling R19): it may if everything that has happened could have happened
 * with this definition. Nothing for a run that fits.
 *
 * - F1 Each recorded step exists, in the same scope, and is `always` or composite or not as it was.
 * - F2 What each node that was at work waits for has come about.
 *
 * Callbacks are no structure: they may come and go. A callback before steps that have been at work runs late; one that is gone stays done.
 * What a recovery has taken back binds nobody.
 */
export function misfits(fitted: Fitted): readonly string[] {
  const { recorded, next, plan, planOf } = fitted;
  const locator = new Locator(plan, planOf);
  const kernels = new RecalledKernels(fitted);
  const judges = new Map<Place, (node: number) => readonly string[]>();
  const judgeOf = (at: Place): ((node: number) => readonly string[]) => {
    const known = judges.get(at);
    const judge = known ?? (recorded.recovered > 0 ? forgottenBlockers(recorded, at.plan, at.place) : blockers(kernels.at(at), at.plan.template));
    if (known === undefined) judges.set(at, judge);
    return judge;
  };
  return Object.entries(next.paths).flatMap(([path, record]) => {
    const located = locator.locate(path);
    const { at, node, isItem } = located;
    if (node === undefined) return isGenerated(path) ? [] : [notDefined(path, located, fitted)];
    const changed = changedKind(path, record, located, fitted.from);
    if (changed !== undefined) return [changed];
    if (isItem || !happened.has(record.s)) return [];
    return [...new Set(judgeOf(at)(node))].map((why) => `'${path}' has been at work, and ${why}`);
  });
}

function isGenerated(path: Path): boolean {
  return path.includes('@');
}

function notDefined(path: Path, { at: { place, plan } }: Located, { recorded }: Fitted): string {
  const steps = plan.template.steps.map((step) => (place === undefined ? step.path : `${place}/${step.path}`));
  const near = nearest(path, steps.filter((step) => recorded.paths[step] === undefined));
  return `'${path}' is recorded and not defined any more${near === undefined ? '' : `; is it '${near}' now?`}`;
}
