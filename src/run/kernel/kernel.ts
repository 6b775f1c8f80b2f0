import type { Template } from '../../graph/template.ts';
import { TimeoutError } from '../../errors.ts';
import { arrive, decide } from './arrivals.ts';
import { ABORTED, EXPIRED, FAILED, FIRST_OUTCOME, ONE, PARKED, RUNNING, SKIPPED, STATE, STOPPED, SUCCEEDED, WAITING } from './cells.ts';
import { Guard, NONE } from './guard.ts';
import { History } from './history.ts';
import { type Latch, Latches } from './latches.ts';
import { type Timer, Timers } from './timers.ts';

/** What one run adds to its template. */
export interface KernelOptions {
  /** How many steps may be at work at once. */
  readonly limit: number;
  /** Whether the first failure stops the run. */
  readonly failFast: boolean;
  /** How long a step may go on after its signal aborted. */
  readonly graceMs: number;
  /** The longest time of the run, for its message. */
  readonly flowTimeoutMs: number | undefined;
}

/** A step at work whose signal is to abort: because its own time is up, or because its region was closed. */
export interface Abort {
  readonly node: number;
  readonly expired: boolean;
}

/**
 * The scheduler: a deterministic state machine over arrays (law K2). It does no I/O, calls no user code, reads no clock and
 * makes no promise; whoever drives it pulls ready steps with `take` and reports what became of them.
 *
 * - **S1** A node has exactly one outcome; `#conclude` and the common case of `succeed` are the only places that give it one.
 * - **S2** A step becomes ready when its last edge says so; `#admit` and `#spreadSuccess` are the only ways into the ready set.
 * - **S3** Outcomes travel through a worklist, never by recursion: a chain of any length fits.
 * - **S4** `left` counts steps without an outcome, at work or not; the run is over when it is 0 (law K4).
 */
export class Kernel {
  readonly template: Template;
  /** The state of each node; see `cells.ts`. */
  readonly cells: number[];
  /** The value of each step that succeeded, the error of each that failed, the reason of each that was stopped. */
  readonly values: unknown[];
  readonly history: History;
  left: number;
  /** Regions that were closed, for a driver that empties the list. */
  closed: { readonly region: number; readonly latch: Latch }[] | undefined = undefined;
  /** What timers there are; `undefined` until the first one is set. */
  timers: Timers | undefined = undefined;
  readonly #options: KernelOptions;
  #ready: number[];
  #head = 0;
  #active = 0;
  #parked = 0;
  #guard: Guard | undefined = undefined;
  #latches: Latches | undefined = undefined;
  #attempts: Map<number, number> | undefined = undefined;
  #aborts: Abort[] | undefined = undefined;
  #overdue: number[] | undefined = undefined;
  /** Nodes whose outcome has not reached what waits for them; the first `#worked` entries count. */
  readonly #work: number[] = [];
  #worked = 0;

  constructor(template: Template, options: KernelOptions) {
    this.template = template;
    this.#options = options;
    this.cells = template.initial.slice();
    this.values = new Array<unknown>(template.stepCount);
    this.history = new History(template.stepCount, template.overlapping);
    this.left = template.stepCount;
    this.#ready = template.roots.slice();
    if (template.limited || options.limit !== Infinity) this.#guardUp();
  }

  /** Takes the next ready step and marks it as running; `NONE` when none may start now. */
  take(): number {
    let node: number;
    if (this.#guard === undefined) {
      if (this.#head === this.#ready.length) return NONE;
      node = this.#ready[this.#head++] as number;
    } else {
      node = this.#guard.take();
      if (node === NONE) return NONE;
    }
    this.cells[node] = RUNNING;
    this.#active++;
    if (this.#attempts === undefined || !this.#attempts.has(node)) this.history.started(node);
    return node;
  }

  /** A step at work returned a value. */
  succeed(node: number, value: unknown): void {
    if (value !== undefined) this.values[node] = value;
    if (this.template.plain && this.#guard === undefined) {
      this.#active--;
      this.cells[node] = SUCCEEDED;
      this.left--;
      this.history.ended(node, true);
      this.#spreadSuccess(node);
    } else {
      this.#end(node, SUCCEEDED);
    }
  }

  /** A step at work failed for good. `now` is needed under `failFast`. */
  fail(node: number, error: unknown, now: number | undefined): void {
    this.values[node] = error;
    this.#end(node, FAILED);
    if (this.#options.failFast && now !== undefined) this.latch(0, { mode: 'abort', why: 'failure', reason: error }, now);
  }

  /** A step that was taken is passed over. */
  skip(node: number): void {
    this.#end(node, SKIPPED);
  }

  /** A step at work ended because of a stop. */
  stopped(node: number): void {
    this.values[node] = this.latchOf(this.template.regionOf[node] as number)?.reason;
    this.#end(node, STOPPED);
  }

  /** A step at work failed and is tried again at `at`, or as soon as it may when `at` is undefined. */
  retry(node: number, at: number | undefined): void {
    const attempt = this.attempt(node) + 1;
    (this.#attempts ??= new Map()).set(node, attempt);
    this.#leave(node);
    if (at === undefined) {
      this.cells[node] = WAITING;
      this.#admit(node);
      this.#settle();
    } else {
      this.cells[node] = PARKED;
      this.#parked++;
      this.setTimer(at, { kind: 'retry', node, attempt });
    }
  }

  /**
   * Closes a region (0: the whole run) to starts. Ready and parked steps are stopped now, waiting ones when they would have
   * started, running ones finish or get their signal; `always` steps go on. Returns whether this changed anything.
   */
  latch(region: number, latch: Latch, now: number, graceMs: number = this.#options.graceMs): boolean {
    if (!(this.#latches ??= new Latches()).close(region, latch)) return false;
    (this.closed ??= []).push({ region, latch });
    const guard = this.#guardUp();
    guard.unpause(region);
    for (const node of guard.withdraw(region, (ready) => this.template.always[ready] === 0)) this.#stop(node);
    for (const node of this.#openSteps(region)) {
      const state = this.state(node);
      if (state === PARKED) {
        this.#parked--;
        this.#stop(node);
      } else if (state === RUNNING && latch.mode === 'abort') {
        this.cells[node] = ABORTED;
        this.#abort({ node, expired: false }, now + graceMs);
      }
    }
    this.#settle();
    return true;
  }

  /** Holds back the starts of a region, or lets them go on. Returns false, without effect, when it is closed or over. */
  pause(region: number, paused: boolean): boolean {
    if (this.latchOf(region) !== undefined || this.isOver(region) || this.isPaused(region) === paused) return false;
    this.#guardUp().setPaused(region, paused);
    return true;
  }

  /** Lets everything happen that is due. */
  wake(now: number): void {
    for (let timer = this.timers?.due(now); timer !== undefined; timer = this.timers?.due(now)) this.#ring(timer, now);
    this.#settle();
  }

  setTimer(at: number, timer: Timer): void {
    (this.timers ??= new Timers()).set(at, timer);
  }

  /** Hands over the steps at work whose signal is to abort; `undefined` when there are none. */
  takeAborts(): readonly Abort[] | undefined {
    const aborts = this.#aborts;
    if (aborts !== undefined) this.#aborts = undefined;
    return aborts;
  }

  /** Hands over the steps at work whose grace ran out. */
  takeOverdue(): readonly number[] {
    const overdue = this.#overdue ?? [];
    this.#overdue = undefined;
    return overdue;
  }

  /** The state or the outcome of a node. */
  state(node: number): number {
    return (this.cells[node] as number) & STATE;
  }

  /** The number of the attempt that a step is at, from 1. */
  attempt(node: number): number {
    return this.#attempts?.get(node) ?? 1;
  }

  /** The decision that closes a region, its own or the flow's. */
  latchOf(region: number): Latch | undefined {
    return this.#latches?.of(region);
  }

  timedOut(region: number): boolean {
    return this.#latches?.timedOut(region) === true;
  }

  isPaused(region: number): boolean {
    return this.#guard?.isPaused(region) === true;
  }

  /** Whether no further attempt of a step may start. */
  isClosed(node: number): boolean {
    return this.#latches !== undefined && this.template.always[node] === 0 && this.#latches.of(this.template.regionOf[node] as number) !== undefined;
  }

  /** Whether every step of a region has its outcome. */
  isOver(region: number): boolean {
    if (this.left === 0 || region === 0) return this.left === 0;
    const { regionOf, stepCount } = this.template;
    for (let node = 0; node < stepCount; node++) if (regionOf[node] === region && this.state(node) < FIRST_OUTCOME) return false;
    return true;
  }

  /** Whether nothing can happen any more although steps are left: never, unless the kernel is broken (law K3). */
  get stalled(): boolean {
    return this.left > 0 && this.#active === 0 && this.#parked === 0 && this.#head === this.#ready.length && (this.#guard?.size ?? 0) === 0;
  }

  /** Ends a step that was at work. */
  #end(node: number, outcome: number): void {
    this.#leave(node);
    this.#conclude(node, outcome);
    this.#settle();
  }

  #leave(node: number): void {
    this.#active--;
    this.#guard?.release(node);
  }

  #stop(node: number): void {
    this.values[node] = this.latchOf(this.template.regionOf[node] as number)?.reason;
    this.#conclude(node, STOPPED);
  }

  /** Gives a node its outcome (S1) and queues it, so that what waits for it hears of it. */
  #conclude(node: number, outcome: number): void {
    const cell = this.cells[node] as number;
    this.cells[node] = outcome | (cell & ~(ONE - 1));
    this.#work[this.#worked++] = node;
    if (node >= this.template.stepCount) return;
    this.left--;
    const state = cell & STATE;
    this.history.ended(node, state === RUNNING || state === EXPIRED || state === ABORTED);
  }

  /** Lets every outcome reach what waits for it, in the order they came about (S3). */
  #settle(): void {
    const before = this.#ready.length;
    for (let at = 0; at < this.#worked; at++) this.#spread(this.#work[at] as number);
    this.#worked = 0;
    if (this.#ready.length - before > 1) this.#sortReady(before);
  }

  /** The common case: an outcome `succeeded` where every edge needs success and nothing is held back. */
  #spreadSuccess(node: number): void {
    const { outStart, outs, stepCount } = this.template;
    const { cells } = this;
    const end = outStart[node + 1] as number;
    for (let slot = outStart[node] as number; slot < end; slot++) {
      const target = outs[slot] as number;
      const cell = (cells[target] as number) - ONE;
      cells[target] = cell;
      if (cell >= ONE) continue;
      if (cell === 0 && target < stepCount) this.#ready.push(target);
      else this.#arrived(target, cell);
    }
    if (this.#worked > 0) this.#settle();
  }

  #spread(node: number): void {
    const { outStart, outs, outKinds, modes } = this.template;
    const { cells } = this;
    const outcome = this.state(node);
    const end = outStart[node + 1] as number;
    for (let slot = outStart[node] as number; slot < end; slot++) {
      const target = outs[slot] as number;
      const open = (cells[target] as number) - ONE;
      if ((open & STATE) !== WAITING) {
        cells[target] = open;
        continue;
      }
      const cell = arrive(open, modes[target] as number, outKinds[slot] as number, outcome);
      const decided = cell & STATE;
      cells[target] = decided === WAITING ? cell : open;
      if (decided !== WAITING) this.#conclude(target, decided);
      else if (cell < ONE) this.#arrived(target, cell);
    }
  }

  /** All edges of a node have arrived. */
  #arrived(node: number, cell: number): void {
    if ((cell & STATE) !== WAITING) return;
    const outcome = decide(cell);
    if (outcome !== 0) this.#conclude(node, outcome);
    else if (node >= this.template.stepCount) this.#conclude(node, SUCCEEDED);
    else this.#admit(node);
  }

  /** Lets a step into the ready set (S2), unless its region is closed. */
  #admit(node: number): void {
    if (this.isClosed(node)) this.#stop(node);
    else if (this.#guard === undefined) this.#ready.push(node);
    else this.#guard.push(node);
  }

  /** Steps that became ready at once start in the order of their numbers (law K2). */
  #sortReady(from: number): void {
    const ready = this.#ready;
    for (let at = from + 1; at < ready.length; at++) {
      if ((ready[at - 1] as number) <= (ready[at] as number)) continue;
      const sorted = ready.slice(from).sort((a, b) => a - b);
      sorted.forEach((node, offset) => (ready[from + offset] = node));
      return;
    }
  }

  #ring(timer: Timer, now: number): void {
    if (timer.kind === 'region') {
      if (this.#openSteps(timer.region).length > 0) this.latch(timer.region, { mode: 'abort', why: 'timeout', reason: this.#outOfTime(timer.region) }, now);
      return;
    }
    const { kind, node } = timer;
    if (timer.attempt !== this.attempt(node)) return;
    const state = this.state(node);
    if (kind === 'retry' && state === PARKED) {
      this.#parked--;
      this.cells[node] = WAITING;
      this.#admit(node);
    } else if (kind === 'timeout' && state === RUNNING) {
      this.cells[node] = EXPIRED;
      this.#abort({ node, expired: true }, now + this.#options.graceMs);
    } else if (kind === 'grace' && (state === EXPIRED || state === ABORTED)) {
      (this.#overdue ??= []).push(node);
    }
  }

  #abort(abort: Abort, graceEndsAt: number): void {
    (this.#aborts ??= []).push(abort);
    this.setTimer(graceEndsAt, { kind: 'grace', node: abort.node, attempt: this.attempt(abort.node) });
  }

  #outOfTime(region: number): TimeoutError {
    const { flow, regions } = this.template;
    if (region === 0) return new TimeoutError(`flow '${flow}'`, this.#options.flowTimeoutMs ?? 0);
    return new TimeoutError(`process '${regions[region]?.name}'`, regions[region]?.timeoutMs ?? 0);
  }

  /** The steps of a region that have no outcome and that a stop concerns. */
  #openSteps(region: number): readonly number[] {
    const { regionOf, always, stepCount } = this.template;
    const open: number[] = [];
    for (let node = 0; node < stepCount; node++) {
      if (always[node] === 0 && (region === 0 || regionOf[node] === region) && this.state(node) < FIRST_OUTCOME) open.push(node);
    }
    return open;
  }

  /** From now on ready steps are chosen, not queued. */
  #guardUp(): Guard {
    if (this.#guard !== undefined) return this.#guard;
    const guard = new Guard(this.template, this.#options.limit);
    for (let at = this.#head; at < this.#ready.length; at++) guard.push(this.#ready[at] as number);
    this.#ready = [];
    this.#head = 0;
    if (this.#active > 0) {
      this.cells.forEach((cell, node) => {
        const state = cell & STATE;
        if (state === RUNNING || state === EXPIRED || state === ABORTED) guard.adopt(node);
      });
    }
    return (this.#guard = guard);
  }
}

