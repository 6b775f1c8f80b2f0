import { FAILED, FIRST_OUTCOME, SUCCEEDED } from '../run/kernel/cells.ts';
import { Kernel } from '../run/kernel/kernel.ts';
import type { Latch } from '../run/kernel/latches.ts';
import type { PastNode } from '../run/kernel/recall.ts';
import type { Restored } from '../run/restored.ts';
import type { Place } from './locator.ts';
import type { PathState, Snapshot } from './snapshot.ts';

interface Recorded {
  readonly recorded: Snapshot;
  /** The same for a kernel. */
  readonly restored: Restored;
}

/** What is inside has its outcome, if not the step itself. */
const over: ReadonlySet<PathState | undefined> = new Set(['returned', 'succeeded', 'failed', 'stopped']);

/** Kernels that know what follows from a record, for each scope of a run. */
export class RecalledKernels {
  readonly #run: Recorded;
  readonly #kernels = new Map<Place, Kernel>();

  constructor(run: Recorded) {
    this.#run = run;
  }

  at(place: Place): Kernel {
    const known = this.#kernels.get(place);
    if (known !== undefined) return known;
    const kernel = place.host === undefined ? this.#ofFlow(place) : this.#inside(place, place.host);
    this.#kernels.set(place, kernel);
    return kernel;
  }

  /** Tiers pace a run, and bind nobody. */
  #ofFlow(place: Place): Kernel {
    const { recorded, restored } = this.#run;
    const kernel = this.#recalled(place, restored);
    const { template } = place.plan;
    const { nodes } = restored.past;
    const failure = recorded.options.finishTier === true ? [...nodes.values()].find(({ state }) => state === FAILED) : undefined;
    const isOpen = (node: number): boolean => template.always[node] === 0 && nodes.has(node) && kernel.state(node) < FIRST_OUTCOME;
    if (failure !== undefined && !template.bodies.some((_, node) => isOpen(node))) kernel.latch(0, { mode: 'drain', why: 'failure', reason: failure.value }, 0);
    return kernel;
  }

  #inside(place: Place, host: NonNullable<Place['host']>): Kernel {
    const kernel = this.#recalled(place, this.#run.restored.inside(place.place ?? '', place.plan));
    const latch = this.#latchOf(place, host);
    if (latch !== undefined) kernel.latch(0, latch, 0);
    return kernel;
  }

  /** What closes a scope follows from what closed the one around it; and when that is through with it, nothing in it was left to start. */
  #latchOf({ place = '' }: Place, { at, node }: NonNullable<Place['host']>): Latch | undefined {
    const outer = this.at(at);
    if (outer.isClosed(node)) return outer.latchOf(at.plan.template.regionOf[node] as number);
    const { paths } = this.#run.recorded;
    const isOver = over.has(paths[outer.pathAt(node)]?.s) || over.has(paths[place]?.s);
    return isOver ? { mode: 'drain', why: 'stop', reason: undefined } : undefined;
  }

  /** Callbacks that did not exist then hold nobody back. */
  #recalled({ place, plan: { template } }: Place, restored: Restored | undefined): Kernel {
    const { failFast = false, finishTier = false, graceMs, flowTimeoutMs } = this.#run.recorded.options;
    const nodes = new Map(restored?.past.nodes);
    for (let node = template.stepCount; node < template.workCount; node++) if (!nodes.has(node)) nodes.set(node, done);
    const isFlow = place === undefined;
    const own = isFlow ? flowTimeoutMs : undefined;
    const kernel = new Kernel(template, { limit: Infinity, failFast, tiered: false, finishTier: isFlow && finishTier, graceMs, flowTimeoutMs: own, place });
    kernel.recall({ history: restored?.past.history ?? [], nodes }, 0);
    for (const { region, latch, at } of restored?.latches ?? []) kernel.latch(region, latch, at);
    return kernel;
  }
}

const done: PastNode = { state: SUCCEEDED, value: undefined, attempt: 0, retryAt: 0 };
