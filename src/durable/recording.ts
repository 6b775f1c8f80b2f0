import type { Clock } from '../clock.ts';
import type { Durability } from '../define/durability.ts';
import type { FlowGraph } from '../define/graph.ts';
import type { FlowResult } from '../define/run.ts';
import type { FlowSpec } from '../define/spec.ts';
import { FlowError } from '../errors.ts';
import type { FlowRun } from '../run/flow-run.ts';
import type { Recording as Port } from '../run/recording.ts';
import type { RunSettings } from '../run/run-settings.ts';
import { deliver } from '../run/send-signal.ts';
import type { Beginning } from './beginning.ts';
import type { Codec } from './codec.ts';
import { Committer } from './committer.ts';
import { Compaction } from './compaction.ts';
import type { Encoded, Entry } from './entry.ts';
import { FORMAT } from './entry.ts';
import { Inboxes } from './inboxes.ts';
import { Leases, type Moment } from './leases.ts';
import { LiveRun, type LiveRuns } from './live-run.ts';
import { RunCodec } from './run-codec.ts';
import { RecordedFlowRun } from './recorded-flow-run.ts';
import { RunJournal } from './run-journal.ts';
import { NEVER } from './never.ts';
import { existsOtherwise } from './run-errors.ts';
import { assertKeepable } from './keepable.ts';
import { recordedOptions } from './run-options.ts';
import { isSameValue } from './same-value.ts';
import type { Store } from './store.ts';

/** What recording needs. */
export interface RecordingOptions {
  readonly store: Store;
  readonly codec: Codec;
  readonly clock: Clock;
  /** Names this process among those that share the store. */
  readonly owner: string;
  readonly leaseMs: number;
  /** How often the store is asked for messages of other processes. */
  readonly signalPollMs: number;
  durabilityOf(flow: FlowSpec): Durability;
  graphOf(flow: FlowSpec): FlowGraph;
  /** Something went wrong that no run can be told of. */
  problem(error: unknown): void;
  /** There is a recorded run of this id: returns how it ends, or rejects because it cannot be joined. */
  join(run: FlowRun): Promise<FlowResult>;
}

/** Records the runs that this process owns. */
export class Recording implements Port, LiveRuns {
  readonly committer: Committer;
  readonly leases: Leases;
  readonly inboxes: Inboxes;
  readonly #options: RecordingOptions;
  readonly #live = new Map<string, LiveRun>();
  /** When the leases were taken of the runs whose first row is on its way. */
  readonly #taken = new Map<LiveRun, Moment>();
  readonly #listeners = new Set<() => void>();
  /** The runs whose last row here is on its way: it gives them back. */
  readonly #leaving = new Map<string, Promise<void>>();
  /** Who must not wait for a store that fails. */
  #failing: (() => void)[] = [];
  /** Whether nothing new is taken. */
  isClosed = false;
  readonly #fingerprints = new WeakMap<FlowSpec, string>();

  constructor(options: RecordingOptions) {
    this.#options = options;
    const { store, codec, clock, owner, leaseMs, signalPollMs: pollMs } = options;
    const problem = (error: unknown): void => options.problem(error);
    const failing = (error: unknown): void => {
      if (error === undefined) return;
      problem(error);
      for (const tell of this.#failing) tell();
    };
    this.committer = new Committer({ store, clock, problem: failing });
    const lost = (runId: string): void => this.#live.get(runId)?.notHeld();
    this.leases = new Leases({ store, clock, owner, leaseMs, lost, problem });
    this.inboxes = new Inboxes({
      store,
      codec,
      clock,
      owner,
      pollMs,
      problem,
      live: (runId) => this.live(runId),
      nextRow: (runId) => this.#live.get(runId)?.nextRow() ?? Promise.resolve(false),
      due: (runId) => this.#sentTo(runId),
    });
  }

  live(runId: string): FlowRun | undefined {
    return this.#live.get(runId)?.run;
  }

  /** What records a run that is at work here. */
  recorderOf(runId: string): LiveRun | undefined {
    return this.#live.get(runId);
  }

  /** All runs that are at work here. */
  get runs(): readonly FlowRun[] {
    return [...this.#live.values()].map(({ run }) => run);
  }

  open(run: FlowRun, flow: FlowSpec, input: unknown): unknown {
    this.assertOpen();
    const durability = this.#options.durabilityOf(flow);
    if (durability === 'none') return input;
    const live = this.live(run.id);
    if (live !== undefined) {
      if (!this.isSame(live, flow, input)) throw existsOtherwise(live.id, live.plan.template.flow, flow);
      follow(run, live);
      return input;
    }
    const codec = new RunCodec(this.#options.codec);
    const { owner } = this.#options;
    const created = this.creationOf(run.id, flow, codec.input(input, flow.name), run.settings);
    const taken = this.leases.now();
    const creation = { flow: flow.name, fingerprint: created.fingerprint, owner, leaseUntil: this.leases.until(taken) };
    this.record(run, codec, durability === 'step', { seq: 0, known: [], seen: 0, first: [created, { t: 'claimed', owner, epoch: 1 }], creation, taken });
    return run.settings.strict ? codec.decode(created.input) : input;
  }

  /**
   * The entry that creates a run.
   *
   * @throws InvalidOptionError - its id cannot be kept
   */
  creationOf(runId: string, flow: FlowSpec, input: Encoded, settings: RunSettings): Extract<Entry, { readonly t: 'created' }> {
    assertKeepable('the run id', runId);
    return { t: 'created', flow: flow.name, fingerprint: this.fingerprintOf(flow), format: FORMAT, input, options: recordedOptions(settings) };
  }

  isSame(live: FlowRun, flow: FlowSpec, input: unknown): boolean {
    return live.plan.template.flow === flow.name && isSameValue(this.#options.codec, live.input, input);
  }

  /** @throws FlowError - `closed` */
  assertOpen(): void {
    if (this.isClosed) throw new FlowError('closed', 'the registry is closed; make another one');
  }

  /** From now on what happens in a run is recorded, and this process keeps its lease. */
  record(run: FlowRun, codec: RunCodec, isAhead: boolean, beginning: Beginning): void {
    const { clock, store } = this.#options;
    const live = new LiveRun(run, store, this.committer, this, new Compaction(run.id, store, beginning.behind), beginning.creation);
    const { seq, known, seen, first } = beginning; // not the rest: it is as large as the run, and is kept as long
    const isKept = isAhead || beginning.creation === undefined;
    const journal = new RunJournal(new RecordedFlowRun(run, codec, clock, { seq, known, seen, first, isKept }), live);
    live.journal = journal;
    live.isAsleep = beginning.isAsleep === true;
    run.recordTo(journal, isAhead);
    this.#live.set(run.id, live);
    if (isKept) this.inboxes.follow(run);
    if (beginning.messages !== undefined) this.inboxes.deliver(run, beginning.messages);
    if (beginning.creation === undefined) this.leases.add(run.id, beginning.taken);
    else this.#taken.set(live, beginning.taken);
    mind(run, live);
  }

  /** Lets go of runs that are at work here: what they recorded is kept, and anyone may go on with them at once. */
  async handBack(runs: readonly FlowRun[]): Promise<void> {
    const given = runs.filter((run) => this.live(run.id) === run).map((run) => run.id);
    if (given.length === 0) return;
    for (const runId of given) this.#live.get(runId)?.handBack();
    await this.#quiet();
    await this.release(given);
  }

  /**
   * Gives a run back that rests for longer than `afterMs`, and that nobody here waits for.
   *
   * @param again - called when it is worth another try
   * @returns until when it rests, and what resolves when that is kept; `undefined` if it stays
   */
  giveToRest(run: FlowRun, afterMs: number, again: () => void): Rest | undefined {
    const live = this.#live.get(run.id);
    if (live?.run !== run || run.isFollowed || !live.isQuiet) return undefined;
    const until = run.restsUntil;
    if (until === undefined || until - run.alarm.now() <= afterMs || !live.mayGiveBack(again)) return undefined;
    const wakeAt = Math.min(Math.ceil(until), NEVER);
    const kept = new Promise<void>((over) => live.giveBack(wakeAt, this.inboxes.seenBy(run), over));
    this.#leaving.set(run.id, kept);
    void kept.then(() => this.#leaving.get(run.id) === kept && this.#leaving.delete(run.id));
    return { wakeAt, kept };
  }

  /** Waits for the row that gives a run back, if it is on its way. */
  async left(runId: string): Promise<void> {
    await this.#leaving.get(runId);
  }

  /** Gives leases back. Where that fails they run out. */
  async release(runIds: readonly string[]): Promise<void> {
    const { store, owner } = this.#options;
    if (runIds.length === 0) return;
    try {
      await store.release(owner, runIds);
    } catch (error) {
      this.#options.problem(error);
    }
    for (const listener of this.#listeners) listener();
  }

  /** Calls a listener when there may be something to do for a worker. */
  onDue(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** There is a run that waits for a worker. */
  due(): void {
    for (const listener of this.#listeners) listener();
  }

  /** There is a message for a run that is not at work here. One that is just being given back is due when that is kept. */
  #sentTo(runId: string): void {
    const kept = this.#leaving.get(runId);
    if (kept === undefined) this.due();
    else void kept.then(() => this.due());
  }

  /** Takes nothing new, gives back what is at work, and ends recording. */
  async close(): Promise<void> {
    await this.handBack(this.runs);
    this.inboxes.close();
    await this.#quiet();
    await this.committer.close();
  }

  /** Waits until what was done is recorded, unless the store fails. */
  async #quiet(): Promise<void> {
    if (this.committer.isFailing) return;
    await Promise.race([this.committer.idle(), new Promise<void>((resolve) => this.#failing.push(resolve))]);
    this.#failing = [];
  }

  /** The structural fingerprint of a flow; keeps its structure, the first time. */
  fingerprintOf(flow: FlowSpec): string {
    const known = this.#fingerprints.get(flow);
    if (known !== undefined) return known;
    const graph = this.#options.graphOf(flow);
    const { fingerprint } = graph;
    this.#fingerprints.set(flow, fingerprint);
    const saved = this.#options.store.saveDefinition(flow.name, fingerprint, JSON.stringify(graph));
    saved.catch((error: unknown) => this.#options.problem(error));
    return fingerprint;
  }

  created(live: LiveRun): void {
    const taken = this.#taken.get(live);
    if (taken === undefined) return;
    this.#taken.delete(live);
    this.leases.add(live.run.id, taken);
  }

  exists({ run }: LiveRun): void {
    run.follow(this.#options.join(run));
  }

  gone(live: LiveRun): void {
    this.#taken.delete(live);
    this.inboxes.forget(live.run);
    if (this.#live.get(live.run.id) !== live) return;
    this.#live.delete(live.run.id);
    this.leases.remove(live.run.id);
  }

  isHeld(live: LiveRun): boolean {
    return this.leases.isHeld(live.run.id);
  }

  whenHeld(live: LiveRun, go: () => void): void {
    this.leases.whenHeld(live.run.id, go);
  }
}

/** A run that was given back because it rests. */
export interface Rest {
  /** Until when. */
  readonly wakeAt: number;
  /** Resolves when the store knows, or nobody will know whether it does. */
  readonly kept: Promise<void>;
}

/** The run turns out to be one that is at work here. */
function follow(run: FlowRun, live: FlowRun): void {
  run.joins(live);
  const post: FlowRun['post'] = (message) => deliver(live, message);
  run.post = post;
  run.follow(live.done);
}

/** Tells when a run has ended or is lost: one that loses its owner must not end the process because nobody looks. */
function mind(run: FlowRun, live: LiveRun): void {
  const settled = (): void => live.settled();
  void run.done.then(settled, settled);
}
