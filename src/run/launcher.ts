import { systemClock } from '../clock.ts';
import type { Applied, ApplyOptions, PossibleNext } from '../define/apply.ts';
import type { FlowSnapshot } from '../define/flow-snapshot.ts';
import type { Engine } from '../define/engine.ts';
import { timeoutMs } from '../define/duration.ts';
import type { StepExplanation } from '../define/explanation.ts';
import type { FlowsOptions } from '../define/flows.ts';
import type { InternalError, InternalErrorStage } from '../define/events.ts';
import type { FlowGraph } from '../define/graph.ts';
import type { InternalErrorHandler, InternalErrorOptions, InternalErrorSink } from '../define/internal-errors.ts';
import { checkedLimit } from '../define/limit.ts';
import { checkOptionNames, type OptionNames } from '../define/option-names.ts';
import { retryOf } from '../define/retry-policy.ts';
import type { FlowResult, Run, RunOptions } from '../define/run.ts';
import { shown } from '../define/shown.ts';
import type { ResourceSpec } from '../define/resource.ts';
import type { FlowSpec } from '../define/spec.ts';
import { FlowError, InvalidOptionError } from '../errors.ts';
import { compile, type Compiled } from '../graph/compile.ts';
import { explain } from '../graph/explain.ts';
import { CompiledGraph } from '../graph/flow-graph.ts';
import type { Settings } from '../graph/settings.ts';
import { type Logger, silentLogger } from '../logger.ts';
import { randomIds, randomNumber } from '../random.ts';
import type { Applying } from './applying.ts';
import { CompositeComposer } from './composite/compose.ts';
import { exemplars } from './exemplars.ts';
import { FlowRun } from './flow-run.ts';
import { checkInput } from './input.ts';
import { checkClock, checkStrict, type Defaults, runSettings } from './options.ts';
import { Plan } from './plan.ts';
import { logProblem } from './problem-log.ts';
import type { Recording } from './recording.ts';
import { checkedFunction, checkedIds, checkedLogger } from './registry-checks.ts';
import { RunHandle } from './run-handle.ts';
import { Sinks } from './sinks.ts';
import { Slots } from './slots.ts';
import type { RunSettings } from './run-settings.ts';
import type { Surroundings } from './surroundings.ts';
import { errorOf } from './thrown.ts';
import { Turns } from './turns.ts';

const defaultYieldAfterMs = 5;
/** The options of a registry. */
export const registryOptions: OptionNames<FlowsOptions> = {
  clock: true,
  ids: true,
  random: true,
  logger: true,
  concurrency: true,
  stepRetry: true,
  stepTimeout: true,
  processTimeout: true,
  yieldAfter: true,
  strict: true,
};
/** `queueMicrotask` of Node makes an async resource for each call. */
const nextMicrotask = Promise.resolve();

/** What a run may be started with. */
interface Checked {
  readonly runId: string;
  readonly settings: RunSettings;
  readonly input: unknown;
}

/** Compiles and runs the flows of one registry. */
export class Launcher implements Engine {
  readonly #defaults: Defaults;
  readonly #around: Surroundings;
  readonly #settings: Settings;
  readonly #plans = new WeakMap<FlowSpec, Plan>();
  /** Whether a run is given its id when it is started; else when somebody asks for it. */
  readonly #hasOwnIds: boolean;
  /** Records the runs, if they are to be recorded. */
  recording: Recording | undefined = undefined;
  /** Advances runs by their snapshots. */
  applying: Applying | undefined = undefined;
  /** The runs that begin in the next microtask. */
  #starting: FlowRun[] = [];
  /**
   * One object of each class that a run is made of. V8 throws optimized code away when a full garbage collection finds none
   * left, and the next runs would be five times slower for a while (measured on Node 20.20).
   */
  protected readonly exemplars: readonly object[];

  /** @param resources - those that come back by name when a run goes on */
  constructor(options: FlowsOptions = {}, resources: readonly ResourceSpec[] = []) {
    if (typeof (options as unknown) !== 'object' || (options as unknown) === null) {
      throw new InvalidOptionError('invalid-option', `the options of a registry are ${shown(options)}; give an object, or leave them out`);
    }
    checkOptionNames(options, registryOptions, 'a registry');
    const { concurrency, stepRetry, stepTimeout, processTimeout, yieldAfter, strict = false } = options;
    const clock = checkClock(options.clock ?? systemClock, 'a registry');
    const yieldAfterMs = yieldAfter === undefined ? defaultYieldAfterMs : timeoutMs(yieldAfter, 'yieldAfter');
    this.#defaults = { clock, yieldAfterMs, turns: new Turns(clock, yieldAfterMs), strict: checkStrict(strict, 'a registry') };
    const logger = checkedLogger(options.logger ?? silentLogger);
    this.#hasOwnIds = options.ids !== undefined;
    this.#around = {
      ids: options.ids === undefined ? randomIds() : checkedIds(checkedFunction(options.ids, 'ids')),
      random: checkedFunction(options.random ?? randomNumber, 'random'),
      logger,
      sinks: new Sinks(logger),
      slots: concurrency === undefined ? undefined : new Slots(checkedLimit(concurrency, 'a registry')),
      resources,
      recover: undefined,
      snapshot: undefined,
      composer: new CompositeComposer((flow) => this.planOf(flow)),
    };
    this.#settings = {
      retry: stepRetry === undefined ? undefined : retryOf(stepRetry, 'the step retry of the registry'),
      timeoutMs: stepTimeout === undefined ? undefined : timeoutMs(stepTimeout, 'the step timeout of the registry'),
      processTimeoutMs: processTimeout === undefined ? undefined : timeoutMs(processTimeout, 'the process timeout of the registry'),
    };
    this.exemplars = exemplars(this.#around, this.#defaults);
  }

  graph(flow: FlowSpec): FlowGraph {
    return new CompiledGraph(flow, this.#compiledNow(flow));
  }

  explain(flow: FlowSpec, ref: unknown): StepExplanation {
    return explain(this.#compiledNow(flow), ref, this.#settings);
  }

  compile(flow: FlowSpec): FlowGraph {
    return new CompiledGraph(flow, this.planOf(flow).compiled);
  }

  run(flow: FlowSpec, input: unknown, options: RunOptions | undefined): Promise<FlowResult> {
    try {
      const known = this.#known(flow, input, options);
      if (known !== undefined) {
        known.isFollowed = true;
        return known.done;
      }
      const run = this.#prepare(flow, options);
      this.#feed(flow, run, input);
      return run.done;
    } catch (error) {
      return Promise.reject(errorOf(error));
    }
  }

  start(flow: FlowSpec, input: unknown, options: RunOptions | undefined): Run {
    const known = this.#known(flow, input, options);
    if (known !== undefined) return handleOf(known);
    const run = this.#prepare(flow, options);
    run.input = input; // not in an object literal beside the run: see the traps of V8 in docs/design.md
    this.#starting.push(run);
    if (this.#starting.length === 1) this.#startSoon();
    return handleOf(run);
  }

  /** Makes ids. */
  get ids(): () => string {
    return this.#around.ids;
  }

  get logger(): Logger {
    return this.#around.logger;
  }

  apply(flow: FlowSpec, snapshot: unknown, options: ApplyOptions<unknown> | undefined): Promise<Applied> {
    return this.#apply.apply(flow, snapshot, options);
  }

  isCompleted(flow: FlowSpec, snapshot: unknown): boolean {
    return this.#apply.isCompleted(flow, snapshot);
  }

  cursor(flow: FlowSpec, snapshot: unknown): readonly string[] {
    return this.#apply.cursor(flow, snapshot);
  }

  possibleNext(flow: FlowSpec, snapshot: unknown): readonly PossibleNext[] {
    return this.#apply.possibleNext(flow, snapshot);
  }

  get #apply(): Applying {
    if (this.applying === undefined) throw new FlowError('internal', 'internal error: a registry was made without what advances snapshots; please report it');
    return this.applying;
  }

  /** From now on results can recover their runs. */
  recoverWith(recover: (runId: string) => Promise<FlowResult>): void {
    this.#around.recover = recover;
  }

  /** From now on runs can say where they are. */
  snapshotWith(snapshot: (runId: string, flow: FlowSpec) => Promise<FlowSnapshot>): void {
    this.#around.snapshot = snapshot;
  }

  onInternalError(handler: InternalErrorHandler, options: InternalErrorOptions = {}): InternalErrorSink {
    return this.#around.sinks.add(handler, options);
  }

  /** Something went wrong that is no step's fault: about one run, or about none. */
  problem(stage: InternalErrorStage, thrown: unknown, runId: string, flow: string): void {
    const { sinks, logger } = this.#around;
    const event: InternalError = { type: 'internal-error', runId, flow, at: this.#defaults.clock.now(), stage, error: errorOf(thrown), path: undefined };
    if (sinks.hear(stage)) sinks.send(event);
    else logProblem(logger, { ...event });
  }

  #compiledNow(flow: FlowSpec): Compiled {
    return this.#plans.get(flow)?.compiled ?? compile(flow, this.#settings);
  }

  /** A run of a recorded flow, to be given what was recorded of it. */
  reopen(flow: FlowSpec, runId: string, settings: (defaults: Defaults) => RunSettings): FlowRun {
    return new FlowRun(this.planOf(flow), this.#around, settings(this.#defaults), runId);
  }

  /** Checks what a run is to be started with, without starting one. */
  async checked(flow: FlowSpec, given: unknown, options: RunOptions): Promise<Checked> {
    const settings = runSettings(options, this.planOf(flow).template, this.#defaults);
    const runId = settings.runId ?? this.#around.ids();
    if (flow.schema === undefined) return { runId, settings, input: given };
    const result = await checkInput(flow.name, flow.schema, given);
    if ('error' in result) throw result.error;
    return { runId, settings, input: result.value };
  }

  /** The run of this id that is at work here: it is joined. What a schema makes of the input is not known yet. */
  #known(flow: FlowSpec, input: unknown, options: RunOptions | undefined): FlowRun | undefined {
    if (this.recording === undefined || options?.runId === undefined || flow.schema !== undefined) return undefined;
    const live = this.recording.live(options.runId);
    return live !== undefined && this.recording.isSame(live, flow, input) ? live : undefined;
  }

  /** Compiles a definition once, and freezes it; again when the registry has other callbacks or records since then. */
  planOf(flow: FlowSpec): Plan {
    const known = this.#plans.get(flow);
    if (known?.version === flow.registry.version) return known;
    const plan = new Plan(compile(flow, this.#settings), flow);
    flow.frozen = true;
    this.#plans.set(flow, plan);
    return plan;
  }

  #prepare(flow: FlowSpec, options: RunOptions | undefined): FlowRun {
    const plan = this.planOf(flow);
    plan.settings ??= runSettings(undefined, plan.template, this.#defaults);
    const settings = options === undefined ? plan.settings : runSettings(options, plan.template, this.#defaults);
    return new FlowRun(plan, this.#around, settings, settings.runId ?? (this.#hasOwnIds ? this.#around.ids() : undefined));
  }

  #startSoon(): void {
    void nextMicrotask.then(() => this.#startAll());
  }

  /** Lets the runs begin that were started since the last microtask: one promise for all, not one for each. */
  #startAll(): void {
    const starting: (FlowRun | undefined)[] = this.#starting;
    this.#starting = [];
    for (let at = 0; at < starting.length; at++) {
      const run = starting[at] as FlowRun;
      starting[at] = undefined; // what has ended is not kept until the last one has begun
      try {
        this.#feed(run.plan.flow, run, run.input);
      } catch (error) {
        run.refuse(error);
      }
    }
  }

  #feed(flow: FlowSpec, run: FlowRun, input: unknown): void {
    if (flow.schema === undefined) this.#begin(flow, run, input);
    else this.#feedChecked(flow, flow.schema, run, input);
  }

  #feedChecked(flow: FlowSpec, schema: NonNullable<FlowSpec['schema']>, run: FlowRun, input: unknown): void {
    const checked = checkInput(flow.name, schema, input);
    const go = (result: Awaited<typeof checked>): void => ('error' in result ? run.refuse(result.error) : this.#begin(flow, run, result.value));
    run.awaitsInput = checked instanceof Promise;
    if (checked instanceof Promise) run.fed = checked.then(go);
    else go(checked);
  }

  #begin(flow: FlowSpec, run: FlowRun, input: unknown): void {
    let used = input;
    try {
      if (this.recording !== undefined) used = this.recording.open(run, flow, input);
    } catch (error) {
      run.refuse(error);
      return;
    }
    run.begin(used);
  }
}

/** What a caller gets of a run. */
export function handleOf(run: FlowRun): Run {
  run.isFollowed = true;
  return new RunHandle(run) as unknown as Run; // its methods take the refs that the interface types
}
