import type { ScopeToken } from '../define/body.ts';
import type { InternalErrorStage } from '../define/events.ts';
import type { StalledError } from '../errors.ts';
import type { Outer } from './context.ts';
import type { Latch } from './kernel/latches.ts';
import { obey } from './obey.ts';
import type { Plan } from './plan.ts';
import type { ProblemDetails } from './problems.ts';
import { type Recalled, recallRun } from './recall-run.ts';
import { Reporter } from './reporter.ts';
import type { ResourceRun } from './resources.ts';
import { type Restored, sinceOf } from './restored.ts';
import { RunLoop } from './run-loop.ts';
import { Signals } from './signals.ts';
import type { Touched, WholeRun, WorkHost } from './work-host.ts';

/** How a body runs. */
export interface ScopeOptions {
  readonly plan: Plan;
  /** What its paths begin with. */
  readonly place: string;
  /** What its idempotency keys begin with: the same without the numbers of what is tried again. */
  readonly keyPlace: string;
  /** Which time it is that the body runs, or one around it. */
  readonly turn?: number;
  /** How many of its steps may be at work at once. */
  readonly limit: number;
  readonly restored: Restored | undefined;
  /** The input, of a flow that is called; a body has that of its flow. */
  readonly input?: { readonly value: unknown } | undefined;
  /** What stands for the item and its position, in the body of a `forEach`. */
  readonly tokens?: ReadonlyMap<object, unknown> | undefined;
  /** Whether it is only read: it had ended before the run was interrupted. */
  readonly isPast?: true;
  /** Everything of it has its outcome. */
  over(): void;
  stalled(error: StalledError): void;
}

/** The run of a body, or of a flow that is called: part of another run. */
export class ScopeRun extends RunLoop implements Touched {
  readonly whole: WholeRun;
  readonly #options: ScopeOptions;
  readonly #host: WorkHost;
  readonly #node: number;
  #recalled: Recalled | undefined = undefined;
  #isOver = false;

  constructor(host: WorkHost, node: number, options: ScopeOptions) {
    const { plan, place, limit } = options;
    const timeoutMs = options.input === undefined ? undefined : plan.template.regions[0]?.timeoutMs;
    const { runId, signal, clock, graceMs, failFast, strict, turns } = host.settings;
    const own = { limit, place, flowTimeoutMs: timeoutMs, tiered: false, finishTier: false };
    super(plan, host.around, { runId, signal, clock, graceMs, failFast, strict, turns, ...own });
    this.whole = host.whole;
    this.#host = host;
    this.#node = node;
    this.#options = options;
    this.careful = this.policed = true;
    const { events, gate, journal } = host.whole;
    if (gate !== undefined) obey(this, gate);
    if (options.restored !== undefined) this.#recalled = recallRun(this, options.restored);
    this.input = options.input === undefined ? host.input : options.input.value;
    if (options.isPast === true) {
      const since = sinceOf(host.restored, node) ?? NaN; // of a flow without steps nothing else is recorded
      if (options.restored === undefined) this.startedAt = since;
      this.endedAt = options.restored?.lastAt ?? since;
      return;
    }
    if (events !== undefined) this.listen();
    if (journal === undefined) return;
    host.journal?.catchUp(); // that the step has started comes before what is in it
    this.journal = journal.inside({
      kernel: this.kernel,
      seen: options.restored?.past.history.length ?? 0,
      known: options.restored?.past.nodes.map((past) => past.node) ?? [],
      writesOf: (of) => this.writes?.of(of) ?? [],
      writeBack: this.writeBack,
    });
  }

  get id(): string {
    return this.whole.id;
  }

  get outer(): Outer | undefined {
    return this.#options.input === undefined ? { run: this.#host, node: this.#node } : undefined;
  }

  get callDepth(): number {
    return this.#host.callDepth + (this.#options.input === undefined ? 0 : 1);
  }

  get isOver(): boolean {
    return this.#isOver || this.whole.isRefused;
  }

  get isPaused(): boolean {
    const { kernel, plan } = this.#host;
    return this.#host.isPaused || kernel.isPaused(plan.template.regionOf[this.#node] as number);
  }

  override listen(): void {
    const { events } = this.whole;
    if (events !== undefined) this.reporter ??= new Reporter(this, events, true);
    super.listen();
  }

  /** Those of a flow that was called, by its own paths. */
  get leftBehind(): readonly string[] | undefined {
    const before = `${this.#options.place}/`;
    return this.whole.leftBehind?.filter((path) => path.startsWith(before)).map((path) => path.slice(before.length));
  }

  override get turn(): number {
    return this.#options.turn ?? 0;
  }

  override keyAt(node: number): string {
    return `${this.#options.keyPlace}/${this.plan.pathAt(node)}`;
  }

  begin(): void {
    if (this.whole.isRefused) return;
    const recalled = this.#recalled;
    this.#recalled = undefined;
    if (recalled === undefined) {
      this.startedAt = this.settings.clock.now();
      this.attempts?.begin(this.settings.flowTimeoutMs, this.alarm);
      this.#goOn([]);
    } else {
      const { reopened, ready } = recalled;
      if (ready === undefined) this.#goOn(reopened);
      else void ready.then(() => this.#goOn(reopened));
    }
  }

  #goOn(reopened: readonly number[]): void {
    if (this.isOver) return;
    this.started = true;
    for (const node of reopened) {
      this.around.slots?.hold();
      this.startAhead(node, this.restored?.reopenings.get(node)?.end !== undefined);
    }
    if (this.kernel.timers === undefined) this.pump();
    else this.ring();
  }

  /** Starts nothing more; what is at work may finish, or is aborted. */
  stop(latch: Latch, graceMs: number): void {
    const stop: Latch = { ...latch, why: 'stop' }; // a time that is up out there is not its own
    if (this.kernel.left === 0) return;
    if (this.kernel.latch(0, stop, this.alarm.now(), graceMs)) this.kernel.closed = undefined; // the run has said so
    this.pump(); // it may have been paused as well
  }

  /** Nothing that it does counts any more. */
  abandon(error: Error | undefined): void {
    this.#isOver = true;
    this.started = false;
    this.armed?.clear();
    (this.signals ??= new Signals(this)).abortAll(error);
    this.abandonWorks(error);
    this.resources?.abandon();
  }

  pump(now: number = NaN): void {
    if (!this.whole.isAhead) {
      if (!this.isPaused) this.drive(now);
      else if (this.started) this.rest();
      return;
    }
    this.whole.touch(this);
    this.whole.pump();
  }

  protected advance(): void {
    this.startReady();
  }

  protected rest(): void {
    this.comeToRest();
  }

  settle(): void {
    if (!this.started || this.isOver) return;
    this.abortSteps(); // what is ended by a stop lets others start
    if (!this.isPaused) this.takeAhead();
    this.journal?.catchUp();
    this.rest();
  }

  hold(work: () => void): void {
    if (!this.whole.isAhead) {
      work();
      return;
    }
    this.whole.hold(() => {
      if (this.isOver) return;
      work();
      this.whole.touch(this);
    });
  }

  holdAtWork(work: () => void): void {
    if (!this.whole.isAhead) {
      work();
      return;
    }
    this.whole.holdAtWork(() => {
      if (this.isOver) return;
      work();
      this.whole.touch(this);
    });
  }

  attachedTo(node: number): { readonly run: ResourceRun; readonly region: number } {
    return this.#options.input === undefined ? this.#host.attachedTo(this.#node) : { run: this, region: this.step(node).region };
  }

  readToken(token: ScopeToken): { readonly value: unknown } | undefined {
    const { tokens } = this.#options;
    return tokens?.has(token) === true ? { value: tokens.get(token) } : undefined;
  }

  problem(stage: InternalErrorStage, thrown: unknown, path: string | undefined, details?: ProblemDetails): void {
    this.#host.problem(stage, thrown, path, details);
  }

  protected tell(now: number): void {
    if (this.reporter === undefined) return;
    if (!this.whole.isAhead) {
      this.reporter.flush(now);
      return;
    }
    const { reporter } = this;
    const until = this.kernel.history.length;
    if (reporter.isBehind(until)) this.whole.hold(() => reporter.flush(NaN, until));
  }

  protected over(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.armed?.clear();
    this.endedAt = this.settings.clock.now();
    for (const node of this.kernel.overruns?.abandoned ?? []) (this.whole.leftBehind ??= []).push(this.kernel.pathAt(node));
    this.recorder?.end(this.kernel);
    this.journal?.catchUp();
    this.#options.over();
  }

  protected stalled(error: StalledError): void {
    this.#isOver = true;
    this.armed?.clear();
    this.#options.stalled(error);
  }
}
