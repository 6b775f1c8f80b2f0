import type { WorkedOutcome } from '../define/callbacks.ts';
import { StalledError } from '../errors.ts';
import type { Bell } from './alarm.ts';
import { awaitFreely, awaitStep } from './awaited.ts';
import { Context } from './context.ts';
import type { Gate } from './gate.ts';
import { NONE } from './kernel/guard.ts';
import type { Kernel } from './kernel/kernel.ts';
import type { Abort } from './kernel/options.ts';
import { OpenWorks } from './open-works.ts';
import { stuck } from './outcomes.ts';
import { RunParts } from './run-parts.ts';
import type { Slots, Waiter } from './slots.ts';
import { isThenable } from './thenable.ts';
import type { Resumable } from './turns.ts';
import type { WholeRun, WorkHost } from './work-host.ts';

/**
 * Drives the kernel of a flow or of a body: pulls ready steps, calls their functions, tells the kernel what became of them, and keeps
 * everything with a side effect (timers, signals, listeners, promises).
 */
export abstract class RunLoop extends RunParts implements Waiter, Resumable, Bell, WorkHost {
  protected isPumping = false;
  /** Whether it waits for its turn of the event loop. */
  protected isYielding = false;
  /** The composite steps at work. */
  #works: OpenWorks | undefined = undefined;
  /** Whether starts and ends need more than the kernel: they are policed or have conditions, or someone listens. */
  protected careful = false;

  /** The run that it is, or that it belongs to. */
  abstract get whole(): WholeRun;
  abstract get callDepth(): number;
  abstract get isPaused(): boolean;
  /** Tells of what the kernel has done; `now` is the wall time if it is known, else NaN. */
  protected abstract tell(now: number): void;
  /** Everything has its outcome. */
  protected abstract over(): void;
  protected abstract stalled(error: StalledError): void;

  // Whole runs and bodies add to these three; what is common has other names, because V8 does not inline a call of `super`.
  abstract override pump(now?: number): void;
  protected abstract advance(): void;
  protected abstract rest(): void;

  /** Pulls and calls everything that may start now, until nothing is ready or it is time to yield. `now` is as for `report`. */
  protected drive(now: number): void {
    if (this.isPumping || !this.started) return;
    this.isPumping = true;
    try {
      if (this.careful) this.report(now);
      if (!this.isYielding) this.advance();
    } finally {
      this.isPumping = false;
    }
    this.rest();
  }

  /** Lets the bodies of composite steps go on too. */
  pumpAll(): void {
    this.pump();
    this.#works?.pump();
  }

  /** Starts what may start. */
  protected startReady(): void {
    const { kernel } = this;
    const { slots } = this.around;
    if (slots === undefined && !this.policed && !this.settings.tiered) this.#advanceFreely(kernel);
    else this.#advanceWith(slots, kernel);
  }

  /**
   * The common case: nothing limits the steps or stands around them. What a function gets is given to nobody else, so that V8 need not
   * make it for one that takes nothing.
   */
  #advanceFreely(kernel: Kernel): void {
    const { bodies } = this.plan.template;
    for (let node = kernel.take(); node !== NONE; node = kernel.take()) {
      if (this.careful) this.#announce(node, 1);
      let hasEnded = true;
      try {
        const body = bodies[node] as (s: Context) => unknown; // without composite steps and callbacks every node has one
        const returned = body(new Context(this, node, 1));
        hasEnded = !isThenable(returned);
        if (hasEnded) kernel.succeed(node, returned);
        else awaitFreely(this, node, returned as PromiseLike<unknown>);
      } catch (thrown) {
        this.endings.ended(node, 1, false, thrown);
      }
      if (this.careful && (hasEnded || kernel.isStopping)) this.report(NaN);
      if (this.isSpent()) break;
    }
  }

  #advanceWith(slots: Slots | undefined, kernel: Kernel): void {
    for (;;) {
      if (slots !== undefined && !slots.acquire(this)) break;
      const node = kernel.take();
      if (node === NONE) {
        slots?.release();
        break;
      }
      if (kernel.closed !== undefined) this.report(NaN);
      if (this.policed) this.endings.start(node);
      else this.call(node, 1);
      if (this.careful) this.report(NaN);
      if (this.isSpent()) break;
    }
  }

  /** Takes what may start, to be called when that is recorded. */
  protected takeAhead(): void {
    const { slots } = this.around;
    while (!this.isYielding && (slots === undefined || slots.acquire(this))) {
      const node = this.kernel.take();
      if (node !== NONE) {
        this.startAhead(node);
        continue;
      }
      slots?.release();
      break;
    }
  }

  /** @param hasReturned - whether its function is not called any more, so that no attempt starts */
  protected startAhead(node: number, hasReturned = false): void {
    const attempt = this.kernel.attempt(node);
    if (attempt > 1 && !hasReturned) this.journal?.restarted(node, attempt);
    if (attempt === 1 && !hasReturned) this.endings.expect(node);
    const { gate } = this.whole;
    if (gate === undefined || this.plan.template.bodies[node] === undefined) this.holdStart(node);
    else this.#startThrough(gate, node);
  }

  #startThrough(gate: Gate, node: number): void {
    const start = (): void => {
      this.endings.start(node);
      this.pump();
    };
    this.holdAtWork(() => gate.pass(start));
  }

  /** Starts a node at work once everything that was recorded so far is kept. */
  protected holdStart(node: number): void {
    this.holdAtWork(() => this.endings.start(node));
  }

  protected isSpent(): boolean {
    if (!this.settings.turns.isSpent()) return false;
    this.isYielding = true;
    this.settings.turns.wait(this);
    return true;
  }

  /** Calls the function of a node at work. */
  call(node: number, attempt: number, s: Context = new Context(this, node, attempt)): void {
    if (this.careful) this.#announce(node, attempt);
    const body = this.plan.template.bodies[node] as ((s: Context) => unknown) | undefined;
    try {
      if (body === undefined) return this.#work(node, attempt, s);
      const returned = body(s);
      if (isThenable(returned)) awaitStep(this, node, attempt, returned, s);
      else if (this.policed) this.endings.ended(node, attempt, true, returned, s);
      else this.kernel.succeed(node, returned);
    } catch (thrown) {
      this.endings.ended(node, attempt, false, thrown);
    }
  }

  /** Tells that the function of a step is called, and lets its time run. */
  #announce(node: number, attempt: number): void {
    const { bodies, stepCount } = this.plan.template;
    if (node >= stepCount) return;
    this.attempts?.start(node, attempt, this.step(node), this.alarm);
    this.reporter?.stepStarted(node, attempt);
    if (bodies[node] !== undefined) this.whole.gate?.called(this.kernel.pathAt(node));
  }

  /** A node whose work is no function: that of a generated node, or of a composite step. */
  #work(node: number, attempt: number, s: Context): void {
    const composite = this.plan.template.composites?.[node];
    if (composite === undefined) awaitStep(this, node, attempt, this.endings.generated(node), s);
    else (this.#works ??= new OpenWorks()).open(this, composite, node, s);
  }

  workEnded(node: number, end: WorkedOutcome): void {
    if (!this.isAtWork(node, this.kernel.attempt(node)) || this.whole.isRefused) return;
    this.#works?.delete(node);
    this.kernel.composed?.delete(node);
    this.endings.composed(node, end);
    this.pump();
  }

  abortWork(node: number, reason: Error): void {
    this.signals?.abortWith(node, reason);
  }

  wakeWorkAt(node: number, at: number): void {
    this.kernel.setTimer(at, { kind: 'wake', node, attempt: this.kernel.attempt(node) });
    this.rest();
  }

  /** When it goes on by itself: `Infinity` if only a message can make it, `undefined` while something is at work or it holds resources. */
  get restsUntil(): number | undefined {
    const { kernel } = this;
    const works = this.#works;
    if (!this.started || this.isYielding || !kernel.isIdle || kernel.atWork > (works?.size ?? 0) || this.#isHeld) return undefined;
    const until = kernel.wakesAt;
    return works === undefined ? until : works.restUntil(until);
  }

  protected listen(): void {
    this.#works?.listen();
  }

  /** Suspends the resources of the run and of the flows that it calls. */
  async suspendResources(): Promise<void> {
    await this.resources?.suspendOpen();
    await this.#works?.suspendResources();
  }

  /** Whether resources keep it from resting; whoever advances it by its snapshot suspends them. */
  get #isHeld(): boolean {
    return this.whole.gate === undefined ? this.resources?.isOpen === true : this.resources?.isReleasing === true;
  }

  protected abandonWorks(error: Error | undefined): void {
    this.#works?.abandon(error);
  }

  protected abortSteps(): void {
    const { overruns } = this.kernel;
    if (overruns === undefined) return;
    for (const abort of overruns.takeAborts()) this.#abort(abort);
  }

  #abort(abort: Abort): void {
    const { node, expired, halted, drained, resumed } = abort;
    if (halted === true) {
      this.around.slots?.hold();
      this.endings.halted(node);
      return;
    }
    this.#works?.stop(this, abort);
    if (drained === true || resumed === true) return;
    if (expired || !this.whole.isAhead) this.signals?.abort(node, expired);
    else this.abortWhenKept(node);
  }

  /** Aborts the signals and reports the events that the kernel has caused; `now` is the wall time if it is known, else NaN. */
  protected report(now: number): void {
    this.abortSteps();
    this.tell(now);
  }

  /** Nothing may start now: wait for the next timer, for a step at work, or for nothing more. */
  protected comeToRest(): void {
    if (!this.policed && this.kernel.justWaits && this.resources === undefined) return;
    if (this.careful || this.kernel.overruns !== undefined) this.report(NaN);
    const releasing = this.resources?.releaseEnded() === true;
    if (releasing && this.kernel.latchOf(0)?.mode === 'abort') this.resources?.bound(this.settings.graceMs);
    if (this.isOver || this.isYielding || this.isPumping) return;
    if (this.kernel.left === 0 && !releasing) this.over();
    else if (this.kernel.stalled) this.stalled(new StalledError(stuck(this.kernel)));
    else if (this.kernel.timers !== undefined) this.alarm.set(this.kernel.timers.next, this);
  }

  ring(): void {
    this.kernel.wake(this.alarm.now());
    this.abortSteps();
    for (const node of this.kernel.overruns?.takeOverdue() ?? []) this.endings.overdue(node);
    this.#wakeWorks();
    this.pump();
  }

  #wakeWorks(): void {
    const woken = this.kernel.woken;
    this.kernel.woken = undefined;
    if (woken !== undefined) this.#works?.wake(woken);
  }

  resume(): void {
    this.isYielding = false;
    if (this.kernel.timers === undefined) this.pump();
    else this.ring();
  }
}
