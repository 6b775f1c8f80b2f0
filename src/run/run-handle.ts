import type { FlowSnapshot } from '../define/flow-snapshot.ts';
import type { RunEvent, RunEventName, RunEventOf } from '../define/events.ts';
import { nearest } from '../define/nearest.ts';
import { checkOptionNames, type OptionNames } from '../define/option-names.ts';
import type { LiveOutcome, Outcome, ProcessOutcome } from '../define/outcome.ts';
import type { FlowResult, RunControl, RunStatus, SendOptions, StopOptions } from '../define/run.ts';
import { durationMs } from '../define/duration.ts';
import { shown } from '../define/shown.ts';
import { InvalidOptionError, StoppedError } from '../errors.ts';
import { regionOf } from '../graph/region-of.ts';
import { eventNames, eventStream } from './events.ts';
import type { FlowRun } from './flow-run.ts';
import { notRecorded } from './not-recoverable.ts';
import { standingOf } from './outcomes.ts';
import { sendSignal } from './send-signal.ts';

const stopOptions: OptionNames<StopOptions> = { mode: true, grace: true, force: true };

/** What stands behind `Run`: the part of a run that its caller may touch. */
export class RunHandle {
  readonly #run: FlowRun;

  constructor(run: FlowRun) {
    this.#run = run;
  }

  get id(): string {
    return this.#run.id;
  }

  get status(): RunStatus {
    return this.#run.status(0) as RunStatus; // only a process is `cancelled`
  }

  get done(): Promise<FlowResult> {
    return this.#run.done;
  }

  on<Name extends RunEventName | '*'>(name: Name, listener: (event: RunEventOf<Name>) => void): () => void {
    if (!(eventNames as readonly unknown[]).includes(name)) {
      const near = typeof name === 'string' ? nearest(name, eventNames) : undefined;
      throw new InvalidOptionError('invalid-option', `there is no event ${shown(name)}; ${near === undefined ? `give one of ${eventNames.join(', ')}` : `did you mean '${near}'?`}`);
    }
    if (typeof listener !== 'function') throw new InvalidOptionError('not-a-function', `the listener of '${name}' is of type ${typeof listener}; give a function`);
    return this.#actual.on(name, listener);
  }

  events(): AsyncIterableIterator<RunEvent> {
    const run = this.#actual;
    return eventStream((listener) => run.on('*', listener), run);
  }

  pause(): void {
    this.#run.pause(0, true);
  }

  resume(): void {
    this.#run.pause(0, false);
  }

  stop(reason?: unknown, options?: StopOptions): void {
    new RegionControl(this.#run, 0).stop(reason, options);
  }

  process(name: string): RunControl & { readonly status: RunStatus | ProcessOutcome } {
    return new RegionControl(this.#run, regionOf(this.#run.plan.template, name));
  }

  outcome(ref: unknown): Outcome | LiveOutcome {
    const run = this.#actual;
    const node = run.plan.lookup.find(ref, 0);
    if (run.isRefused && run.result !== undefined) return run.result.outcome(run.plan.pathAt(node)); // it has joined one that had ended
    const status = run.ending(node);
    if (status !== undefined) return { status };
    return standingOf(run.kernel, node, run.attempts?.retryAt(node) ?? 0);
  }

  async sendSignal(to: unknown, payload?: unknown, options: SendOptions = {}): Promise<void> {
    await sendSignal(this.#run, to, payload, options);
  }

  async snapshot(): Promise<FlowSnapshot> {
    const { around, plan, id } = this.#run;
    await Promise.resolve(); // one that was started a moment ago begins in the next microtask
    await this.#run.fed;
    if (around.snapshot === undefined) throw notRecorded(id);
    return around.snapshot(id, plan.flow);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop(undefined, { mode: 'abort' });
    if (this.#run.isRefused) await this.#run.done.catch(() => undefined); // it never began, or goes on elsewhere, which was told
    else await this.#run.done;
  }

  /** The run at work, if it has turned out to be another one. */
  get #actual(): FlowRun {
    return this.#run.leader ?? this.#run;
  }
}

/** Pauses, resumes and stops one region of a run: 0 is the run, the others are its processes. */
class RegionControl {
  readonly #run: FlowRun;
  readonly #region: number;

  constructor(run: FlowRun, region: number) {
    this.#run = run;
    this.#region = region;
  }

  get status(): RunStatus | ProcessOutcome {
    return this.#run.status(this.#region);
  }

  pause(): void {
    this.#run.pause(this.#region, true);
  }

  resume(): void {
    this.#run.pause(this.#region, false);
  }

  stop(reason: unknown = new StoppedError(), options: StopOptions = {}): void {
    if (typeof (options as unknown) !== 'object' || (options as unknown) === null) {
      throw new InvalidOptionError('invalid-option', `the options of a stop are ${shown(options)}; give an object, or leave them out`);
    }
    if (isOptionsAlone(reason, options)) {
      throw new InvalidOptionError('invalid-option', 'the reason of a stop looks like its options; give the reason first, or undefined: stop(undefined, { mode: … })');
    }
    checkOptionNames(options, stopOptions, 'a stop');
    const { mode = 'drain', grace, force = false } = options;
    if (mode !== 'drain' && mode !== 'abort') {
      throw new InvalidOptionError('invalid-option', `the mode of a stop is '${String(mode)}'; give 'drain' or 'abort'`);
    }
    const graceMs = grace === undefined ? this.#run.settings.graceMs : durationMs(grace, 'the grace of a stop');
    if (force && mode !== 'abort') throw new InvalidOptionError('invalid-option', `force goes with the mode 'abort', not with '${mode}'; give both, or neither`);
    this.#run.stop(this.#region, { mode, why: 'stop', reason, force }, graceMs);
  }
}

/** Whether a caller gave the options where the reason belongs. */
function isOptionsAlone(reason: unknown, options: StopOptions): boolean {
  if (Object.keys(options).length > 0 || typeof reason !== 'object' || reason === null) return false;
  const keys = Object.keys(reason);
  return keys.length > 0 && keys.every((key) => Object.hasOwn(stopOptions, key));
}
