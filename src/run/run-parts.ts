import type { InternalErrorStage } from '../define/events.ts';
import type { ProcessOutcome } from '../define/outcome.ts';
import type { FlowResult, RunStatus } from '../define/run.ts';
import type { TemplateStep } from '../graph/template.ts';
import { Alarm } from './alarm.ts';
import { Attempts } from './attempts.ts';
import type { Context } from './context.ts';
import { type EndingRun, Endings } from './endings.ts';
import type { Journal } from './journal.ts';
import { FIRST_OUTCOME, PARKED, WAITING } from './kernel/cells.ts';
import { Kernel } from './kernel/kernel.ts';
import { standingOfRegion } from './outcomes.ts';
import type { Plan } from './plan.ts';
import { type ProblemDetails, reportProblem } from './problems.ts';
import { Recorder } from './recorder.ts';
import type { Reporter } from './reporter.ts';
import type { Resources } from './resources.ts';
import type { Restored } from './restored.ts';
import { Result } from './result.ts';
import { type SignalRun, Signals } from './signals.ts';
import type { RunSettings, Surroundings } from './surroundings.ts';
import { errorOf } from './thrown.ts';
import type { WriteAhead } from './write-ahead.ts';
import { Writes } from './writes.ts';

/** Everything that a run consists of, and what can be asked of it. Most parts are made when they are first needed. */
export abstract class RunParts implements EndingRun, SignalRun {
  readonly plan: Plan;
  readonly around: Surroundings;
  readonly settings: RunSettings;
  readonly kernel: Kernel;
  /** Records the run, if it is to be recorded. */
  journal: Journal | undefined = undefined;
  /** Keeps work back until what leads to it is recorded. */
  protected ahead: WriteAhead | undefined = undefined;
  /** What was recorded of the run, when it goes on after an interruption. */
  restored: Restored | undefined = undefined;
  /** Retries and timeouts, where the flow has any. */
  readonly attempts: Attempts | undefined;
  input: unknown = undefined;
  /** Whether the input was refused: then the run never began. */
  isRefused = false;
  startedAt: number = NaN;
  endedAt: number = NaN;
  writes: Writes | undefined = undefined;
  readonly recorder: Recorder | undefined;
  resources: Resources | undefined = undefined;
  protected knownId: string | undefined;
  protected reporter: Reporter | undefined = undefined;
  protected signals: Signals | undefined = undefined;
  protected result: FlowResult | undefined = undefined;
  protected promise: Promise<FlowResult> | undefined = undefined;
  protected resolve: ((result: FlowResult | Promise<FlowResult>) => void) | undefined = undefined;
  /** Whether an attempt has more to it than its function: a policy, a limit of the registry. */
  protected policed: boolean;
  protected armed: Alarm | undefined = undefined;
  protected started = false;
  /** How many nodes at work wait for a row to be kept, each with a slot of the registry. */
  #held = 0;
  /** Stops listening to the signal of the caller. */
  protected unhook: (() => void) | undefined = undefined;
  #endings: Endings | undefined = undefined;
  /** Whether it ends as another run does, and that has not ended. */
  #isFollowing = false;

  constructor(plan: Plan, around: Surroundings, settings: RunSettings, id: string | undefined) {
    this.plan = plan;
    this.around = around;
    this.settings = settings;
    this.kernel = new Kernel(plan.template, settings);
    this.knownId = id;
    const timed = plan.template.policed || settings.flowTimeoutMs !== undefined;
    this.attempts = timed ? new Attempts(this.kernel, around.random) : undefined;
    const { records } = plan;
    this.recorder = records && new Recorder(records, () => settings.clock.now(), (error, path) => this.problem('persist', error, path));
    this.policed = timed || around.slots !== undefined || plan.accompanied;
  }

  abstract call(node: number, attempt: number, s?: Context): void;
  abstract pump(): void;
  abstract hold(work: () => void): void;
  abstract retrying(node: number, attempt: number, error: Error, retryAt: number): void;

  get id(): string {
    return (this.knownId ??= this.result?.runId ?? this.around.ids());
  }

  /** What stands around attempts. */
  get endings(): Endings {
    return (this.#endings ??= new Endings(this));
  }

  get alarm(): Alarm {
    return (this.armed ??= new Alarm(this.settings.clock));
  }

  get done(): Promise<FlowResult> {
    return (this.promise ??= this.result === undefined ? new Promise((resolve) => (this.resolve = resolve)) : Promise.resolve(this.result));
  }

  /** The input was refused, or the run was aborted before a schema had accepted it: the run never begins. Or it has lost its owner. */
  refuse(error: unknown): void {
    if (this.isOver) return;
    this.isRefused = true;
    this.started = false;
    this.unhook?.();
    this.armed?.clear();
    const refused = Promise.reject<FlowResult>(errorOf(error));
    if (this.promise === undefined) this.promise = refused;
    else this.resolve?.(refused);
  }

  /** The run goes on elsewhere, or cannot be recorded any more: aborts what is at work, and ends without a result. */
  lose(error: Error, isProblem = true): void {
    if (this.isOver) return;
    if (isProblem) this.problem('persist', error, undefined);
    this.refuse(error);
    this.done.catch(() => undefined); // it has been told, and nobody need be there who waits for a run that goes on by itself
    (this.signals ??= new Signals(this)).abortAll(error);
    this.#letGo();
    this.resources?.abandon();
  }

  /** The run is another one: ends as that does. */
  follow(other: Promise<FlowResult>): void {
    this.isRefused = true;
    this.started = false;
    this.armed?.clear();
    this.unhook?.();
    if (this.resolve === undefined) this.promise = other;
    else this.resolve(other);
    this.#isFollowing = true;
    const ended = (result?: FlowResult): void => {
      this.#isFollowing = false;
      this.result = result;
    };
    other.then(ended, () => ended());
    this.#letGo();
  }

  /** The result of a recorded run that had ended. */
  over(endedAt: number): FlowResult {
    this.endedAt = endedAt;
    if (this.kernel.left > 0) this.kernel.take(); // as when it ended: what comes after the last tier is closed
    return (this.result ??= this.resultNow());
  }

  protected resultNow(): FlowResult {
    const recover = this.journal === undefined && this.restored === undefined ? undefined : this.around.recover;
    return new Result(this, this.knownId ?? this.around.ids, recover) as unknown as FlowResult; // its methods take the refs that the interface types
  }

  /** Whether the run has ended or was refused. */
  get isOver(): boolean {
    return this.result !== undefined || this.isRefused;
  }

  /** The status of the run (region 0) or of a process. */
  status(region: number): RunStatus | ProcessOutcome {
    if (this.isRefused) return this.#isFollowing ? 'running' : (this.result?.status ?? 'failed');
    return region === 0 && this.result !== undefined ? this.result.status : standingOfRegion(this.kernel, region);
  }

  signalOf(node: number, attempt: number): AbortSignal {
    return (this.signals ??= new Signals(this)).make(node, attempt);
  }

  /** The same as `hold`, for a node that is at work: it has a slot of the registry, which is given back if the work is never done. */
  holdAtWork(work: () => void): void {
    this.#held++;
    this.hold(() => {
      this.#held--;
      work();
    });
  }

  /** What is held back is not done any more. */
  #letGo(): void {
    for (; this.#held > 0; this.#held--) this.around.slots?.release();
  }

  /** Aborts the signal of a step when what was recorded so far is kept. */
  protected abortWhenKept(node: number): void {
    const signals = (this.signals ??= new Signals(this));
    signals.withhold(node);
    this.hold(() => signals.abort(node, false));
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

  abortReason(node: number, expired: boolean): unknown {
    return expired ? this.attempts?.timeout(node, this.step(node)) : this.kernel.latchOf(this.plan.template.regionOf[node] as number)?.reason;
  }

  problem(stage: InternalErrorStage, thrown: unknown, path: string | undefined, details?: ProblemDetails): void {
    reportProblem(this, this.reporter?.problemListeners, stage, errorOf(thrown), path, details);
  }
}
