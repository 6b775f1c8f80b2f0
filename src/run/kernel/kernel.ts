import type { Template } from '../../graph/template.ts';
import { ABORTED, EXPIRED, FAILED, FIRST_OUTCOME, PARKED, PASSED_ON, RETURNED, RUNNING, SKIPPED, STOPPED, SUCCEEDED, WAITING } from './cells.ts';
import { Guard, NONE } from './guard.ts';
import type { History } from './history.ts';
import { type Admission, Joins } from './joins.ts';
import { type Latch, Latches } from './latches.ts';
import { type Abort, type Closing, type KernelOptions, outOfTime } from './options.ts';
import { Overruns } from './overruns.ts';
import { ReadySet } from './ready.ts';
import { type StepTimer, type Timer, Timers } from './timers.ts';

/**
 * The scheduler: a deterministic state machine over arrays (law K2). It does no I/O, calls no user code, reads no clock and
 * makes no promise; whoever drives it pulls ready steps with `take` and reports what became of them.
 * How outcomes travel is the work of {@link Joins}; what may start, and when, is decided here.
 */
export class Kernel implements Admission {
  readonly template: Template;
  /** The value of each step that succeeded, the error of each that failed or whose condition threw, the reason of each that was stopped. */
  readonly values: unknown[];
  /** Regions that were closed, for a driver that empties the list. */
  closed: Closing[] | undefined = undefined;
  timers: Timers | undefined = undefined;
  /** What is to end early, for a driver that empties its lists. */
  overruns: Overruns | undefined = undefined;
  /** Which edges went although their source was passed over. */
  readonly exemptions: Joins['exemptions'];
  readonly history: History;
  readonly #options: KernelOptions;
  readonly #joins: Joins;
  readonly #ready: ReadySet;
  #failure: { readonly error: unknown } | undefined = undefined;
  #active = 0;
  #parked = 0;
  #latches: Latches | undefined = undefined;
  #attempts: Map<number, number> | undefined = undefined;

  constructor(template: Template, options: KernelOptions) {
    this.template = template;
    this.#options = options;
    this.values = template.blanks.values.slice();
    this.#joins = new Joins(template, this);
    this.history = this.#joins.history;
    this.exemptions = this.#joins.exemptions;
    this.#ready = new ReadySet(template);
    if (template.limited || options.limit !== Infinity || options.tiered) this.#guard();
  }

  get left(): number {
    return this.#joins.left;
  }

  /** Takes the next ready step and marks it as running; `NONE` when none may start now. */
  take(): number {
    let node = this.#ready.take();
    if (node === NONE && this.#options.tiered) {
      this.#passBarrier();
      node = this.#ready.take();
    }
    if (node === NONE) return NONE;
    this.#joins.cells[node] = RUNNING;
    this.#active++;
    if (this.#attempts === undefined || !this.#attempts.has(node)) this.#joins.history.started(node);
    return node;
  }

  succeed(node: number, value: unknown): void {
    if (value !== undefined) this.values[node] = value;
    if (this.template.plain && this.#ready.guard === undefined) {
      const mark = this.#ready.mark;
      this.#active--;
      this.#joins.succeed(node);
      this.#ready.sortFrom(mark);
    } else {
      this.#end(node, SUCCEEDED);
    }
  }

  /** A step at work failed for good. `now` is needed under `failFast`. */
  fail(node: number, error: unknown, now: number | undefined): void {
    this.values[node] = error;
    this.#failure ??= { error };
    this.#end(node, FAILED);
    if (this.#options.failFast && now !== undefined && this.left > 0) this.latch(0, { mode: 'abort', why: 'failure', reason: error }, now);
  }

  /** The function of a step at work has ended for good; its callbacks are still to run. An abort gives them its grace. */
  returned(node: number): void {
    this.#joins.cells[node] = RETURNED;
  }

  /** A step that was taken is passed over before its function was called; with `cascade` so is what waits for it. */
  skip(node: number, cascade: boolean): void {
    this.#joins.cells[node] = WAITING;
    this.#end(node, cascade ? PASSED_ON : SKIPPED);
  }

  /** A step that was taken ended because of a stop. */
  stopped(node: number, atWork = true): void {
    if (!atWork) this.#joins.cells[node] = WAITING;
    this.values[node] = this.latchOf(this.template.regionOf[node] as number)?.reason;
    this.#end(node, STOPPED);
  }

  /** A step at work failed and is tried again at `at`, or as soon as it may when `at` is undefined. */
  retry(node: number, at: number | undefined): void {
    const attempt = this.attempt(node) + 1;
    (this.#attempts ??= new Map()).set(node, attempt);
    this.#leave(node);
    if (at === undefined) {
      this.#joins.cells[node] = WAITING;
      this.admit(node);
      this.#settle();
    } else {
      this.#joins.cells[node] = PARKED;
      this.#parked++;
      this.setTimer(at, { kind: 'retry', node, attempt });
    }
  }

  /**
   * Closes a region (0: the whole run) to starts. Ready and parked steps are stopped now, waiting ones when they would have started,
   * running ones finish or get their signal; `always` steps go on. Returns whether this changed anything.
   */
  latch(region: number, latch: Latch, now: number, graceMs: number = this.#options.graceMs): boolean {
    if (!(this.#latches ??= new Latches()).close(region, latch)) return false;
    (this.closed ??= []).push({ region, latch: this.latchOf(region) ?? latch, at: this.history.length });
    const guard = this.#guard();
    guard.unpause(region);
    const graceEndsAt = now + graceMs;
    for (const node of guard.withdraw(region, (ready) => this.isClosed(ready))) this.#halt(node, graceEndsAt);
    for (const node of this.#joins.openSteps(region)) {
      if (!this.isClosed(node)) continue;
      const state = this.state(node);
      if (state === PARKED) {
        this.#parked--;
        this.#halt(node, graceEndsAt);
      } else if (latch.mode === 'abort' && (state === RUNNING || state === RETURNED || (state === ABORTED && latch.force === true))) {
        if (state === RUNNING) this.#joins.cells[node] = ABORTED;
        this.#abort({ node, expired: false }, graceEndsAt);
      }
    }
    this.#settle();
    return true;
  }

  /** Holds back the starts of a region, or lets them go on. Returns false, without effect, when it is closed or over. */
  pause(region: number, paused: boolean): boolean {
    if (this.latchOf(region) !== undefined || this.isOver(region) || this.isPaused(region) === paused) return false;
    this.#guard().setPaused(region, paused);
    return true;
  }

  wake(now: number): void {
    const mark = this.#ready.mark;
    for (let timer = this.timers?.due(now); timer !== undefined; timer = this.timers?.due(now)) this.#ring(timer, now);
    this.#settle(mark);
  }

  setTimer(at: number, timer: Timer): void {
    (this.timers ??= new Timers()).set(at, timer);
  }

  state(node: number): number {
    return this.#joins.state(node);
  }

  /** Whether a step may start as far as its timings are concerned, and is held back by a limit or a pause. */
  isQueued(node: number): boolean {
    return this.#joins.cells[node] === WAITING;
  }

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
    return this.#ready.guard?.isPaused(region) === true;
  }

  /** Whether no further attempt of a step may start. */
  isClosed(node: number): boolean {
    if (this.#latches === undefined) return false;
    const region = this.template.regionOf[node] as number;
    return this.template.always[node] === 0 ? this.#latches.of(region) !== undefined : this.#latches.forces(region);
  }

  /** Whether a stop ends everything of a step, its callbacks too. */
  isForced(node: number): boolean {
    return this.#latches?.forces(this.template.regionOf[node] as number) === true;
  }

  /** Whether a stop wants a step to end soon. */
  isAborted(node: number): boolean {
    return this.isClosed(node) && this.latchOf(this.template.regionOf[node] as number)?.mode === 'abort';
  }

  /** Whether every step of a region has its outcome. */
  isOver(region: number): boolean {
    return this.left === 0 || (region !== 0 && this.#joins.openSteps(region).length === 0);
  }

  /** Whether steps are left that nothing can wake: never, unless the kernel is broken (law K3). */
  get stalled(): boolean {
    return this.left > 0 && this.#active === 0 && this.#parked === 0 && this.#ready.isEmpty;
  }

  /** Lets a step whose last edge said "go" into the ready set, unless its region is closed. */
  admit(step: number): void {
    if (this.#latches !== undefined && this.isClosed(step)) this.#stop(step);
    else this.#ready.push(step);
  }

  #end(node: number, outcome: number): void {
    this.#leave(node);
    this.#joins.conclude(node, outcome);
    this.#settle();
  }

  /** When all steps of a tier have ended, the next one may start, unless the run finishes with a tier in which one failed. */
  #passBarrier(): void {
    const guard = this.#guard();
    if (this.#active > 0 || this.#parked > 0 || !guard.isAtBarrier) return;
    if (this.#options.finishTier && this.#failure !== undefined) {
      this.latch(0, { mode: 'drain', why: 'failure', reason: this.#failure.error }, 0);
    }
    if (guard.isAtBarrier) guard.openTier();
  }

  #leave(node: number): void {
    this.#active--;
    this.timers?.forget((timer) => timer.kind === 'region' || this.#isCurrent(timer));
    this.#ready.guard?.release(node);
  }

  /** A step that waits for its next attempt may not make it. It has callbacks or a record to end, so it is at work once more. */
  #halt(node: number, graceEndsAt: number): void {
    if (this.#attempts?.has(node) !== true || this.template.chains === undefined) return this.#stop(node);
    this.#attempts.set(node, this.attempt(node) - 1);
    this.returned(node);
    this.#active++;
    this.#ready.guard?.hold(node);
    this.#abort({ node, expired: false, halted: true }, this.isAborted(node) ? graceEndsAt : undefined);
  }

  #stop(node: number): void {
    this.values[node] = this.latchOf(this.template.regionOf[node] as number)?.reason;
    this.#joins.conclude(node, STOPPED);
  }

  #settle(mark: number = this.#ready.mark): void {
    this.#joins.settle();
    this.#ready.sortFrom(mark);
  }

  #ring(timer: Timer, now: number): void {
    if (timer.kind === 'region') {
      if (this.#joins.openSteps(timer.region).every((step) => this.template.always[step] === 1)) return;
      this.latch(timer.region, { mode: 'abort', why: 'timeout', reason: outOfTime(this.template, timer.region, this.#options) }, now);
      return;
    }
    const { kind, node } = timer;
    if (!this.#isCurrent(timer)) return;
    const state = this.state(node);
    if (kind === 'retry' && state === PARKED) {
      this.#parked--;
      this.#joins.cells[node] = WAITING;
      this.admit(node);
    } else if (kind === 'timeout' && state === RUNNING) {
      this.#joins.cells[node] = EXPIRED;
      this.#abort({ node, expired: true }, now + this.#options.graceMs);
    } else if ((kind !== 'retry' && kind !== 'timeout' && (state === EXPIRED || state === ABORTED)) || (kind === 'stop' && state === RETURNED)) {
      this.overruns?.overdue(node);
    }
  }

  /** Whether a timer of a step belongs to the attempt that it is at. */
  #isCurrent({ node, attempt }: StepTimer): boolean {
    return this.state(node) < FIRST_OUTCOME && attempt === this.attempt(node);
  }

  #abort(abort: Abort, graceEndsAt: number | undefined): void {
    (this.overruns ??= new Overruns()).abort(abort);
    if (graceEndsAt !== undefined) this.setTimer(graceEndsAt, { kind: abort.expired ? 'grace' : 'stop', node: abort.node, attempt: this.attempt(abort.node) });
  }

  /** From now on ready steps are chosen, not queued. */
  #guard(): Guard {
    return this.#ready.guard ?? this.#ready.useGuard(new Guard(this.template, this.#options.limit, this.#options.tiered));
  }
}
