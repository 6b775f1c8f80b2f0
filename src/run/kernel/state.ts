import { pathOf } from '../../graph/path-of.ts';
import type { Template } from '../../graph/template.ts';
import { WAITING } from './cells.ts';
import type { History } from './history.ts';
import { type Admission, Joins } from './joins.ts';
import type { Latch, Latches } from './latches.ts';
import type { Closing, KernelOptions } from './options.ts';
import type { Overruns } from './overruns.ts';
import { ReadySet } from './ready.ts';
import type { Timers } from './timers.ts';

/** What the kernel knows, and what can be asked of it; nothing here changes anything. */
export abstract class KernelState implements Admission {
  readonly template: Template;
  /** The value of each step that succeeded, the error of each that failed or whose condition threw, the reason of each that was stopped. */
  readonly values: unknown[];
  /** Regions that were closed, for a driver that empties the list. */
  closed: Closing[] | undefined = undefined;
  /** The same regions, all of them and in order. */
  closings: Closing[] | undefined = undefined;
  timers: Timers | undefined = undefined;
  /** Says that a ready step may not start, if somebody has a say: it stays as it is, and is not asked for again. */
  holdsBack: ((node: number) => boolean) | undefined = undefined;
  /** Composite steps whose moment has come, for a driver that empties the list. */
  woken: number[] | undefined = undefined;
  /** The composite steps at work, kept by the driver: what is in them has the grace, and they end with it. */
  composed: Set<number> | undefined = undefined;
  /** What failed inside of composite steps that failed because of it, kept by the driver. */
  insides: Map<number, readonly { readonly path: string; readonly error: Error }[]> | undefined = undefined;
  /** What is to end early, for a driver that empties its lists. */
  overruns: Overruns | undefined = undefined;
  /** Which edges went although their source was passed over. */
  readonly exemptions: Joins['exemptions'];
  readonly history: History;
  protected readonly options: KernelOptions;
  protected readonly joins: Joins;
  protected readonly ready: ReadySet;
  /** How many nodes are at work, and how many wait for their next attempt. */
  protected active = 0;
  protected parked = 0;
  protected latches: Latches | undefined = undefined;
  protected attempts: Map<number, number> | undefined = undefined;

  constructor(template: Template, options: KernelOptions) {
    this.template = template;
    this.options = options;
    this.values = template.blanks.values.slice();
    this.joins = new Joins(template, this);
    this.history = this.joins.history;
    this.exemptions = this.joins.exemptions;
    this.ready = new ReadySet(template);
  }

  abstract admit(step: number): void;

  /** Everything has its outcome: lets go of what results, which may be kept for long, do not need. */
  retire(): void {
    this.ready.retire();
  }

  get left(): number {
    return this.joins.left;
  }

  /** Whether no node has failed, was cancelled or stopped: then nothing has to be searched for one. */
  get isClean(): boolean {
    return this.joins.isClean;
  }

  state(node: number): number {
    return this.joins.state(node);
  }

  /** What the paths of a body or of a flow that is called begin with. */
  get place(): string | undefined {
    return this.options.place;
  }

  /** The path of a node with work. */
  pathAt(node: number): string {
    const path = pathOf(this.template, node);
    return this.options.place === undefined ? path : `${this.options.place}/${path}`;
  }

  /** How many nodes are at work. */
  get atWork(): number {
    return this.active;
  }

  /** Whether somebody stops something of it, of which a driver has not heard everything. */
  get isStopping(): boolean {
    return this.closed !== undefined || this.overruns !== undefined;
  }

  /** Whether steps are at work, and nothing happens before one of them ends. */
  get justWaits(): boolean {
    return this.active > 0 && this.timers === undefined && !this.isStopping;
  }

  /** Whether nothing may start before something else happens. */
  get isIdle(): boolean {
    return this.ready.isEmpty;
  }

  /** Whether a step may start as far as its timings are concerned, and is held back by a limit or a pause. */
  isQueued(node: number): boolean {
    return this.joins.cells[node] === WAITING;
  }

  attempt(node: number): number {
    return this.attempts?.get(node) ?? 1;
  }

  /** The decision that closes a region, its own or the flow's. */
  latchOf(region: number): Latch | undefined {
    return this.latches?.of(region);
  }

  /** The decision about one region alone. */
  ownLatch(region: number): Latch | undefined {
    return this.latches?.own(region);
  }

  timedOut(region: number): boolean {
    return this.latches?.timedOut(region) === true;
  }

  isPaused(region: number): boolean {
    return this.ready.guard?.isPaused(region) === true;
  }

  /** Whether no further attempt of a step may start. */
  isClosed(node: number): boolean {
    if (this.latches === undefined) return false;
    const region = this.template.regionOf[node] as number;
    return this.template.always[node] === 0 ? this.latches.of(region) !== undefined : this.latches.forces(region);
  }

  /** Whether a stop ends everything of a step, its callbacks too. */
  isForced(node: number): boolean {
    return this.latches?.forces(this.template.regionOf[node] as number) === true;
  }

  /** Whether a stop wants a step to end soon. */
  isAborted(node: number): boolean {
    return this.isClosed(node) && this.latchOf(this.template.regionOf[node] as number)?.mode === 'abort';
  }

  /** Whether every step of a region has its outcome. */
  isOver(region: number): boolean {
    return this.left === 0 || (region !== 0 && this.joins.openSteps(region).length === 0);
  }

  /** Whether steps are left that nothing can wake: never, unless the kernel is broken (law K3). */
  get stalled(): boolean {
    return this.holdsBack === undefined && this.left > 0 && this.active === 0 && this.parked === 0 && this.ready.isEmpty;
  }
}
