import type { Outcome } from '../define/outcome.ts';
import type { FlowResult, ProcessResult, StepFailure, TimelineEntry } from '../define/run.ts';
import { MissingResultError } from '../errors.ts';
import { regionOf } from '../graph/region-of.ts';
import { chain } from '../run/explain.ts';
import { insideLine, insideNamed } from '../run/failures.ts';
import { CANCELLED, FAILED, NOT_TAKEN, PASSED_ON, SKIPPED, STOPPED, SUCCEEDED } from '../run/kernel/cells.ts';
import { lineOf } from '../run/line-of.ts';
import { notRecoverable } from '../run/not-recoverable.ts';
import type { NodeData, ResultData } from '../run/result-data.ts';
import { RunError } from '../run/run-error.ts';
import { RecordedRefs } from './recorded-refs.ts';

const nothing: ResultData = {
  runId: '',
  flow: '',
  status: 'succeeded',
  startedAt: 0,
  endedAt: 0,
  processes: [],
  steps: [],
  callbacks: [],
  abandoned: [],
  timeline: [],
};

/**
 * A result that was read back as the value of a step, a key or an error. It answers as the one that was recorded did; functions and tokens
 * it knows by their names, handles by the names of their flows and their paths.
 */
export class RecordedResult {
  #data: ResultData = nothing;
  #refs: RecordedRefs | undefined = undefined;
  #steps: ReadonlyMap<string, Outcome> | undefined = undefined;

  /** Gives one what it is to tell; until then it may be held by what it holds. */
  static fill(result: RecordedResult, data: ResultData): void {
    result.#data = data;
  }

  static dataOf(result: RecordedResult): ResultData {
    return result.#data;
  }

  get runId(): string {
    return this.#data.runId;
  }

  get flow(): string {
    return this.#data.flow;
  }

  get status(): FlowResult['status'] {
    return this.#data.status;
  }

  get startedAt(): number {
    return this.#data.startedAt;
  }

  get endedAt(): number {
    return this.#data.endedAt;
  }

  get reason(): unknown {
    return this.#data.reason;
  }

  get abandoned(): readonly string[] {
    return [...this.#data.abandoned];
  }

  get steps(): ReadonlyMap<string, Outcome> {
    return (this.#steps ??= new Map(this.#data.steps.map(({ path, outcome }) => [path, outcome])));
  }

  get errors(): readonly StepFailure[] {
    return failuresOf([...this.#data.steps, ...this.#data.callbacks]);
  }

  get timeline(): readonly TimelineEntry[] {
    const { steps, timeline } = this.#data;
    return timeline.map(([step, start, end]) => ({ path: steps[step]?.path ?? '', start, end }));
  }

  value(ref: unknown): unknown {
    const node = this.#step(ref);
    const { path, outcome } = node;
    if (outcome.status === 'succeeded') return outcome.value;
    const options = outcome.status === 'failed' ? { cause: outcome.error } : undefined;
    throw new MissingResultError(this.#placed(path), outcome.status, this.#explained(node), options);
  }

  outcome(ref: unknown): Outcome {
    const failure = this.#failureInside(ref);
    return failure !== undefined ? { status: 'failed', error: failure.error } : this.#find(ref).outcome;
  }

  path(ref: unknown): string {
    return this.#step(ref).path;
  }

  explain(ref: unknown): string {
    const failure = this.#failureInside(ref);
    return failure !== undefined ? lineOf(failure.path, FAILED, failure.error) : this.#explained(this.#find(ref));
  }

  process(name: string): ProcessResult {
    const { flow, processes, steps, callbacks } = this.#data;
    const process = processes[regionOf({ flow, regions: [{ name: '' }, ...processes] }, name) - 1];
    const start = `${process?.name ?? name}/`;
    const own = steps.filter(({ path }) => path.startsWith(start));
    return {
      name: process?.name ?? name,
      status: process?.status ?? 'succeeded',
      reason: process?.reason,
      steps: new Map(own.map(({ path, outcome }) => [path.slice(start.length), outcome])),
      errors: failuresOf([...own, ...callbacks.filter(({ path }) => path.startsWith(start))]),
    };
  }

  orThrow(): this {
    if (this.status === 'succeeded') return this;
    const processes = this.#data.processes.map(({ name }) => this.process(name));
    throw new RunError(this as unknown as FlowResult, processes); // its methods take the refs that the interface types
  }

  /** Who can recover the run is not recorded with it. */
  recover(): Promise<FlowResult> {
    return Promise.reject(notRecoverable(this));
  }

  #step(ref: unknown): NodeData {
    this.#refs ??= new RecordedRefs(this.#data);
    return this.#data.steps[this.#refs.find(ref)] as NodeData; // it has as many
  }

  #find(ref: unknown): NodeData {
    const path = typeof ref === 'string' ? ref.normalize('NFC') : undefined;
    return this.#data.callbacks.find((one) => one.path === path) ?? this.#step(ref);
  }

  #failureInside(ref: unknown): StepFailure | undefined {
    return typeof ref === 'string' && this.#data.steps.some(({ inside }) => inside !== undefined) ? insideNamed(ref, this.errors) : undefined;
  }

  #placed(path: string): string {
    const { place } = this.#data;
    return place === undefined ? path : `${place}/${path}`;
  }

  #explained(first: NodeData): string {
    const { steps, callbacks, processes } = this.#data;
    const isAlone = processes.length === 1;
    const nodes = new Map([...steps, ...callbacks].map((one) => [this.#placed(one.path), one]));
    const line = (one: NodeData): string => {
      const name = isAlone && !callbacks.includes(one) ? one.path.slice(one.path.indexOf('/') + 1) : this.#placed(one.path);
      return one.inside === undefined ? lineOf(name, stateOf(one), errorOf(one.outcome)) : insideLine(name, one.path, one.inside);
    };
    return chain(first, line, ({ outcome }) => becauseOf(outcome).flatMap(({ path }) => nodes.get(path) ?? []));
  }
}

function failuresOf(nodes: readonly NodeData[]): readonly StepFailure[] {
  return nodes.flatMap(({ path, outcome, inside }) => (outcome.status === 'failed' ? (inside ?? [{ path, error: outcome.error }]) : []));
}

const states = { succeeded: SUCCEEDED, failed: FAILED, cancelled: CANCELLED, stopped: STOPPED } as const;

function stateOf({ outcome, cascades }: NodeData): number {
  if (outcome.status !== 'skipped') return states[outcome.status];
  if (outcome.reason.kind === 'branch') return NOT_TAKEN;
  return cascades === true ? PASSED_ON : SKIPPED;
}

function errorOf(outcome: Outcome): unknown {
  if (outcome.status === 'failed') return outcome.error;
  if (outcome.status === 'stopped') return outcome.reason;
  return outcome.status === 'skipped' && outcome.reason.kind === 'condition' ? outcome.reason.error : undefined;
}

function becauseOf(outcome: Outcome): readonly { readonly path: string }[] {
  if (outcome.status === 'cancelled') return outcome.because;
  return outcome.status === 'skipped' && outcome.reason.kind === 'branch' ? outcome.reason.because : [];
}
