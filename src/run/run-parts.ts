import type { InternalErrorStage } from '../define/events.ts';
import type { ScopeToken } from '../define/body.ts';
import type { Records } from '../define/records.ts';
import type { TemplateStep } from '../graph/template.ts';
import { Alarm } from './alarm.ts';
import { Attempts } from './attempts.ts';
import type { Context, Outer } from './context.ts';
import { type EndingRun, Endings } from './endings.ts';
import type { ScopeJournal } from './journal.ts';
import { FIRST_OUTCOME, PARKED, WAITING } from './kernel/cells.ts';
import { Kernel } from './kernel/kernel.ts';
import type { Plan } from './plan.ts';
import type { ProblemDetails } from './problems.ts';
import { Recorder } from './recorder.ts';
import type { Reporter } from './reporter.ts';
import type { ResourceRun, Resources } from './resources.ts';
import type { Remembered } from './restored.ts';
import { type SignalRun, Signals } from './signals.ts';
import type { RunSettings } from './run-settings.ts';
import type { Surroundings } from './surroundings.ts';
import { Writes } from './writes.ts';

/** Everything that a run of a flow or of a body consists of, and what can be asked of it. Most parts are made when they are first needed. */
export abstract class RunParts implements EndingRun, SignalRun {
  readonly plan: Plan;
  readonly around: Surroundings;
  readonly settings: RunSettings;
  readonly kernel: Kernel;
  /** Records it, if it is to be recorded. */
  journal: ScopeJournal | undefined = undefined;
  /** What was recorded of it, when it goes on after an interruption. */
  restored: Remembered | undefined = undefined;
  /** Retries and timeouts, where the flow has any. */
  readonly attempts: Attempts | undefined;
  input: unknown = undefined;
  /** Whether it never began, or nothing that happens counts any more. */
  isRefused = false;
  startedAt: number = NaN;
  endedAt: number = NaN;
  writes: Writes | undefined = undefined;
  readonly recorder: Recorder | undefined;
  resources: Resources | undefined = undefined;
  protected reporter: Reporter | undefined = undefined;
  protected signals: Signals | undefined = undefined;
  /** Whether an attempt has more to it than its function: a policy, a limit of the registry. */
  policed: boolean;
  protected armed: Alarm | undefined = undefined;
  protected started = false;
  #endings: Endings | undefined = undefined;

  constructor(plan: Plan, around: Surroundings, settings: RunSettings) {
    this.plan = plan;
    this.around = around;
    this.settings = settings;
    this.kernel = new Kernel(plan.template, settings);
    const timed = plan.template.policed || settings.flowTimeoutMs !== undefined;
    this.attempts = timed ? new Attempts(this.kernel, around.random) : undefined;
    const { records } = plan;
    this.recorder = records && this.#recorderFor(records);
    this.policed = timed || around.slots !== undefined || plan.accompanied;
  }

  #recorderFor(records: Records): Recorder {
    return new Recorder(records, () => this.settings.clock.now(), (error, path) => this.problem('persist', error, path));
  }

  abstract get id(): string;
  abstract get isOver(): boolean;
  /** Which time it is that its body runs, or one around it; 0 where nothing repeats. */
  get turn(): number {
    return 0;
  }
  /** The scope around it, whose results and keys its steps may read. */
  abstract get outer(): Outer | undefined;
  abstract call(node: number, attempt: number, s?: Context): void;
  abstract pump(): void;
  abstract hold(work: () => void): void;
  abstract holdAtWork(work: () => void): void;
  abstract attachedTo(node: number): { readonly run: ResourceRun; readonly region: number };
  abstract problem(stage: InternalErrorStage, thrown: unknown, path: string | undefined, details?: ProblemDetails): void;
  abstract readToken(token: ScopeToken): { readonly value: unknown } | undefined;

  retrying(node: number, attempt: number, error: Error, retryAt: number): void {
    this.hold(() => this.reporter?.stepRetrying(node, attempt, error, retryAt));
  }

  /** What stands around attempts. */
  get endings(): Endings {
    return (this.#endings ??= new Endings(this));
  }

  get alarm(): Alarm {
    return (this.armed ??= new Alarm(this.settings.clock));
  }

  signalOf(node: number, attempt: number): AbortSignal {
    return (this.signals ??= new Signals(this)).make(node, attempt);
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

  /** What the idempotency key of a step says, apart from the run. */
  keyAt(node: number): string {
    return this.kernel.pathAt(node);
  }

  /** See `RecordedScope`. */
  get writeBack(): ((node: number, key: unknown, value: unknown) => void) | undefined {
    return this.settings.strict ? (node, key, value) => this.layers().set(node, key, value) : undefined;
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
}
