import { EXEMPT, OPTIONAL } from '../graph/edges.ts';
import { pathOf } from '../graph/path-of.ts';
import { FIRST_OUTCOME } from '../run/kernel/cells.ts';
import { Kernel } from '../run/kernel/kernel.ts';
import { GO, verdictOf } from '../run/kernel/verdicts.ts';
import type { Plan } from '../run/plan.ts';
import type { Restored } from '../run/restored.ts';
import type { Path } from './entry.ts';
import { settingsOf } from './run-options.ts';
import type { PathState, Snapshot } from './snapshot.ts';

/** What has happened to a node that a recovery has not taken back. */
const happened: ReadonlySet<PathState> = new Set(['started', 'lost', 'returned', 'retrying', 'succeeded', 'failed', 'skipped', 'stopped']);

/**
 * Returns what keeps a recorded run from going on with a definition (ruling R19): it may if everything that has happened could have happened
 * with this definition. Nothing for a run that fits.
 */
export function misfits(snapshot: Snapshot, plan: Plan, restored: Restored, defaults: Parameters<typeof settingsOf>[2]): readonly string[] {
  const unknown = Object.keys(snapshot.paths).filter((path) => plan.nodeAt(path) === undefined);
  const missing = unknown.map((path) => `'${path}' has been at work, and the definition has no such step`);
  if (snapshot.recovered > 0) return missing; // what was handled before is not a failure any more
  const kernel = new Kernel(plan.template, settingsOf(snapshot.options, '', defaults));
  kernel.recall(restored.past, 0);
  const early = Object.entries(snapshot.paths).flatMap(([path, { s }]) => {
    const node = plan.nodeAt(path);
    return node === undefined || !happened.has(s) ? [] : tooEarly(kernel, plan, node, path);
  });
  return [...missing, ...early];
}

/** What a node that has been at work would have to wait for. */
function tooEarly(kernel: Kernel, plan: Plan, node: number, path: Path): readonly string[] {
  const { inStart, ins, inKinds } = plan.template;
  const found: string[] = [];
  for (let slot = inStart[node] as number; slot < (inStart[node + 1] as number); slot++) {
    const from = ins[slot] as number;
    const kind = inKinds[slot] as number;
    if (kind === OPTIONAL || kind === EXEMPT) continue;
    const state = kernel.state(from);
    if (state >= FIRST_OUTCOME && verdictOf(kind, state) === GO) continue;
    found.push(`'${path}' has been at work, and now it would have to wait for ${from < plan.template.workCount ? `'${pathOf(plan.template, from)}'` : 'a group that is not complete'}`);
  }
  return found;
}

