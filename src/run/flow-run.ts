import type { RunEventName, RunEventOf } from '../define/events.ts';
import { StalledError, StoppedError } from '../errors.ts';
import type { Bell } from './alarm.ts';
import { onAbort } from './caller-signal.ts';
import { Context } from './context.ts';
import type { Journal } from './journal.ts';
import { RUNNING } from './kernel/cells.ts';
import { NONE } from './kernel/guard.ts';
import type { Latch } from './kernel/latches.ts';
import { statusOf, stuck } from './outcomes.ts';
import type { Plan } from './plan.ts';
import { Reporter } from './reporter.ts';
import type { Restored } from './restored.ts';
import { type Recalled, recallRun } from './recall-run.ts';
import { RunParts } from './run-parts.ts';
import type { Waiter } from './slots.ts';
import type { RunSettings, Surroundings } from './surroundings.ts';
import { isThenable } from './thenable.ts';
import type { Resumable } from './turns.ts';
import { WriteAhead } from './write-ahead.ts';

/**
 * One run: drives the kernel. It pulls ready steps, calls their functions, tells the kernel what became of them, and keeps
 * everything with a side effect (timers, signals, listeners, promises).
 */
export class FlowRun extends RunParts implements Waiter, Resumable, Bell {
  /** Whether a schema has still to accept the input. */
  awaitsInput = false;
  #pumping = false;
  #yielding = false;
  #isEnding = false;
  #recalled: Recalled | undefined = undefined;
  /** Whether starts and ends need more than the kernel: they are policed or have conditions, or someone listens. */
  #careful: boolean;

  constructor(plan: Plan, around: Surroundings, settings: RunSettings, id: string | undefined = settings.runId) {
    super(plan, around, settings, id);
    this.#careful = this.policed;
    this.unhook = settings.signal && onAbort(settings.signal, (reason) => this.stop(0, { mode: 'abort', why: 'stop', reason }, settings.graceMs));
  }

  /**
   * From now on the run is recorded.
   *
   * @param isAhead - whether nothing is done before what leads to it is kept; else everything is recorded at the end
   */
  recordTo(journal: Journal, isAhead: boolean): void {
    this.journal = journal;
    if (isAhead) this.ahead = new WriteAhead(journal, this);
    this.#careful = this.policed = true;
  }

  /** Starts the first steps. */
  begin(input: unknown): void {
    if (this.isRefused) return;
    this.input = input;
    this.startedAt = this.settings.clock.now();
    this.settings.turns.enter(this.startedAt);
    this.attempts?.begin(this.settings.flowTimeoutMs, this.alarm);
    if (this.ahead === undefined) this.reporter?.runStarted(this.startedAt);
    else this.hold(() => this.reporter?.runStarted(this.startedAt));
    this.started = true;
    this.pump(this.startedAt);
  }

  /** Takes over what was recorded of the run; `goOn` is next. */
  recall(restored: Restored): void {
    this.#recalled = recallRun(this, restored);
  }

  /** Goes on with a run that was recorded. */
  goOn(): void {
    const { reopened, ready } = this.#recalled ?? { reopened: [], ready: Promise.resolve() };
    this.#recalled = undefined;
    void ready.then(() => {
      if (this.isRefused) return;
      this.settings.turns.enter(this.settings.clock.now());
      this.started = true;
      for (const node of reopened) {
        this.around.slots?.hold();
        this.#hold(node, this.restored?.reopenings.get(node)?.end !== undefined);
      }
      if (this.kernel.timers === undefined) this.pump();
      else this.ring(); // what has come due meanwhile comes first
    });
  }

  on<Name extends RunEventName | '*'>(name: Name, listener: (event: RunEventOf<Name>) => void): () => void {
    this.#careful = true;
    return (this.reporter ??= new Reporter(this)).on(name, listener);
  }

  pause(region: number, paused: boolean): void {
    if (!this.kernel.pause(region, paused)) return;
    this.journal?.paused(region, paused);
    this.hold(() => this.reporter?.paused(region, paused));
    this.pump();
  }

  stop(region: number, latch: Latch, graceMs: number): void {
    if (region === 0 && latch.mode === 'abort' && this.awaitsInput && !this.started) this.refuse(latch.reason instanceof Error ? latch.reason : new StoppedError());
    if (region === 0 && latch.mode === 'abort' && this.kernel.left === 0) this.resources?.bound(graceMs);
    if (!this.kernel.isOver(region) && this.kernel.latch(region, latch, this.alarm.now(), graceMs)) this.pump();
  }

  /** Where a node stood whose end nobody may know of yet. */
  ending(node: number): 'running' | 'pending' | undefined {
    return this.ahead?.ending(node);
  }

  hold(work: () => void): void {
    if (this.ahead === undefined) work();
    else this.ahead.hold(work);
  }

  /** Pulls and calls everything that may start now, until nothing is ready or it is time to yield. `now` is as for `#report`. */
  pump(now: number = NaN): void {
    if (this.#pumping || !this.started) return;
    this.#pumping = true;
    try {
      if (this.#careful) this.#report(now);
      if (!this.#yielding) {
        if (this.ahead === undefined) this.#pull();
        else this.#pullAhead(this.ahead);
      }
    } finally {
      this.#pumping = false;
    }
    this.#rest();
  }

  #pull(): void {
    const { kernel } = this;
    const { slots } = this.around;
    for (;;) {
      if (slots !== undefined && !slots.acquire(this)) break;
      const node = kernel.take();
      if (node === NONE) {
        slots?.release();
        break;
      }
      if (kernel.closed !== undefined) this.#report(NaN);
      if (this.policed) this.endings.start(node);
      else this.call(node, 1);
      if (this.#careful) this.#report(NaN);
      if (this.#isSpent()) break;
    }
  }

  /** The same for a run that is recorded: does what may be done by now, then takes everything that is ready, to be called when that is kept. */
  #pullAhead(ahead: WriteAhead): void {
    do {
      for (let work = ahead.next(); work !== undefined; work = ahead.next()) {
        work();
        if (this.#isSpent()) break;
      }
      this.#takeAhead();
      this.#abortSteps();
      if (this.kernel.left === 0 && this.resources === undefined) this.#end(); // in the row of the last outcome
      else ahead.flush();
    } while (!this.#yielding && ahead.isReady); // what nothing new led to may be done at once
  }

  #takeAhead(): void {
    const { slots } = this.around;
    while (!this.#yielding && (slots === undefined || slots.acquire(this))) {
      const node = this.kernel.take();
      if (node !== NONE) {
        this.#hold(node);
        continue;
      }
      slots?.release();
      break;
    }
  }

  /** @param hasReturned - whether its function is not called any more, so that no attempt starts */
  #hold(node: number, hasReturned = false): void {
    const attempt = this.kernel.attempt(node);
    if (attempt > 1 && !hasReturned) this.journal?.restarted(node, attempt);
    if (attempt === 1 && !hasReturned) this.endings.expect(node);
    this.holdAtWork(() => this.endings.start(node));
  }

  #isSpent(): boolean {
    if (!this.settings.turns.isSpent()) return false;
    this.#yielding = true;
    this.settings.turns.wait(this);
    return true;
  }

  /** Calls the function of a node at work. */
  call(node: number, attempt: number, s: Context = new Context(this, node, attempt)): void {
    const { template } = this.plan;
    if (this.#careful && node < template.stepCount) {
      this.attempts?.start(node, attempt, this.step(node), this.alarm);
      this.reporter?.stepStarted(node, attempt);
    }
    try {
      const body = template.bodies[node] as ((s: Context) => unknown) | undefined;
      const returned = body === undefined ? this.endings.generated(node) : body(s);
      if (isThenable(returned)) this.#await(node, attempt, returned);
      else if (this.policed) this.endings.ended(node, attempt, true, returned);
      else this.kernel.succeed(node, returned);
    } catch (thrown) {
      this.endings.ended(node, attempt, false, thrown);
    }
  }

  #await(node: number, attempt: number, promise: PromiseLike<unknown>): void {
    const native = promise instanceof Promise ? promise : Promise.resolve(promise);
    native.then(
      (value: unknown) => {
        if (!this.policed && this.kernel.state(node) === RUNNING) this.kernel.succeed(node, value);
        else this.endings.ended(node, attempt, true, value);
        this.pump();
      },
      (thrown: unknown) => {
        this.endings.ended(node, attempt, false, thrown);
        this.pump();
      },
    );
  }

  retrying(node: number, attempt: number, error: Error, retryAt: number): void {
    this.hold(() => this.reporter?.stepRetrying(node, attempt, error, retryAt));
  }

  #abortSteps(): void {
    const { overruns } = this.kernel;
    if (overruns === undefined) return;
    for (const { node, expired, halted } of overruns.takeAborts()) {
      if (halted === true) {
        this.around.slots?.hold();
        this.endings.halted(node);
      } else if (expired || this.ahead === undefined) {
        this.signals?.abort(node, expired);
      } else {
        this.abortWhenKept(node);
      }
    }
  }

  /** Aborts the signals and reports the events that the kernel has caused; `now` is the wall time if it is known, else NaN. */
  #report(now: number): void {
    this.#abortSteps();
    if (this.ahead === undefined) this.reporter?.flush(now);
    else this.ahead.tell((until) => this.reporter?.flush(now, until));
  }

  /** Nothing may start now: wait for the next timer, for a step at work, or for nothing more. */
  #rest(): void {
    this.#report(NaN);
    const releasing = this.resources?.releaseEnded() === true;
    if (releasing && this.kernel.latchOf(0)?.mode === 'abort') this.resources?.bound(this.settings.graceMs);
    if (this.result !== undefined || this.#yielding || this.#pumping) return;
    if (this.kernel.left === 0 && !releasing) this.#end();
    else if (this.kernel.stalled) this.refuse(new StalledError(stuck(this.kernel)));
    else if (this.kernel.timers !== undefined) this.alarm.set(this.kernel.timers.next, this);
  }

  ring(): void {
    this.kernel.wake(this.alarm.now());
    this.#abortSteps();
    for (const node of this.kernel.overruns?.takeOverdue() ?? []) this.endings.overdue(node);
    this.pump();
  }

  resume(): void {
    this.#yielding = false;
    if (this.kernel.timers === undefined) this.pump();
    else this.ring();
  }

  /** Ends the run, when that is recorded. */
  #end(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.journal?.ended(statusOf(this.kernel));
    if (this.ahead !== undefined) {
      this.ahead.hold(() => this.#finish());
      this.ahead.flush();
    } else if (this.journal?.commit(() => this.#finish()) !== true) {
      this.#finish();
    }
  }

  #finish(): void {
    this.armed?.clear();
    this.unhook?.();
    this.endedAt = (this.resources === undefined ? this.reporter?.lastEndAt : undefined) ?? this.settings.clock.now();
    this.result = this.resultNow();
    this.recorder?.end(this.kernel);
    this.reporter?.runEnded(this.result.status, this.endedAt);
    this.resolve?.(this.result);
  }
}
