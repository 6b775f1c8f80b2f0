import { FIRST_OUTCOME, RUNNING, SUCCEEDED } from './kernel/cells.ts';
import { resourcesOf } from './resources.ts';
import { remembered, type Restored } from './restored.ts';
import type { RunLoop } from './run-loop.ts';

/** What a run goes on with: the nodes that were at work, and when its resources are back. */
export interface Recalled {
  readonly reopened: readonly number[];
  readonly ready: Promise<unknown> | undefined;
}

/** What some composite steps came to is not recorded by itself, and neither is it while callbacks after them are at work. */
function reviveResults(run: RunLoop, restored: Restored): void {
  const { kernel, around } = run;
  kernel.template.composites?.forEach((composite, node) => {
    const reopening = restored.reopenings.get(node);
    const hasReturned = reopening?.end?.status === 'succeeded';
    if (composite === undefined || (kernel.state(node) !== SUCCEEDED && !hasReturned)) return;
    const revived = around.composer.revive(composite, run as never, node); // it takes what this is
    if (revived === undefined) return;
    const { value } = revived;
    if (hasReturned) run.restored = { ...remembered(restored, true), reopenings: new Map(run.restored?.reopenings).set(node, { ...reopening, end: { status: 'succeeded', value } }) };
    else kernel.values[node] = value;
  });
}

/** What is in a composite step at work has the grace of a stop, and not the step itself. */
function reviveWorks({ kernel }: RunLoop, { works, reopenings, past }: Restored): void {
  if (works.size === 0) return;
  for (const { node, state } of past.nodes) {
    const reopening = works.has(node) ? reopenings.get(node) : undefined;
    if (reopening?.begun === true && reopening.end === undefined && state === RUNNING) (kernel.composed ??= new Set()).add(node);
  }
}

/** Gives a run what was recorded of it, before it does anything. */
export function recallRun(run: RunLoop, restored: Restored): Recalled {
  const { kernel, settings } = run;
  run.restored = remembered(restored, kernel.template.works.length > 0 || kernel.template.composites !== undefined || run.recorder !== undefined);
  run.input = restored.input;
  run.startedAt = restored.startedAt;
  if (restored.insides.size > 0) kernel.insides = new Map(restored.insides);
  reviveWorks(run, restored);
  const reopened = kernel.recall(restored.past, () => run.alarm.now());
  reviveResults(run, restored);
  run.attempts?.recall(restored, settings.flowTimeoutMs);
  if (restored.writes.size > 0) run.layers().recall(restored.writes);
  for (const { region, latch, at } of restored.latches) kernel.latch(region, latch, at, settings.graceMs);
  for (const region of restored.paused) kernel.pause(region, true);
  const recovering = [...restored.resources].map(([region, records]) => resourcesOf(run).recover(region, records, run.around.resources));
  return { reopened: reopened.filter((node) => kernel.state(node) < FIRST_OUTCOME), ready: recovering.length === 0 ? undefined : Promise.all(recovering) };
}
