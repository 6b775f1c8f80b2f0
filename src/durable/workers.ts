import type { Clock } from '../clock.ts';
import { durationMs, timeoutMs } from '../define/duration.ts';
import { checkedLimit } from '../define/limit.ts';
import { hint } from '../define/nearest.ts';
import { checkOptionNames, type OptionNames } from '../define/option-names.ts';
import { shown } from '../define/shown.ts';
import { FlowError, InvalidOptionError } from '../errors.ts';
import type { Launcher } from '../run/launcher.ts';
import { drainMs, endedOrAtRest, settledWithin } from './drain.ts';
import type { Recording } from './recording.ts';
import type { Resuming } from './resuming.ts';
import type { DrainOptions, WorkerOptions } from './worker-options.ts';
import { RunWorker } from './worker.ts';

const optionNames: OptionNames<WorkerOptions> = { concurrency: true, flows: true, pollEvery: true, evictAfter: true };
const defaultConcurrency = 10;
const defaultPollMs = 1_000;
const defaultEvictAfterMs = 1_000;

/** What the workers of a registry need. */
export interface WorkersOptions {
  readonly clock: Clock;
  readonly launcher: Launcher;
  readonly recording: Recording;
  readonly resuming: Resuming;
  readonly flows: { list(): readonly string[]; has(name: string): boolean };
  random(): number;
}

/** The workers of one registry. */
export class Workers {
  readonly #options: WorkersOptions;
  readonly #workers = new Set<RunWorker>();

  constructor(options: WorkersOptions) {
    this.#options = options;
  }

  add(options: WorkerOptions): RunWorker {
    const { clock, recording, resuming, launcher } = this.#options;
    recording.assertOpen();
    if (typeof (options as unknown) !== 'object' || (options as unknown) === null) {
      throw new InvalidOptionError('invalid-option', `the options of a worker are ${shown(options)}; give an object, or leave them out`);
    }
    checkOptionNames(options, optionNames, 'a worker');
    const { concurrency, flows, pollEvery, evictAfter } = options;
    const wanted = flows === undefined ? undefined : this.#checkedFlows(flows);
    if (wanted === undefined && this.#options.flows.list().length === 0) {
      throw new FlowError('unknown-flow', 'a worker has no flows to work on, because none is registered; register flows before');
    }
    const worker = new RunWorker({
      concurrency: concurrency === undefined ? defaultConcurrency : checkedLimit(concurrency, 'a worker'),
      pollMs: pollEvery === undefined ? defaultPollMs : timeoutMs(pollEvery, 'pollEvery of a worker'),
      evictAfterMs: evictAfter === undefined ? defaultEvictAfterMs : durationMs(evictAfter, 'evictAfter of a worker'),
      clock,
      recording,
      random: () => this.#options.random(),
      claim: (limit, isWanted) => resuming.claim(limit, wanted ?? this.#options.flows.list(), isWanted),
      asleep: (run, wakeAt) => launcher.logger.debug({ runId: run.id, flow: run.plan.template.flow, wakeAt }, 'a run was given back until it wakes'),
      problem: (stage, error, run) => launcher.problem(stage, error, run?.id ?? '', run?.plan.template.flow ?? ''),
    });
    for (const known of this.#workers) if (known.status === 'stopped') this.#workers.delete(known);
    this.#workers.add(worker);
    return worker;
  }

  /** Ends all that is recorded here. */
  async close(options: DrainOptions): Promise<void> {
    const { clock, recording } = this.#options;
    const grace = drainMs(options, 'the close of a registry');
    recording.isClosed = true;
    const until = clock.now() + grace;
    const own = recording.runs.map((run) => endedOrAtRest(run, recording.recorderOf(run.id), until));
    await Promise.all([settledWithin(grace, own, clock), ...[...this.#workers].map((worker) => worker.stop({ grace }))]);
    await recording.close();
  }

  #checkedFlows(flows: readonly string[]): readonly string[] {
    const given: unknown = flows;
    if (!Array.isArray(given) || flows.length === 0) {
      throw new InvalidOptionError('invalid-option', `the flows of a worker are ${Array.isArray(given) ? 'an empty list' : shown(flows)}; give the names of some, or leave them out for all`);
    }
    for (const name of flows) {
      if (this.#options.flows.has(name)) continue;
      const near = hint(typeof name === 'string' ? name : '', this.#options.flows.list(), 'register it before');
      throw new FlowError('unknown-flow', `a worker is to take runs of flow ${shown(name)}, which is not registered${near}`);
    }
    return flows.map((name) => name.normalize('NFC'));
  }
}
