import { FIRST_OUTCOME } from './kernel/cells.ts';
import { resourcesOf } from './resources.ts';
import type { Restored } from './restored.ts';
import type { RunParts } from './run-parts.ts';

/** What a run goes on with: the nodes that were at work, and when its resources are back. */
export interface Recalled {
  readonly reopened: readonly number[];
  readonly ready: Promise<unknown>;
}

/** Gives a run what was recorded of it, before it does anything. */
export function recallRun(run: RunParts, restored: Restored): Recalled {
  const { kernel, settings } = run;
  run.restored = restored;
  run.input = restored.input;
  run.startedAt = restored.startedAt;
  const reopened = kernel.recall(restored.past, run.alarm.now());
  run.attempts?.recall(restored, settings.flowTimeoutMs);
  if (restored.writes.size > 0) run.layers().recall(restored.writes);
  for (const { region, latch, at } of restored.latches) kernel.latch(region, latch, at, settings.graceMs);
  for (const region of restored.paused) kernel.pause(region, true);
  const recovering = [...restored.resources].map(([region, records]) => resourcesOf(run).recover(region, records, run.around.resources));
  return { reopened: reopened.filter((node) => kernel.state(node) < FIRST_OUTCOME), ready: Promise.all(recovering) };
}
