import type { ScopeToken } from '../define/body.ts';
import type { InternalErrorStage, RunEventName, RunEventOf } from '../define/events.ts';
import type { ProcessOutcome } from '../define/outcome.ts';
import type { FlowResult, RunStatus } from '../define/run.ts';
import { type StalledError, StoppedError } from '../errors.ts';
import { stopOnAbort } from './caller-signal.ts';
import type { Outer } from './context.ts';
import { RunEvents } from './events.ts';
import { Inbox, type Message } from './inbox.ts';
import type { Journal } from './journal.ts';
import type { Latch } from './kernel/latches.ts';
import { standingOfRegion, statusOf } from './outcomes.ts';
import type { Plan } from './plan.ts';
import { type ProblemDetails, reportProblem } from './problems.ts';
import { Reporter } from './reporter.ts';
import type { ResourceRun } from './resources.ts';
import type { Restored } from './restored.ts';
import { Result } from './result.ts';
import { RunEnd } from './run-end.ts';
import { type Recalled, recallRun } from './recall-run.ts';
import { Signals } from './signals.ts';
import type { RunSettings } from './run-settings.ts';
import type { Surroundings } from './surroundings.ts';
import { errorOf } from './thrown.ts';
import { WholeLoop } from './whole-loop.ts';

const nothing: readonly Message[] = [];

/** One run of a flow, with its beginning and its end. */
export class FlowRun extends WholeLoop {
  /** Is told when there may be nothing left to do at once. */
  rested: (() => void) | undefined = undefined;
  /** Records a signal before the run receives it, if it is to be recorded. */
  post: ((message: Message, run: FlowRun) => Promise<void>) | undefined = undefined;
  /** Is told when the run begins to wait for a signal. */
  onWait: ((run: FlowRun) => void) | undefined = undefined;
  /** Whether somebody here waits for its end. */
  isFollowed = false;
  /** The run at work here that it has turned out to be. */
  leader: FlowRun | undefined = undefined;
  /** Resolves when a schema that takes its time has looked at the input. */
  fed: Promise<void> | undefined = undefined;
  /** Whether a schema has still to accept the input. */
  awaitsInput = false;
  #id: string | undefined;
  readonly #end = new RunEnd();
  /** Stops listening to the signal of the caller. */
  readonly #unhook: (() => void) | undefined;
  #isEnding = false;
  #recalled: Recalled | undefined = undefined;
  #inbox: Inbox | undefined = undefined;
  /** Its listeners, once there is one. */
  events: RunEvents | undefined = undefined;
  /** The stops that were asked of it. */
  #stops: (readonly [region: number, latch: Latch, graceMs: number])[] | undefined = undefined;

  constructor(plan: Plan, around: Surroundings, settings: RunSettings, id: string | undefined = settings.runId) {
    super(plan, around, settings);
    this.#id = id;
    this.careful = this.policed;
    this.#unhook = settings.signal && stopOnAbort(this, settings.signal);
  }

  get id(): string {
    return (this.#id ??= this.#end.result?.runId ?? this.around.ids());
  }

  get outer(): Outer | undefined {
    return undefined;
  }

  get callDepth(): number {
    return 0;
  }

  get isPaused(): boolean {
    return this.kernel.isPaused(0);
  }

  get inbox(): Inbox {
    return (this.#inbox ??= new Inbox(() => this.onWait?.(this)));
  }

  /** Whether it waits for a signal. */
  get awaitsSignal(): boolean {
    return this.#inbox?.isWaiting === true;
  }

  /** The signals that nobody has taken. */
  get unread(): readonly Message[] {
    return this.#inbox?.messages ?? nothing;
  }

  /** Starts the first steps. */
  begin(input: unknown): void {
    if (this.isRefused) return;
    this.input = input;
    this.startedAt = this.settings.clock.now();
    this.settings.turns.enter(this.startedAt);
    this.attempts?.begin(this.settings.flowTimeoutMs, this.alarm);
    if (this.reporter !== undefined) this.tellOfStart(this.reporter);
    this.started = true;
    this.pump(this.startedAt);
  }

  /** Takes over what was recorded of the run; `goOn` is next. */
  recall(restored: Restored): void {
    this.#recalled = recallRun(this, restored);
  }

  /**
   * Goes on with a run that was recorded.
   *
   * @param isAtOnce - before it returns, unless resources have to come back: then nobody can listen before
   */
  goOn(isAtOnce = false): void {
    const { reopened, ready } = this.#recalled ?? { reopened: [], ready: undefined };
    this.#recalled = undefined;
    if (isAtOnce && ready === undefined) this.#goOn(reopened);
    else void (ready ?? Promise.resolve()).then(() => this.#goOn(reopened));
  }

  #goOn(reopened: readonly number[]): void {
    if (this.isRefused) return;
    this.settings.turns.enter(this.settings.clock.now());
    this.started = true;
    for (const node of reopened) {
      this.around.slots?.hold();
      this.startAhead(node, this.restored?.reopenings.get(node)?.end !== undefined);
    }
    if (this.kernel.timers === undefined) this.pump();
    else this.ring(); // what has come due meanwhile comes first
  }

  on<Name extends RunEventName | '*'>(name: Name, listener: (event: RunEventOf<Name>) => void): () => void {
    this.careful = true;
    if (this.reporter === undefined) {
      this.events = new RunEvents(this);
      this.reporter = new Reporter(this, this.events);
      this.listen();
    }
    return this.reporter.on(name, listener);
  }

  pause(region: number, paused: boolean): void {
    if (this.leader !== undefined) return this.leader.pause(region, paused);
    if (!this.kernel.pause(region, paused)) return;
    this.journal?.paused(region, paused);
    this.hold(() => this.reporter?.paused(region, paused));
    if (paused) this.pump();
    else this.pumpAll();
  }

  stop(region: number, latch: Latch, graceMs: number): void {
    if (this.leader !== undefined) return this.leader.stop(region, latch, graceMs);
    (this.#stops ??= []).push([region, latch, graceMs]);
    if (region === 0 && latch.mode === 'abort' && this.awaitsInput && !this.started) this.refuse(latch.reason instanceof Error ? latch.reason : new StoppedError());
    if (region === 0 && latch.mode === 'abort' && this.kernel.left === 0) this.resources?.bound(graceMs);
    if (!this.kernel.isOver(region) && this.kernel.latch(region, latch, this.alarm.now(), graceMs)) this.pump();
  }

  /** Somebody sent a signal, which is kept if it has to be. */
  receive(message: Message): void {
    this.inbox.post(message);
    this.pump();
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

  pump(now: number = NaN): void {
    this.drive(now);
    if (this.rested !== undefined && this.isQuiet) this.rested();
  }

  protected stalled(error: StalledError): void {
    this.refuse(error);
  }

  get done(): Promise<FlowResult> {
    return this.#end.done;
  }

  /** The input was refused, or the run was aborted before a schema had accepted it: the run never begins. Or it has lost its owner. */
  refuse(error: unknown): void {
    if (this.isOver) return;
    this.#leave();
    this.#end.refuse(error);
  }

  /** The run goes on another time, and nobody waits for it here. */
  putAway(): void {
    this.#leave();
    this.abandon(undefined);
  }

  /** How it ended, if it has. */
  get result(): FlowResult | undefined {
    return this.#end.result;
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
  abandon(error: Error | undefined): void {
    if (error !== undefined || this.signals !== undefined) (this.signals ??= new Signals(this)).abortAll(error);
    this.abandonWorks(error);
    this.letGo();
    this.resources?.abandon();
  }

  /** The run has turned out to be one that is at work here: what was asked of it is asked of that one. */
  joins(leader: FlowRun): void {
    this.leader = leader;
    leader.isFollowed = true;
    if (this.events !== undefined) leader.on('*', (event) => this.events?.emit(event));
    for (const stop of this.#stops ?? []) leader.stop(...stop);
  }

  /** The run is another one: ends as that does. */
  follow(other: Promise<FlowResult>): void {
    this.#leave();
    this.#end.follow(other);
    this.letGo();
  }

  #leave(): void {
    this.isRefused = true;
    this.started = false;
    this.#unhook?.();
    this.armed?.clear();
  }

  /** The result of a recorded run that had ended. */
  ended(endedAt: number): FlowResult {
    this.endedAt = endedAt;
    if (this.kernel.left > 0) this.kernel.take(); // as when it ended: what comes after the last tier is closed
    return (this.#end.result ??= this.#resultNow());
  }

  #resultNow(): FlowResult {
    const recover = this.journal === undefined && this.restored === undefined ? undefined : this.around.recover;
    return new Result(this, this.#id ?? this.around.ids, recover) as unknown as FlowResult; // its methods take the refs that the interface types
  }

  /** Whether the run has ended or was refused. */
  get isOver(): boolean {
    return this.#end.result !== undefined || this.isRefused;
  }

  /** The status of the run (region 0) or of a process. */
  status(region: number): RunStatus | ProcessOutcome {
    if (this.leader !== undefined) return this.leader.status(region);
    if (this.isRefused) return this.#end.statusElsewhere(region, this.plan.template.regions);
    return region === 0 && this.#end.result !== undefined ? this.#end.result.status : standingOfRegion(this.kernel, region);
  }

  /** Ends the run, when that is recorded. */
  protected over(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    if (this.journal === undefined) this.#finish();
    else this.#finishWhenRecorded(this.journal);
  }

  #finishWhenRecorded(journal: Journal): void {
    journal.ended(statusOf(this.kernel));
    this.whenRecorded(() => this.#finish());
  }

  #finish(): void {
    this.armed?.clear();
    this.#unhook?.();
    this.endedAt = (this.resources === undefined ? this.reporter?.lastEndAt : undefined) ?? this.settings.clock.now();
    this.kernel.retire();
    const result = this.#resultNow();
    this.#end.result = result; // nobody is told of problems after the end
    this.recorder?.end(this.kernel);
    this.reporter?.runEnded(result.status, this.endedAt);
    this.#end.reach(result);
  }
}
