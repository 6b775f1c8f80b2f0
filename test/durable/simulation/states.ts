import type { Snapshot } from '../../../src/durable/snapshot.ts';
import { restoredOf } from '../../../src/durable/restored-of.ts';
import type { RunCodec } from '../../../src/durable/run-codec.ts';
import { FlowRun } from '../../../src/run/flow-run.ts';
import { ABORTED, EXPIRED, PARKED, RETURNED, RUNNING, STOPPED, WAITING } from '../../../src/run/kernel/cells.ts';
import type { RunSettings } from '../../../src/run/run-settings.ts';
import type { Stage } from './world.ts';

const atWork: ReadonlySet<number> = new Set([RUNNING, EXPIRED, ABORTED, RETURNED]);

/** Law K11: what is recorded stands as the run does, but for what is at work. */
export function checkStates(state: Snapshot, world: Stage, { kernel }: FlowRun, settings: RunSettings, codec: RunCodec): readonly string[] {
  const twin = new FlowRun(world.plan, world.around, settings, 'twin');
  twin.recall(restoredOf(state, world.plan, codec));
  const problems: string[] = [];
  for (let node = 0; node < kernel.template.size; node += 1) {
    const [live, restored] = [kernel.state(node), twin.kernel.state(node)];
    const isOpen = atWork.has(live) && (atWork.has(restored) || (restored === STOPPED && kernel.isClosed(node)));
    const isDue = live === WAITING && restored === PARKED && (state.paths[world.plan.pathAt(node)]?.retryAt ?? Infinity) <= settings.clock.now();
    if (live !== restored && !isOpen && !isDue) problems.push(`node ${node} (${kernel.template.steps[node]?.path ?? 'generated'}) is ${live}, and ${restored} when it is restored`);
  }
  return problems;
}
