import type { Duration } from '../define/duration.ts';
import type { Durability } from '../define/durability.ts';
import type { Flow } from '../define/flow.ts';
import type { Flows, FlowsOptions } from '../define/flows.ts';
import type { Resource } from '../define/resource.ts';
import type { FlowResult, Run, SendOptions } from '../define/run.ts';
import type { Codec } from './codec.ts';
import type { FitReport } from './fit-report.ts';
import type { Migrate } from './migrate.ts';
import type { DrainOptions, SubmitArguments, Worker, WorkerOptions } from './worker-options.ts';
import type { RunPage, RunQuery, Store } from './store.ts';

/** Options of a registry whose runs are recorded. */
export interface DurableOptions extends FlowsOptions {
  /** Where runs are recorded. It is the caller's: who opened it closes it. */
  readonly store: Store;
  /** Turns inputs, results, keys and errors into text. Default: `jsonCodec()` */
  readonly codec?: Codec | undefined;
  /** When runs are recorded where their flow does not say. Default: `'step'` */
  readonly durability?: Durability | undefined;
  /**
   * How long a run belongs to a process that is not heard of any more. It is renewed every third of that time; at least 1 s.
   * Default: 30 s
   */
  readonly lease?: Duration | undefined;
  /**
   * Names this process among those that share the store, for those who read it: something random is added, so that two of one name are told apart.
   * Default: a random name
   */
  readonly owner?: string | undefined;
  /**
   * How often the store is asked for the signals that other processes have sent, while a run at work here waits for one. Signals that are sent
   * in this process arrive at once. Default: 1 s
   */
  readonly signalPoll?: Duration | undefined;
  /**
   * Makes recorded runs fit a definition that has changed, where they do not by themselves. Default: such a run is an
   * `IncompatibleDefinitionError`
   */
  readonly migrate?: Migrate | undefined;
  /** The resources that are brought back before anything else when a run goes on; others are when a step attaches them. Default: none */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the entity is invariant: no other type takes resources of all entities
  readonly resources?: readonly Resource<any, any>[] | undefined;
}

/** A registry whose runs are recorded. */
export interface DurableFlows extends Flows, AsyncDisposable {
  /**
   * Goes on with a recorded run. One that failed or was stopped is recovered: what failed, what was stopped and all that waits for it run again;
   * what succeeded does not. One that is at work in this process is returned as it is.
   *
   * @throws FlowError - rejects: `unknown-run`, `unknown-flow`; `run-succeeded`: there is nothing to go on with; `run-owned`: another process is at
   * work on it
   * @throws IncompatibleDefinitionError - rejects: the definition is not one that this run fits
   * @throws MigrationError - rejects: `migrate` threw, or returned what is no state of a run
   * @throws CorruptJournalError - rejects: what is stored is not what was written
   * @throws UnknownFormatError - rejects: a later version of the library recorded it
   * @throws DecodeError - rejects: a value of the run cannot be read
   */
  resume(runId: string): Promise<Run>;
  /**
   * Takes over every unfinished run of the flows of this registry whose owner is gone, and goes on with it. A run that cannot go on is an
   * internal error of the stage `recover`, and the others go on.
   *
   * @returns the runs that go on now, the longest due first
   */
  recover(): Promise<readonly Run[]>;
  /**
   * Records a run without starting it: a worker takes it, of this process or of another one. Resolves with its id when that is kept. A run that is
   * there already is left as it is, if it is one of this flow with this input; so this call may be repeated.
   *
   * @param flow - a flow of this registry, or its name
   * @throws FlowError - rejects: `unknown-flow`; `closed`: the registry is
   * @throws RunExistsError - rejects: there is another run of this id
   * @throws InputError - rejects: the schema of the flow does not accept the input
   * @throws InvalidOptionError - rejects: an option cannot be meant, or the flow is not recorded
   * @example
   * await flows.submit(order, { sku: 'anvil' }, { runId: 'o-1' });
   */
  submit<Given = unknown, Input = unknown>(flow: string | Flow<Given, Input>, ...given: SubmitArguments<Given>): Promise<string>;
  /**
   * Sends a signal to a recorded run, wherever it is: at work in this process or in another one, or asleep. Resolves when it is kept; a worker
   * of this registry that has the flow goes on with a run that sleeps, and other processes find it when they look the next time.
   *
   * @param to - the step that waits for it; see `Run.sendSignal`
   * @throws FlowError - rejects: `unknown-run`; `unknown-flow`: the flow of the run is not registered; `run-ended`; `closed`: the registry is
   * @throws UnknownSignalError - rejects: no step of the flow waits for it; names the nearest
   * @throws AmbiguousStepError - rejects: several steps have the name
   * @throws SignalError - rejects: the payload does not fit the schema of the step
   * @throws EncodeError - rejects: the payload cannot be recorded
   * @example
   * await flows.sendSignal('o-1', 'approval', { by: 'anna' }, { id: request.id });
   */
  sendSignal(runId: string, to: string, payload?: unknown, options?: SendOptions): Promise<void>;
  /**
   * Starts a worker: it takes runs that are due, and goes on with them until it is stopped.
   *
   * @throws InvalidOptionError - an option cannot be meant
   * @throws FlowError - `unknown-flow`: there is no flow to work on; `closed`: the registry is
   * @example
   * await using worker = flows.worker({ concurrency: 32 });
   */
  worker(options?: WorkerOptions): Worker;
  /**
   * Returns how a recorded run has ended; `undefined` when it has not.
   *
   * @throws FlowError - rejects: `unknown-run`, `unknown-flow`
   */
  result(runId: string): Promise<FlowResult | undefined>;
  /** Lists recorded runs, the newest first. */
  runs(query?: RunQuery): Promise<RunPage>;
  /**
   * Says for every unfinished run of the store whether it fits the definition that is registered now. It only reads, so that it can be asked
   * before a deployment, by another process and while runs are at work; what changes meanwhile may be in the report or not. Definitions are
   * frozen by it.
   */
  check(): Promise<FitReport>;
  /** Waits until everything that was done is recorded. */
  idle(): Promise<void>;
  /**
   * Ends the work of the registry: starts and takes nothing new, stops its workers, waits until recorded runs have ended or `grace` is over,
   * and hands back those that have not: their signals are aborted, their `done` rejects with a `HandedBackError`, and anyone may go on with them at once.
   * The store stays open: who opened it closes it. Nobody goes on with a run of which nothing is recorded, because its durability is `'exit'`.
   * A second call may shorten the time.
   *
   * @throws InvalidOptionError - rejects: an option cannot be meant
   */
  close(options?: DrainOptions): Promise<void>;
  /** Closes it as `close()` does. */
  [Symbol.asyncDispose](): Promise<void>;
}
