import type { InternalErrorStage, RunEventName, RunEventOf } from '../define/events.ts';
import type { ProcessOutcome } from '../define/outcome.ts';
import type { FlowResult, RunStatus } from '../define/run.ts';
import { StalledError, StoppedError } from '../errors.ts';
import type { TemplateStep } from '../graph/template.ts';
import { Alarm, type Bell } from './alarm.ts';
import { Attempts } from './attempts.ts';
import { onAbort } from './caller-signal.ts';
import { Context } from './context.ts';
import { FIRST_OUTCOME, PARKED, RUNNING, WAITING } from './kernel/cells.ts';
import { type EndingRun, Endings } from './endings.ts';
import { NONE } from './kernel/guard.ts';
import { Kernel } from './kernel/kernel.ts';
import type { Latch } from './kernel/latches.ts';
import { standingOfRegion, stuck } from './outcomes.ts';
import type { Plan } from './plan.ts';
import { type ProblemDetails, reportProblem } from './problems.ts';
import { Recorder } from './recorder.ts';
import { Reporter } from './reporter.ts';
import type { Resources } from './resources.ts';
import { Result } from './result.ts';
import { type SignalRun, Signals } from './signals.ts';
import type { RunSettings, Surroundings } from './surroundings.ts';
import type { Waiter } from './slots.ts';
import { isThenable } from './thenable.ts';
import { errorOf } from './thrown.ts';
import type { Resumable } from './turns.ts';
import { Writes } from './writes.ts';

/**
 * One run: drives the kernel. It pulls ready steps, calls their functions, tells the kernel what became of them, and keeps
 * everything with a side effect (timers, signals, listeners, promises). Each of these is made when it is first needed.
 */
export class FlowRun implements EndingRun, SignalRun, Waiter, Resumable, Bell {
  readonly plan: Plan;
  readonly around: Surroundings;
  readonly settings: RunSettings;
  readonly kernel: Kernel;
  /** Retries and timeouts, where the flow has any. */
  readonly attempts: Attempts | undefined;
  input: unknown = undefined;
  /** Whether the input was refused: then the run never began. */
  isRefused = false;
  /** Whether a schema has still to accept the input. */
  awaitsInput = false;
  startedAt: number = NaN;
  endedAt: number = NaN;
  writes: Writes | undefined = undefined;
  readonly recorder: Recorder | undefined;
  resources: Resources | undefined = undefined;
  #alarm: Alarm | undefined = undefined;
  #endings: Endings | undefined = undefined;
  #id: string | undefined;
  #reporter: Reporter | undefined = undefined;
  #signals: Signals | undefined = undefined;
  #pumping = false;
  #yielding = false;
  #started = false;
  #result: FlowResult | undefined = undefined;
  #done: Promise<FlowResult> | undefined = undefined;
  #resolve: ((result: FlowResult | Promise<FlowResult>) => void) | undefined = undefined;
  readonly #unhook: (() => void) | undefined;
  /** Whether an attempt has more to it than its function: a policy, a limit of the registry. */
  readonly #policed: boolean;
  /** Whether starts and ends need more than the kernel: they are policed or have conditions, or someone listens. */
  #careful: boolean;

  constructor(plan: Plan, around: Surroundings, settings: RunSettings, id: string | undefined = settings.runId) {
    this.plan = plan;
    this.around = around;
    this.settings = settings;
    this.kernel = new Kernel(plan.template, settings);
    this.#id = id;
    const timed = plan.template.policed || settings.flowTimeoutMs !== undefined;
    this.attempts = timed ? new Attempts(this.kernel, around.random) : undefined;
    const { records } = plan;
    this.recorder = records && new Recorder(records, () => settings.clock.now(), (error, path) => this.problem('persist', error, path));
    this.#careful = this.#policed = timed || around.slots !== undefined || plan.accompanied;
    this.#unhook = settings.signal && onAbort(settings.signal, (reason) => this.stop(0, { mode: 'abort', why: 'stop', reason }, settings.graceMs));
  }

  get id(): string {
    return (this.#id ??= this.#result?.runId ?? this.around.ids());
  }

  /** What stands around attempts; made when it is first needed. */
  get endings(): Endings {
    return (this.#endings ??= new Endings(this));
  }

  get alarm(): Alarm {
    return (this.#alarm ??= new Alarm(this.settings.clock));
  }

  get done(): Promise<FlowResult> {
    return (this.#done ??= this.#result === undefined ? new Promise((resolve) => (this.#resolve = resolve)) : Promise.resolve(this.#result));
  }

  /** Starts the first steps. */
  begin(input: unknown): void {
    if (this.isRefused) return;
    this.input = input;
    this.startedAt = this.settings.clock.now();
    this.settings.turns.enter(this.startedAt);
    this.attempts?.begin(this.settings.flowTimeoutMs, this.alarm);
    this.#reporter?.runStarted(this.startedAt);
    this.#started = true;
    this.pump(this.startedAt);
  }

  /** The input was refused, or the run was aborted before a schema had accepted it: the run never begins. */
  refuse(error: unknown): void {
    if (this.isOver) return;
    this.isRefused = true;
    this.#unhook?.();
    this.#alarm?.clear();
    const refused = Promise.reject<FlowResult>(errorOf(error));
    if (this.#done === undefined) this.#done = refused;
    else this.#resolve?.(refused);
  }

  /** Whether the run has ended or was refused. */
  get isOver(): boolean {
    return this.#result !== undefined || this.isRefused;
  }

  /** The status of the run (region 0) or of a process. */
  status(region: number): RunStatus | ProcessOutcome {
    if (this.isRefused) return 'failed';
    return region === 0 && this.#result !== undefined ? this.#result.status : standingOfRegion(this.kernel, region);
  }

  on<Name extends RunEventName | '*'>(name: Name, listener: (event: RunEventOf<Name>) => void): () => void {
    this.#careful = true;
    return (this.#reporter ??= new Reporter(this)).on(name, listener);
  }

  pause(region: number, paused: boolean): void {
    if (!this.kernel.pause(region, paused)) return;
    this.#reporter?.paused(region, paused);
    this.pump();
  }

  stop(region: number, latch: Latch, graceMs: number): void {
    if (region === 0 && latch.mode === 'abort' && this.awaitsInput && !this.#started) this.refuse(latch.reason instanceof Error ? latch.reason : new StoppedError());
    if (region === 0 && latch.mode === 'abort' && this.kernel.left === 0) this.resources?.bound(graceMs);
    if (!this.kernel.isOver(region) && this.kernel.latch(region, latch, this.alarm.now(), graceMs)) this.pump();
  }

  signalOf(node: number, attempt: number): AbortSignal {
    return (this.#signals ??= new Signals(this)).make(node, attempt);
  }

  step(node: number): TemplateStep {
    return this.plan.template.steps[node] as TemplateStep; // nodes of steps only
  }

  layers(): Writes {
    return (this.writes ??= new Writes(this.kernel, this.plan, this.settings.strict));
  }

  isAtWork(node: number, attempt: number): boolean {
    const state = this.kernel.state(node);
    return state !== WAITING && state !== PARKED && state < FIRST_OUTCOME && this.kernel.attempt(node) === attempt;
  }

  /** Pulls and calls everything that may start now, until nothing is ready or it is time to yield. `now` is as for `#report`. */
  pump(now: number = NaN): void {
    if (this.#pumping || !this.#started) return;
    this.#pumping = true;
    try {
      if (this.#careful) this.#report(now);
      if (!this.#yielding) this.#pull();
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
      if (this.#policed) this.endings.start(node);
      else this.call(node, 1);
      if (this.#careful) this.#report(NaN);
      if (this.settings.turns.isSpent()) {
        this.#yielding = true;
        this.settings.turns.wait(this);
        break;
      }
    }
  }

  /** Calls the function of a node at work. */
  call(node: number, attempt: number, s: Context = new Context(this, node, attempt)): void {
    const { template } = this.plan;
    if (this.#careful && node < template.stepCount) {
      this.attempts?.start(node, attempt, this.step(node), this.alarm);
      this.#reporter?.stepStarted(node, attempt);
    }
    try {
      const body = template.bodies[node] as ((s: Context) => unknown) | undefined;
      const returned = body === undefined ? this.endings.generated(node) : body(s);
      if (isThenable(returned)) this.#await(node, attempt, returned);
      else if (this.#policed) this.endings.ended(node, attempt, true, returned);
      else this.kernel.succeed(node, returned);
    } catch (thrown) {
      this.endings.ended(node, attempt, false, thrown);
    }
  }

  #await(node: number, attempt: number, promise: PromiseLike<unknown>): void {
    const native = promise instanceof Promise ? promise : Promise.resolve(promise);
    native.then(
      (value: unknown) => {
        if (!this.#policed && this.kernel.state(node) === RUNNING) this.kernel.succeed(node, value);
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
    this.#reporter?.stepRetrying(node, attempt, error, retryAt);
  }

  #abortSteps(): void {
    const { overruns } = this.kernel;
    if (overruns === undefined) return;
    for (const { node, expired, halted } of overruns.takeAborts()) {
      if (halted !== true) {
        this.#signals?.abort(node, expired);
        continue;
      }
      this.around.slots?.hold();
      this.endings.halted(node);
    }
  }

  /** Aborts the signals and reports the events that the kernel has caused; `now` is the wall time if it is known, else NaN. */
  #report(now: number): void {
    this.#abortSteps();
    this.#reporter?.flush(now);
  }

  /** Nothing may start now: wait for the next timer, for a step at work, or for nothing more. */
  #rest(): void {
    this.#report(NaN);
    const releasing = this.resources?.releaseEnded() === true;
    if (releasing && this.kernel.latchOf(0)?.mode === 'abort') this.resources?.bound(this.settings.graceMs);
    if (this.#result !== undefined || this.#yielding || this.#pumping) return;
    if (this.kernel.left === 0 && !releasing) this.#finish();
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

  #finish(): void {
    this.#alarm?.clear();
    this.#unhook?.();
    this.endedAt = (this.resources === undefined ? this.#reporter?.lastEndAt : undefined) ?? this.settings.clock.now();
    this.#result = new Result(this, this.#id ?? this.around.ids) as unknown as FlowResult; // its methods take the refs that the interface types
    this.recorder?.end(this.kernel);
    this.#reporter?.runEnded(this.#result.status, this.endedAt);
    this.#resolve?.(this.#result);
  }

  abortReason(node: number, expired: boolean): unknown {
    return expired ? this.attempts?.timeout(node, this.step(node)) : this.kernel.latchOf(this.plan.template.regionOf[node] as number)?.reason;
  }

  problem(stage: InternalErrorStage, thrown: unknown, path: string | undefined, details?: ProblemDetails): void {
    reportProblem(this, this.#reporter?.problemListeners, stage, errorOf(thrown), path, details);
  }
}
