import type { Template } from '../../graph/template.ts';
import { ABORTED, EXPIRED, FAILED, FIRST_OUTCOME, PARKED, PASSED_ON, RETURNED, RUNNING, SKIPPED, STOPPED, SUCCEEDED, WAITING } from './cells.ts';
import { Guard, NONE } from './guard.ts';
import type { Admission } from './joins.ts';
import { type Latch, Latches } from './latches.ts';
import { type Abort, type KernelOptions, outOfTime } from './options.ts';
import { Overruns } from './overruns.ts';
import type { Past } from './recall.ts';
import { KernelState } from './state.ts';
import { type StepTimer, type Timer, Timers } from './timers.ts';

/**
 * The scheduler: a deterministic state machine over arrays (law K2). It does no I/O, calls no user code, reads no clock and
 * makes no promise; whoever drives it pulls ready steps with `take` and reports what became of them.
 * How outcomes travel is the work of {@link Joins}; what may start, and when, is decided here.
 */
export class Kernel extends KernelState implements Admission {
  #failure: { readonly error: unknown } | undefined = undefined;

  constructor(template: Template, options: KernelOptions) {
    super(template, options);
    if (template.limited || options.limit !== Infinity || options.tiered) this.#guard();
  }

  /**
   * Takes over what was recorded of a run, before anything else is done. What was at work is again, with its slots: returns it in
   * the order of numbers.
   */
  recall(past: Past, now: () => number): readonly number[] {
    this.joins.recall(past);
    const reopened: number[] = [];
    for (const { node, state, value, attempt, retryAt } of past.nodes) {
      this.values[node] = value;
      if (attempt > 1) (this.attempts ??= new Map()).set(node, attempt);
      if (state === FAILED) this.#failure ??= { error: value };
      if (state !== RUNNING && state !== PARKED) continue;
      this.joins.cells[node] = state;
      this.ready.guard?.openTier(node);
      if (state === PARKED) this.#park(node, retryAt);
      else reopened.push(node);
    }
    for (const node of this.ready.drain()) if (this.state(node) === WAITING) this.ready.push(node);
    for (const node of reopened) this.#reopen(node);
    if (this.options.failFast) this.#failFast(now());
    return reopened.length > 1 ? reopened.sort((a, b) => a - b) : reopened;
  }

  /** Takes the next ready step and marks it as running; `NONE` when none may start now. */
  take(): number {
    const first = this.ready.take();
    const node = this.options.tiered || this.holdsBack !== undefined ? this.#choose(first) : first;
    if (node === NONE) return NONE;
    this.joins.cells[node] = RUNNING;
    this.active++;
    if (this.attempts === undefined || !this.attempts.has(node)) this.joins.history.started(node);
    return node;
  }

  /** The first step of those that are ready that may start as far as tiers and a driver are concerned. */
  #choose(first: number): number {
    let node = first;
    if (node === NONE && this.options.tiered) {
      this.#passBarrier();
      node = this.ready.take();
    }
    while (node !== NONE && this.holdsBack?.(node) === true) {
      this.ready.guard?.release(node);
      node = this.ready.take();
    }
    return node;
  }

  succeed(node: number, value: unknown): void {
    if (value !== undefined) this.values[node] = value;
    if (this.template.plain && this.ready.guard === undefined) {
      const mark = this.ready.mark;
      this.active--;
      this.joins.succeed(node);
      this.ready.sortFrom(mark);
    } else {
      this.#end(node, SUCCEEDED);
    }
  }

  /** A step at work failed for good. `now` is needed under `failFast`. */
  fail(node: number, error: unknown, now: number | undefined): void {
    this.values[node] = error;
    this.#failure ??= { error };
    this.#end(node, FAILED);
    if (this.options.failFast && now !== undefined) this.#failFast(now);
  }

  /** The function of a step at work has ended for good; its callbacks are still to run. An abort gives them its grace. */
  returned(node: number): void {
    this.joins.cells[node] = RETURNED;
  }

  /** A step that was taken is passed over before its function was called; with `cascade` so is what waits for it. */
  skip(node: number, cascade: boolean): void {
    this.joins.cells[node] = WAITING;
    this.#end(node, cascade ? PASSED_ON : SKIPPED);
  }

  /** A step that was taken ended because of a stop. */
  stopped(node: number, atWork = true): void {
    if (!atWork) this.joins.cells[node] = WAITING;
    this.values[node] = this.latchOf(this.template.regionOf[node] as number)?.reason;
    this.#end(node, STOPPED);
  }

  /** A step at work failed and is tried again at `at`, or as soon as it may when `at` is undefined. */
  retry(node: number, at: number | undefined): void {
    const attempt = this.attempt(node) + 1;
    (this.attempts ??= new Map()).set(node, attempt);
    this.#leave(node);
    if (at === undefined) {
      this.joins.cells[node] = WAITING;
      this.admit(node);
      this.#settle();
    } else {
      this.joins.cells[node] = PARKED;
      this.#park(node, at);
    }
  }

  /**
   * Closes a region (0: the whole run) to starts. Ready and parked steps are stopped now, waiting ones when they would have started,
   * running ones finish or get their signal; `always` steps go on. Returns whether this changed anything.
   */
  latch(region: number, latch: Latch, now: number, graceMs: number = this.options.graceMs): boolean {
    if (!(this.latches ??= new Latches()).close(region, latch)) return false;
    const closing = { region, latch: this.latchOf(region) ?? latch, at: this.history.length };
    (this.closed ??= []).push(closing);
    (this.closings ??= []).push(closing);
    const guard = this.#guard();
    guard.unpause(region);
    const graceEndsAt = now + graceMs;
    for (const node of guard.withdraw(region, (ready) => this.isClosed(ready))) this.#halt(node, graceEndsAt);
    for (const node of this.joins.openSteps(region)) {
      if (!this.isClosed(node)) continue;
      const state = this.state(node);
      if (this.holdsBack !== undefined && this.isQueued(node)) {
        this.#halt(node, graceEndsAt); // it was held back, so it is not among the ready ones
      } else if (state === PARKED) {
        this.parked--;
        this.#halt(node, graceEndsAt);
      } else if (latch.mode === 'drain' && this.#isComposed(node) && state === RUNNING) {
        this.#abort({ node, expired: false, drained: true, graceMs }, undefined);
      } else if (latch.mode === 'abort' && (state === RUNNING || state === RETURNED || (state === ABORTED && latch.force === true))) {
        if (state === RUNNING) this.joins.cells[node] = ABORTED;
        this.#abort(this.#isComposed(node) ? { node, expired: false, graceMs } : { node, expired: false }, graceEndsAt);
      } else if (this.#isComposed(node)) {
        this.#abort({ node, expired: false, resumed: true }, undefined);
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
    const mark = this.ready.mark;
    for (let timer = this.timers?.due(now); timer !== undefined; timer = this.timers?.due(now)) this.#ring(timer, now);
    this.#settle(mark);
  }

  setTimer(at: number, timer: Timer): void {
    (this.timers ??= new Timers()).set(at, timer);
  }

  /** When something happens by itself; `Infinity` for never. */
  get wakesAt(): number {
    return this.timers?.nextLive((timer) => (timer.kind === 'region' ? !this.isOver(timer.region) : this.#isCurrent(timer))) ?? Infinity;
  }

  /** Lets a step whose last edge said "go" into the ready set, unless its region is closed. */
  admit(step: number): void {
    if (this.latches !== undefined && this.isClosed(step)) this.#stop(step);
    else this.ready.push(step);
  }

  #failFast(now: number): void {
    if (this.#failure !== undefined && this.left > 0) this.latch(0, { mode: 'abort', why: 'failure', reason: this.#failure.error }, now);
  }

  #park(node: number, at: number): void {
    this.parked++;
    this.setTimer(at, { kind: 'retry', node, attempt: this.attempt(node) });
  }

  #reopen(node: number): void {
    this.active++;
    this.ready.guard?.hold(node);
  }

  #end(node: number, outcome: number): void {
    this.#leave(node);
    this.joins.conclude(node, outcome);
    this.#settle();
  }

  /** When all steps of a tier have ended, the next one may start, unless the run finishes with a tier in which one failed. */
  #passBarrier(): void {
    const guard = this.#guard();
    if (this.active > 0 || this.parked > 0 || !guard.isAtBarrier) return;
    if (this.options.finishTier && this.#failure !== undefined) {
      this.latch(0, { mode: 'drain', why: 'failure', reason: this.#failure.error }, 0);
    }
    if (guard.isAtBarrier) guard.openTier();
  }

  #leave(node: number): void {
    this.active--;
    if (this.timers !== undefined) this.#forgetOld(this.timers);
    this.ready.guard?.release(node);
  }

  #forgetOld(timers: Timers): void {
    timers.forget((timer) => timer.kind === 'region' || this.#isCurrent(timer));
  }

  /** A step that waits for its next attempt may not make it. It has callbacks or a record to end, so it is at work once more. */
  #halt(node: number, graceEndsAt: number): void {
    if (this.attempts?.has(node) !== true || this.template.chains === undefined) return this.#stop(node);
    this.attempts.set(node, this.attempt(node) - 1);
    this.returned(node);
    this.#reopen(node);
    this.#abort({ node, expired: false, halted: true }, this.isAborted(node) ? graceEndsAt : undefined);
  }

  #stop(node: number): void {
    this.values[node] = this.latchOf(this.template.regionOf[node] as number)?.reason;
    this.joins.conclude(node, STOPPED);
  }

  #settle(mark: number = this.ready.mark): void {
    this.joins.settle();
    this.ready.sortFrom(mark);
  }

  #ring(timer: Timer, now: number): void {
    if (timer.kind === 'region') {
      if (this.joins.openSteps(timer.region).every((step) => this.template.always[step] === 1)) return;
      this.latch(timer.region, { mode: 'abort', why: 'timeout', reason: outOfTime(this.template, timer.region, this.options) }, now);
      return;
    }
    const { kind, node } = timer;
    if (!this.#isCurrent(timer)) return;
    if (kind === 'wake') {
      (this.woken ??= []).push(node);
      return;
    }
    const state = this.state(node);
    if (kind === 'retry' && state === PARKED) {
      this.parked--;
      this.joins.cells[node] = WAITING;
      this.admit(node);
    } else if (kind === 'timeout' && state === RUNNING) {
      this.joins.cells[node] = EXPIRED;
      this.#abort({ node, expired: true }, now + this.options.graceMs);
    } else if (this.#isComposed(node)) {
      return;
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

  /** Whether a composite step is at work, and not only its callbacks: it gives its grace to what is in it. */
  #isComposed(node: number): boolean {
    return this.composed?.has(node) === true;
  }

  /** From now on ready steps are chosen, not queued. */
  #guard(): Guard {
    return this.ready.guard ?? this.ready.useGuard(new Guard(this.template, this.options.limit, this.options.tiered));
  }
}
