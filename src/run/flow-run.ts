import type { ScopeToken } from '../define/body.ts';
import type { InternalErrorStage, RunEventName, RunEventOf } from '../define/events.ts';
import type { ProcessOutcome } from '../define/outcome.ts';
import type { FlowResult, RunStatus } from '../define/run.ts';
import { type StalledError, StoppedError } from '../errors.ts';
import { Agenda } from './agenda.ts';
import { onAbort } from './caller-signal.ts';
import type { Outer } from './context.ts';
import { RunEvents } from './events.ts';
import { Inbox } from './inbox.ts';
import type { Journal } from './journal.ts';
import type { Latch } from './kernel/latches.ts';
import { standingOfRegion, statusOf } from './outcomes.ts';
import type { Plan } from './plan.ts';
import { type ProblemDetails, reportProblem } from './problems.ts';
import { Reporter } from './reporter.ts';
import type { ResourceRun } from './resources.ts';
import type { Restored } from './restored.ts';
import { Result } from './result.ts';
import { type Recalled, recallRun } from './recall-run.ts';
import { RunLoop } from './run-loop.ts';
import { Signals } from './signals.ts';
import type { RunSettings } from './run-settings.ts';
import type { Surroundings } from './surroundings.ts';
import { errorOf } from './thrown.ts';
import type { Touched, WholeRun } from './work-host.ts';
import { WriteAhead } from './write-ahead.ts';

/** One run of a flow, with its beginning and its end. */
export class FlowRun extends RunLoop implements WholeRun {
  override journal: Journal | undefined = undefined;
  /** Keeps work back until what leads to it is recorded. */
  #ahead: WriteAhead | undefined = undefined;
  /** Whether a schema has still to accept the input. */
  awaitsInput = false;
  #id: string | undefined;
  #result: FlowResult | undefined = undefined;
  #promise: Promise<FlowResult> | undefined = undefined;
  #resolve: ((result: FlowResult | Promise<FlowResult>) => void) | undefined = undefined;
  /** Stops listening to the signal of the caller. */
  #unhook: (() => void) | undefined;
  #isEnding = false;
  /** Whether it ends as another run does, and that has not ended. */
  #isFollowing = false;
  /** How many nodes at work wait for a row to be kept, each with a slot of the registry. */
  #held = 0;
  #recalled: Recalled | undefined = undefined;
  #agenda: Agenda | undefined = undefined;
  #inbox: Inbox | undefined = undefined;
  #events: RunEvents | undefined = undefined;
  /** The scopes inside of it that have something to do before the next row. */
  readonly #touched: Set<Touched> | undefined;

  constructor(plan: Plan, around: Surroundings, settings: RunSettings, id: string | undefined = settings.runId) {
    super(plan, around, settings);
    this.#id = id;
    this.careful = this.policed;
    this.#touched = plan.template.composites && new Set();
    this.#unhook = settings.signal && onAbort(settings.signal, (reason) => this.stop(0, { mode: 'abort', why: 'stop', reason }, settings.graceMs));
  }

  get id(): string {
    return (this.#id ??= this.#result?.runId ?? this.around.ids());
  }

  get whole(): this {
    return this;
  }

  get outer(): Outer | undefined {
    return undefined;
  }

  get callDepth(): number {
    return 0;
  }

  get isAhead(): boolean {
    return this.#ahead !== undefined;
  }

  get isPaused(): boolean {
    return this.kernel.isPaused(0);
  }

  get agenda(): Agenda {
    return (this.#agenda ??= new Agenda(this.settings.turns, this.isAhead, () => this.pump()));
  }

  get inbox(): Inbox {
    return (this.#inbox ??= new Inbox());
  }

  get events(): RunEvents | undefined {
    return this.#events;
  }

  /**
   * From now on the run is recorded.
   *
   * @param isAhead - whether nothing is done before what leads to it is kept; else everything is recorded at the end
   */
  recordTo(journal: Journal, isAhead: boolean): void {
    this.journal = journal;
    if (isAhead) this.#ahead = new WriteAhead(journal, this);
    this.careful = this.policed = true;
  }

  /** Starts the first steps. */
  begin(input: unknown): void {
    if (this.isRefused) return;
    this.input = input;
    this.startedAt = this.settings.clock.now();
    this.settings.turns.enter(this.startedAt);
    this.attempts?.begin(this.settings.flowTimeoutMs, this.alarm);
    if (this.#ahead === undefined) this.reporter?.runStarted(this.startedAt);
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
        this.startAhead(node, this.restored?.reopenings.get(node)?.end !== undefined);
      }
      if (this.kernel.timers === undefined) this.pump();
      else this.ring(); // what has come due meanwhile comes first
    });
  }

  on<Name extends RunEventName | '*'>(name: Name, listener: (event: RunEventOf<Name>) => void): () => void {
    this.careful = true;
    if (this.reporter === undefined) {
      this.#events = new RunEvents({ listenerFailed: (error, during) => this.reporter?.listenerFailed(error, during) });
      this.reporter = new Reporter(this, this.#events);
    }
    return this.reporter.on(name, listener);
  }

  pause(region: number, paused: boolean): void {
    if (!this.kernel.pause(region, paused)) return;
    this.journal?.paused(region, paused);
    this.hold(() => this.reporter?.paused(region, paused));
    if (this.#touched !== undefined && !paused) this.pumpAll();
    else this.pump();
  }

  stop(region: number, latch: Latch, graceMs: number): void {
    if (region === 0 && latch.mode === 'abort' && this.awaitsInput && !this.started) this.refuse(latch.reason instanceof Error ? latch.reason : new StoppedError());
    if (region === 0 && latch.mode === 'abort' && this.kernel.left === 0) this.resources?.bound(graceMs);
    if (!this.kernel.isOver(region) && this.kernel.latch(region, latch, this.alarm.now(), graceMs)) this.pump();
  }

  /** Where a node stood whose end nobody may know of yet. */
  ending(node: number): 'running' | 'pending' | undefined {
    return this.#ahead?.ending(node);
  }

  hold(work: () => void): void {
    if (this.#ahead === undefined) work();
    else this.#ahead.hold(work);
  }

  /** The same for a node that is at work: it has a slot of the registry, which is given back if the work is never done. */
  holdAtWork(work: () => void): void {
    this.#held++;
    this.hold(() => {
      this.#held--;
      work();
    });
  }

  touch(scope: Touched): void {
    this.#touched?.add(scope);
  }

  attachedTo(node: number): { readonly run: ResourceRun; readonly region: number } {
    return { run: this, region: this.step(node).region };
  }

  readToken(_: ScopeToken): undefined {
    return undefined;
  }

  problem(stage: InternalErrorStage, thrown: unknown, path: string | undefined, details?: ProblemDetails): void {
    reportProblem(this, this.reporter?.problemListeners, stage, errorOf(thrown), path, details);
  }

  protected override advance(): void {
    if (this.#ahead === undefined) super.advance();
    else this.#advanceAhead(this.#ahead);
  }

  /** The same for a run that is recorded: does what may be done by now, then takes everything that is ready, to be called when that is kept. */
  #advanceAhead(ahead: WriteAhead): void {
    do {
      for (let work = ahead.next(); work !== undefined; work = ahead.next()) {
        work();
        if (this.isSpent()) break;
      }
      this.takeAhead();
      this.abortSteps();
      if (this.#touched !== undefined) this.#settleScopes(this.#touched);
      if (this.kernel.left === 0 && this.resources === undefined) this.over(); // in the row of the last outcome
      else ahead.flush();
    } while (!this.isYielding && ahead.isReady); // what nothing new led to may be done at once
  }

  /** Lets the bodies of composite steps go on, until nothing changes before the next row. */
  #settleScopes(touched: Set<Touched>): void {
    while (touched.size > 0 || this.#agenda?.isEmpty === false) {
      for (const scope of touched) {
        touched.delete(scope);
        scope.settle();
      }
      if (this.#agenda?.isEmpty !== false) continue;
      this.#agenda.run();
      this.takeAhead();
      this.abortSteps();
      if (!this.#agenda.isEmpty) return; // it goes on after a turn
    }
  }

  protected tell(now: number): void {
    if (this.#ahead === undefined) this.reporter?.flush(now);
    else this.#ahead.tell((until) => this.reporter?.flush(now, until));
  }

  protected stalled(error: StalledError): void {
    this.refuse(error);
  }

  get done(): Promise<FlowResult> {
    return (this.#promise ??= this.#result === undefined ? new Promise((resolve) => (this.#resolve = resolve)) : Promise.resolve(this.#result));
  }

  /** The input was refused, or the run was aborted before a schema had accepted it: the run never begins. Or it has lost its owner. */
  refuse(error: unknown): void {
    if (this.isOver) return;
    this.#leave();
    const refused = Promise.reject<FlowResult>(errorOf(error));
    if (this.#promise === undefined) this.#promise = refused;
    else this.#resolve?.(refused);
  }

  /** The run goes on elsewhere, or cannot be recorded any more: aborts what is at work, and ends without a result. */
  lose(error: Error, isProblem = true): void {
    if (this.isOver) return;
    if (isProblem) this.problem('persist', error, undefined);
    this.refuse(error);
    this.done.catch(() => undefined); // it has been told, and nobody need be there who waits for a run that goes on by itself
    this.abandon(error);
  }

  /** Aborts what is at work: nothing that it does counts any more. */
  abandon(error: Error): void {
    (this.signals ??= new Signals(this)).abortAll(error);
    this.abandonWorks(error);
    this.#letGo();
    this.resources?.abandon();
  }

  /** The run is another one: ends as that does. */
  follow(other: Promise<FlowResult>): void {
    this.#leave();
    if (this.#resolve === undefined) this.#promise = other;
    else this.#resolve(other);
    this.#isFollowing = true;
    const ended = (result?: FlowResult): void => {
      this.#isFollowing = false;
      this.#result = result;
    };
    other.then(ended, () => ended());
    this.#letGo();
  }

  #leave(): void {
    this.isRefused = true;
    this.started = false;
    this.#unhook?.();
    this.armed?.clear();
  }

  /** What is held back is not done any more. */
  #letGo(): void {
    for (; this.#held > 0; this.#held--) this.around.slots?.release();
  }

  /** The result of a recorded run that had ended. */
  ended(endedAt: number): FlowResult {
    this.endedAt = endedAt;
    if (this.kernel.left > 0) this.kernel.take(); // as when it ended: what comes after the last tier is closed
    return (this.#result ??= this.#resultNow());
  }

  #resultNow(): FlowResult {
    const recover = this.journal === undefined && this.restored === undefined ? undefined : this.around.recover;
    return new Result(this, this.#id ?? this.around.ids, recover) as unknown as FlowResult; // its methods take the refs that the interface types
  }

  /** Whether the run has ended or was refused. */
  get isOver(): boolean {
    return this.#result !== undefined || this.isRefused;
  }

  /** The status of the run (region 0) or of a process. */
  status(region: number): RunStatus | ProcessOutcome {
    if (this.isRefused) return this.#isFollowing ? 'running' : (this.#result?.status ?? 'failed');
    return region === 0 && this.#result !== undefined ? this.#result.status : standingOfRegion(this.kernel, region);
  }

  /** Ends the run, when that is recorded. */
  protected over(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.journal?.ended(statusOf(this.kernel));
    if (this.#ahead !== undefined) {
      this.#ahead.hold(() => this.#finish());
      this.#ahead.flush();
    } else if (this.journal?.commit(() => this.#finish()) !== true) {
      this.#finish();
    }
  }

  #finish(): void {
    this.armed?.clear();
    this.#unhook?.();
    this.endedAt = (this.resources === undefined ? this.reporter?.lastEndAt : undefined) ?? this.settings.clock.now();
    this.#result = this.#resultNow();
    this.recorder?.end(this.kernel);
    this.reporter?.runEnded(this.#result.status, this.endedAt);
    this.#resolve?.(this.#result);
  }
}
