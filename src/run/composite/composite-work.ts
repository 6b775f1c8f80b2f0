import type { WorkedOutcome } from '../../define/callbacks.ts';
import type { RoleFunction } from '../../define/spec.ts';
import { LONGEST_TIMER_MS } from '../../clock.ts';
import type { Context } from '../context.ts';
import { type Inside, insideOf, tellInside } from '../failures.ts';
import type { Latch } from '../kernel/latches.ts';
import { Overruns } from '../kernel/overruns.ts';
import type { PastWork } from '../restored.ts';
import { ScopeRun } from '../scope-run.ts';
import { isThenable } from '../thenable.ts';
import { errorOf, isAbortError } from '../thrown.ts';
import type { Work } from '../work.ts';
import type { WorkHost } from '../work-host.ts';
import type { Opening } from './opening.ts';
import { endOf } from './scope-end.ts';

/** What all composite steps do alike: they run bodies, ask functions, wait, and end once. */
export abstract class CompositeWork implements Work {
  protected readonly host: WorkHost;
  protected readonly node: number;
  protected readonly s: Context;
  /** The decision that nothing more starts, if there is one. */
  protected latch: Latch | undefined = undefined;
  /** What failed in the last run of a body. */
  protected inside: Inside | undefined = undefined;
  readonly #scopes = new Set<ScopeRun>();
  #graceMs = 0;
  /** When the grace of a stop is over. */
  #graceEndsAt = Infinity;
  /** How many functions have been asked, or are to be when that is recorded, and have not answered. */
  protected asking = 0;
  /** How many of them are not called, because no more may be. */
  #refused = 0;
  protected isOver = false;
  /** When it goes on by itself. */
  #restsUntil: number | undefined = undefined;
  /** The moments at which it will be woken. */
  #armed: Set<number> | undefined = undefined;
  #disarm: (() => void) | undefined = undefined;
  /** When it goes on without the functions that were asked. */
  #givesUpAt = Infinity;

  constructor(host: WorkHost, node: number, s: Context) {
    this.host = host;
    this.node = node;
    this.s = s;
  }

  begin(past: PastWork | undefined, latch: Latch | undefined, graceMs: number): void {
    this.latch = latch;
    this.#graceMs = graceMs;
    this.start(past);
    if (latch === undefined) return;
    this.#graceEndsAt = this.host.alarm.now() + graceMs;
    this.#endIfStopped();
  }

  stop(latch: Latch, graceMs: number): void {
    this.latch = latch;
    this.#graceMs = graceMs;
    this.#graceEndsAt = this.host.alarm.now() + graceMs;
    for (const scope of [...this.#scopes]) scope.stop(latch, graceMs);
    this.#endIfStopped();
  }

  wake(): void {
    const now = this.host.alarm.now();
    for (const at of this.#armed ?? []) if (at <= now) this.#armed?.delete(at);
    if (this.isOver || this.#restsUntil === undefined || now < this.#restsUntil) return;
    this.#restsUntil = undefined;
    this.rested();
  }

  pump(): void {
    for (const scope of [...this.#scopes]) scope.pumpAll();
  }

  listen(): void {
    for (const scope of this.#scopes) scope.listen();
  }

  async suspendResources(): Promise<void> {
    for (const scope of [...this.#scopes]) await scope.suspendResources();
  }

  abandon(error: Error | undefined): void {
    this.#over();
    for (const scope of this.#scopes) scope.abandon(error);
  }

  get restsUntil(): number | undefined {
    if (this.#refused > 0) return this.asking > this.#refused ? undefined : -Infinity; // it goes on when more may be called
    if (this.asking > 0 || (this.#scopes.size === 0 && this.#restsUntil === undefined)) return undefined;
    let until = this.#restsUntil ?? Infinity;
    for (const { restsUntil } of this.#scopes) {
      if (restsUntil === undefined) return undefined;
      until = Math.min(until, restsUntil);
    }
    return until;
  }

  /** Begins, or goes on. */
  protected abstract start(past: PastWork | undefined): void;

  /** The moment has come that it rested for. */
  protected rested(): void {}

  /** A run of the body has ended. */
  protected closed(_end: WorkedOutcome, _opening: Opening): void {}

  /** What is left to do before a stop takes effect. */
  protected leave(): void {}

  /** How many runs of its body are at work. */
  protected get open(): number {
    return this.#scopes.size;
  }

  /** Since when it is at work. */
  protected since(past: PastWork | undefined): number {
    return past?.since ?? this.host.alarm.now();
  }

  /** Starts a run of a body, when what is being done now is done. */
  protected run(opening: Opening): void {
    const { host, node, latch } = this;
    const place = `${host.kernel.pathAt(node)}${opening.suffix}`;
    const over = (end: (scope: ScopeRun) => WorkedOutcome): void => host.whole.agenda.add(() => this.#closed(scope, opening, end(scope)));
    const scope: ScopeRun = new ScopeRun(host, node, {
      plan: opening.plan,
      place,
      keyPlace: `${host.keyAt(node)}${opening.keySuffix}`,
      limit: Infinity,
      turn: Math.max(host.turn, opening.turn ?? 0),
      restored: host.restored?.inside(place, opening.plan),
      tokens: opening.tokens,
      input: opening.input,
      over: () => over((ended) => this.endOf(ended, opening)),
      stalled: (error) => over(() => ({ status: 'failed', error })),
    });
    this.#scopes.add(scope);
    if (latch !== undefined) scope.stop(latch, this.#graceMs);
    host.whole.agenda.add(() => scope.begin());
  }

  protected endOf(scope: ScopeRun, { body }: Opening): WorkedOutcome {
    return endOf(scope.kernel, body?.value);
  }

  /** Stops the runs of the body that are at work. */
  protected stopOthers(latch: Latch): void {
    for (const scope of [...this.#scopes]) scope.stop(latch, this.host.settings.graceMs);
  }

  /**
   * Calls a function of the user, once what leads to it is recorded. What it throws ends the step, unless `failed` takes it.
   *
   * @param then - is given what it returned, or what its promise resolved with
   */
  protected ask(role: RoleFunction, more: readonly unknown[], then: (answer: unknown) => void, failed: (error: Error) => void = (error) => this.end({ status: 'failed', error })): void {
    const { gate } = this.host.whole;
    this.asking++;
    if (gate === undefined) {
      this.#askWhenKept(role, more, then, failed);
      return;
    }
    const told: RoleFunction = (...given) => {
      gate.called(this.host.kernel.pathAt(this.node));
      return role(...given);
    };
    const go = (): void => {
      this.#askWhenKept(told, more, then, failed);
      this.host.pump();
    };
    const { asksAt } = this;
    if (asksAt !== undefined) gate.enterLast(asksAt, go, () => this.#refuse(asksAt));
    else if (gate.ranks(this.turn)) gate.enterAgain(this.turn, go, () => this.#refuse(-Infinity));
    else if (gate.enter()) gate.pass(go);
    else this.#refused++;
  }

  /** Which time it is that something runs that may do so without end. */
  protected get turn(): number {
    return this.host.turn;
  }

  /** What was asked before can wait until it is asked again. */
  #refuse(asksAt: number): void {
    if (asksAt <= this.host.alarm.now()) {
      this.#refused++;
      this.host.whole.gate?.refuse();
      return;
    }
    this.asking--;
    this.rest(asksAt);
  }

  /** When its function is asked again, if it was asked before: then others go first where only so many may be called. */
  protected get asksAt(): number | undefined {
    return undefined;
  }

  /** The same for what belongs to a function that was called before: it takes no place of its own, so that both are called or none. */
  protected askAlong(role: RoleFunction, more: readonly unknown[], then: (answer: unknown) => void, failed: (error: Error) => void = (error) => this.end({ status: 'failed', error })): void {
    this.asking++;
    this.#askWhenKept(role, more, then, failed);
  }

  #askWhenKept(role: RoleFunction, more: readonly unknown[], then: (answer: unknown) => void, failed: (error: Error) => void): void {
    this.host.hold(() => {
      if (this.isOver) return;
      if (this.latch !== undefined) this.#answered(() => undefined);
      else this.#ask(() => (role as (...given: readonly unknown[]) => unknown)(this.s, ...more), then, failed); // the types of the builders say what it takes
    });
  }

  #ask(call: () => unknown, then: (answer: unknown) => void, failed: (error: Error) => void): void {
    const answered = (answer: unknown): void => this.#answered(() => then(answer));
    const threw = (thrown: unknown): void => {
      const isLate = this.isOver || this.latch !== undefined; // what comes too late to count is told, unless it is about the stop
      if (isLate && thrown !== this.latch?.reason && !isAbortError(thrown)) this.host.problem('late-step', thrown, this.host.kernel.pathAt(this.node));
      this.#answered(() => failed(errorOf(thrown)));
    };
    let answer: unknown;
    try {
      answer = call();
      if (isThenable(answer)) {
        const late = Promise.resolve(answer);
        void late.then(answered, threw).then(() => this.host.pump());
        return;
      }
    } catch (thrown) {
      threw(thrown);
      return;
    }
    answered(answer);
  }

  /** After a stop an answer counts no more. */
  #answered(go: () => void): void {
    this.asking--;
    if (this.isOver) return;
    if (this.latch === undefined) go();
    else this.#endIfStopped();
  }

  /** Rests until a moment; `Infinity` for as long as it takes. */
  protected rest(until: number): void {
    this.#restsUntil = until;
    if (until === Infinity) return;
    if (until <= this.host.alarm.now()) {
      this.host.whole.agenda.add(() => this.wake());
    } else if (this.#armed?.has(until) !== true) {
      (this.#armed ??= new Set()).add(until); // a wait that is asked often sets the timer of its end once
      this.host.wakeWorkAt(this.node, until);
    }
  }

  /** Goes on without the function that was asked, if it has not answered by then: when the grace is over that begins now, if it is not said. */
  protected giveUpLater(end: WorkedOutcome, at: number = this.host.alarm.now() + this.#graceMs): void {
    if (at >= this.#givesUpAt) return;
    this.#givesUpAt = at;
    this.#disarm?.();
    const waitMs = Math.min(Math.max(Math.ceil(at - this.host.alarm.now()), 0), LONGEST_TIMER_MS);
    this.#disarm = this.host.settings.clock.setTimer(waitMs, () => {
      (this.host.kernel.overruns ??= new Overruns()).abandoned.add(this.node);
      this.end(end);
    });
  }

  protected end(end: WorkedOutcome): void {
    if (this.isOver) return;
    this.#over();
    tellInside(this.host.kernel, this.node, end, this.inside);
    this.host.workEnded(this.node, end);
  }

  #over(): void {
    this.isOver = true;
    this.#disarm?.();
    this.leave();
  }

  #closed(scope: ScopeRun, opening: Opening, end: WorkedOutcome): void {
    this.#scopes.delete(scope);
    if (this.isOver) return;
    this.inside = insideOf(scope.kernel, end);
    this.closed(end, opening);
    this.#endIfStopped();
  }

  #endIfStopped(): void {
    if (this.latch === undefined || this.isOver || this.#scopes.size > 0) return; // what is done all the same has ended it
    const stopped: WorkedOutcome = { status: 'stopped', reason: this.latch.reason };
    if (this.asking === 0) this.end(stopped);
    else if (this.latch.mode === 'abort') this.giveUpLater(stopped, this.#graceEndsAt);
  }
}
