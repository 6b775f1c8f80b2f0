import { FAILED, FIRST_OUTCOME, STOPPED, SUCCEEDED } from '../run/kernel/cells.ts';
import { Kernel } from '../run/kernel/kernel.ts';
import type { Latch } from '../run/kernel/latches.ts';
import type { PastNode } from '../run/kernel/recall.ts';
import type { Restored } from '../run/restored.ts';
import type { Path } from './entry.ts';
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
  /** The last moment of which something is recorded. */
  #lastAt: number | undefined = undefined;

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
    const failure = recorded.options.finishTier === true ? nodes.find(({ state }) => state === FAILED) : undefined;
    const known = new Set(nodes.map(({ node }) => node));
    const isOpen = (node: number): boolean => template.always[node] === 0 && known.has(node) && kernel.state(node) < FIRST_OUTCOME;
    if (failure !== undefined && !template.bodies.some((_, node) => isOpen(node))) kernel.latch(0, { mode: 'drain', why: 'failure', reason: failure.value }, 0);
    return kernel;
  }

  #inside(place: Place, host: NonNullable<Place['host']>): Kernel {
    const kernel = this.#recalled(place, this.#run.restored.inside(place.place ?? '', place.plan));
    const latch = this.#latchOf(place, host) ?? (wasStopped(kernel) ? through : undefined);
    if (latch !== undefined) kernel.latch(0, latch, 0);
    return kernel;
  }

  /** What closes a scope follows from what closed the one around it; and when that is through with it, nothing in it was left to start. */
  #latchOf({ place = '' }: Place, { at, node }: NonNullable<Place['host']>): Latch | undefined {
    const outer = this.at(at);
    if (outer.isClosed(node)) return outer.latchOf(at.plan.template.regionOf[node] as number);
    const { paths } = this.#run.recorded;
    const path = outer.pathAt(node);
    const isOver = over.has(paths[path]?.s) || over.has(paths[place]?.s);
    return isOver || this.#isCut(at, node, path) || this.#isLate(at, node, path) ? through : undefined;
  }

  /** Whether the time of a composite step was up, which is not recorded before the step has ended. */
  #isLate({ plan }: Place, node: number, path: Path): boolean {
    const { paths } = this.#run.recorded;
    const since = paths[path]?.since;
    const timeoutMs = plan.template.steps[node]?.timeoutMs;
    if (since === undefined || timeoutMs === undefined) return false;
    this.#lastAt ??= Object.values(paths).reduce((last, { at }) => Math.max(last, at), 0);
    return since + timeoutMs <= this.#lastAt;
  }

  /** Whether an item has failed, which ends the others. */
  #isCut({ plan }: Place, node: number, path: Path): boolean {
    const composite = plan.template.composites?.[node];
    const { paths } = this.#run.recorded;
    return composite?.kind === 'forEach' && !composite.isCollecting && paths[path]?.work?.keys?.some((key) => paths[`${path}/${key}`]?.s === 'failed') === true;
  }

  /** Callbacks that did not exist then hold nobody back. */
  #recalled({ place, plan: { template } }: Place, restored: Restored | undefined): Kernel {
    const { failFast = false, finishTier = false, graceMs, flowTimeoutMs } = this.#run.recorded.options;
    const nodes = [...(restored?.past.nodes ?? [])];
    const known = new Set(nodes.map(({ node }) => node));
    for (let node = template.stepCount; node < template.workCount; node++) if (!known.has(node)) nodes.push({ ...done, node });
    const isFlow = place === undefined;
    const own = isFlow ? flowTimeoutMs : undefined;
    const kernel = new Kernel(template, { limit: Infinity, failFast, tiered: false, finishTier: isFlow && finishTier, graceMs, flowTimeoutMs: own, place });
    kernel.recall({ history: restored?.past.history ?? [], nodes }, () => 0);
    for (const { region, latch, at } of restored?.latches ?? []) kernel.latch(region, latch, at);
    return kernel;
  }
}

/** Nothing more of a scope starts. */
const through: Latch = { mode: 'drain', why: 'stop', reason: undefined };

/** Whether something was stopped in a scope that nothing has closed of which it is known: then its step had a time, which was up. */
function wasStopped(kernel: Kernel): boolean {
  for (let node = 0; node < kernel.template.stepCount; node++) if (kernel.state(node) === STOPPED && !kernel.isClosed(node)) return true;
  return false;
}

const done: Omit<PastNode, 'node'> = { state: SUCCEEDED, value: undefined, attempt: 0, retryAt: 0, since: undefined };
