import type { Outcome, RunOutcome } from '../define/outcome.ts';
import type { FlowResult, ProcessResult, StepFailure, TimelineEntry, UnreadSignal } from '../define/run.ts';
import type { Lookup } from '../graph/lookup.ts';
import { pathOf } from '../graph/path-of.ts';
import { regionOf } from '../graph/region-of.ts';
import { explain } from './explain.ts';
import { failuresOf, insideNamed, ownFailure } from './failures.ts';
import type { Message } from './inbox.ts';
import { FAILED, SUCCEEDED } from './kernel/cells.ts';
import { PASSED, STARTED } from './kernel/history.ts';
import type { Kernel } from './kernel/kernel.ts';
import { lineOf } from './line-of.ts';
import { missingResult } from './missing.ts';
import { notRecoverable } from './not-recoverable.ts';
import { outcomeOf, processStatusOf, statusOf } from './outcomes.ts';
import type { Plan } from './plan.ts';
import { type ResultData, resultData } from './result-data.ts';
import { RunError } from './run-error.ts';

/** What a result is made of. */
export interface Ended {
  readonly kernel: Kernel;
  readonly plan: Plan;
  readonly startedAt: number;
  readonly endedAt: number;
  /** The signals that nobody has taken. */
  readonly unread?: readonly Message[];
  /** The paths of steps in its bodies that it went on without. */
  readonly leftBehind: readonly string[] | undefined;
}

const nothing: readonly UnreadSignal[] = Object.freeze([]);

/**
 * What stands behind `FlowResult`. Everything is worked out from the kernel's arrays when it is asked for; of the run it keeps
 * nothing else, because results may be kept for long.
 */
export class Result {
  readonly startedAt: number;
  readonly endedAt: number;
  readonly unreadSignals: readonly UnreadSignal[];
  readonly #kernel: Kernel;
  readonly #leftBehind: readonly string[] | undefined;
  readonly #lookup: Lookup;
  readonly #recover: ((runId: string) => Promise<FlowResult>) | undefined;
  #id: string | (() => string);
  #status: RunOutcome | undefined;
  #steps: ReadonlyMap<string, Outcome> | undefined;

  /**
   * @param id - the id of the run, or what makes it when it is first asked for
   * @param recover - recovers the run, if it is recorded
   */
  constructor(run: Ended, id: string | (() => string), recover?: (runId: string) => Promise<FlowResult>) {
    this.startedAt = run.startedAt;
    this.endedAt = run.endedAt;
    this.#kernel = run.kernel;
    this.#leftBehind = run.leftBehind;
    this.#lookup = run.plan.lookup;
    const { unread = [] } = run;
    this.unreadSignals = unread.length === 0 ? nothing : unread.map(({ id, to }) => ({ id, to })); // not what they say
    this.#id = id;
    this.#recover = recover;
  }

  /** All that it can tell, as data. */
  static dataOf(result: Result): ResultData {
    return resultData(result as unknown as FlowResult, result.#kernel); // its methods take the refs that the interface types
  }

  get runId(): string {
    if (typeof this.#id !== 'string') this.#id = this.#id();
    return this.#id;
  }

  get flow(): string {
    return this.#kernel.template.flow;
  }

  get status(): RunOutcome {
    return (this.#status ??= statusOf(this.#kernel));
  }

  get reason(): unknown {
    const latches = this.#kernel.template.regions.map((_, region) => this.#kernel.latchOf(region));
    return (latches[0] ?? latches.find((latch) => latch?.why === 'timeout'))?.reason;
  }

  get abandoned(): readonly string[] {
    const own = [...(this.#kernel.overruns?.abandoned ?? [])].map((node) => this.#path(node));
    return this.#leftBehind === undefined ? own : [...new Set([...own, ...this.#leftBehind])];
  }

  get steps(): ReadonlyMap<string, Outcome> {
    return (this.#steps ??= new Map(this.#kernel.template.steps.map((step, node) => [step.path, outcomeOf(this.#kernel, node)])));
  }

  get errors(): readonly StepFailure[] {
    return this.#failures(0);
  }

  get timeline(): readonly TimelineEntry[] {
    const starts = new Map<number, number>();
    const ends = new Map<number, number>();
    const { entries, length } = this.#kernel.history;
    const withdrawn = withdrawnIn(this.#kernel);
    for (let at = 0, position = 0; at < length; at++) {
      const entry = entries[at] as number;
      const kind = entry & 3;
      if (entry >> 2 >= this.#kernel.template.stepCount) continue;
      if (withdrawn?.has(entry >> 2) === true) continue;
      if (kind === STARTED) starts.set(entry >> 2, position);
      else ends.set(entry >> 2, this.#kernel.overruns?.abandoned?.has(entry >> 2) === true ? Infinity : position);
      if (kind !== PASSED || starts.has(entry >> 2)) position++;
    }
    return [...starts].map(([node, start]) => ({ path: this.#path(node), start, end: ends.get(node) ?? Infinity }));
  }

  value(ref: unknown): unknown {
    const node = this.#lookup.find(ref, 0);
    if (this.#kernel.state(node) === SUCCEEDED) return this.#kernel.values[node];
    throw missingResult(this.#kernel, node);
  }

  outcome(ref: unknown): Outcome {
    const failure = this.#failureInside(ref);
    return failure !== undefined ? { status: 'failed', error: failure.error } : outcomeOf(this.#kernel, this.#find(ref));
  }

  path(ref: unknown): string {
    return this.#path(this.#lookup.find(ref, 0));
  }

  explain(ref: unknown): string {
    const failure = this.#failureInside(ref);
    return failure !== undefined ? lineOf(failure.path, FAILED, failure.error) : explain(this.#kernel, this.#find(ref));
  }

  process(name: string): ProcessResult {
    const { steps, regions } = this.#kernel.template;
    const region = regionOf(this.#kernel.template, name);
    const own = steps.flatMap((step, node) => (step.region === region ? [[step.name, outcomeOf(this.#kernel, node)] as const] : []));
    return {
      name: regions[region]?.name ?? name,
      status: processStatusOf(this.#kernel, region),
      reason: this.#kernel.latchOf(region)?.reason,
      steps: new Map(own),
      errors: this.#failures(region),
    };
  }

  orThrow(): this {
    if (this.status === 'succeeded') return this;
    const processes = this.#kernel.template.regions.slice(1).map(({ name }) => this.process(name));
    throw new RunError(this as unknown as FlowResult, processes);
  }

  async recover(): Promise<FlowResult> {
    if (this.status !== 'succeeded' && this.#recover !== undefined) return this.#recover(this.runId);
    throw notRecoverable(this);
  }

  /** What failed in a region (0: in the run); in a flow that was called, by its own paths. */
  #failures(region: number): readonly StepFailure[] {
    return failuresOf(this.#kernel, region).map((failure) => ownFailure(failure, this.#kernel.place));
  }

  /** What failed inside of a composite step, by its path: no step of the flow itself has such a long one. */
  #failureInside(ref: unknown): StepFailure | undefined {
    if (this.#kernel.insides === undefined || typeof ref !== 'string') return undefined;
    return insideNamed(ref, this.#failures(0));
  }

  /** What a ref or the path of callbacks that did not go well names: these paths stand in errors, causes and explanations. */
  #find(ref: unknown): number {
    const { works, stepCount } = this.#kernel.template;
    const at = typeof ref === 'string' && ref.includes('@') ? works.findIndex(({ path }) => path === ref.normalize('NFC')) : -1; // no step's name holds an `@`
    return at >= 0 && this.#kernel.state(stepCount + at) !== SUCCEEDED ? stepCount + at : this.#lookup.find(ref, 0);
  }

  #path(node: number): string {
    return pathOf(this.#kernel.template, node); // those of a flow that was called are its own
  }
}

/** The steps that never called their function, started by the kernel or not: their conditions were false, or a stop came first. */
function withdrawnIn(kernel: Kernel): ReadonlySet<number> | undefined {
  if (kernel.template.conditional === undefined) return undefined;
  const { entries, length } = kernel.history;
  const passed = entries.slice(0, length).filter((entry) => (entry & 3) === PASSED);
  return new Set(passed.map((entry) => entry >> 2).filter((node) => kernel.attempt(node) === 1));
}
