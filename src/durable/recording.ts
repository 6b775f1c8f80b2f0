import type { Clock } from '../clock.ts';
import type { Durability } from '../define/durability.ts';
import type { FlowGraph } from '../define/graph.ts';
import type { FlowResult } from '../define/run.ts';
import type { FlowSpec } from '../define/spec.ts';
import type { FlowRun } from '../run/flow-run.ts';
import type { Recording as Port } from '../run/recording.ts';
import type { Codec } from './codec.ts';
import { Committer } from './committer.ts';
import { Compaction } from './compaction.ts';
import type { Entry } from './entry.ts';
import { FORMAT } from './entry.ts';
import { Leases } from './leases.ts';
import { type Creation, LiveRun, type LiveRuns } from './live-run.ts';
import { RunCodec } from './run-codec.ts';
import { RunJournal } from './run-journal.ts';
import { recordedOptions } from './run-options.ts';
import type { Store, StoredRow } from './store.ts';

/** What recording needs. */
export interface RecordingOptions {
  readonly store: Store;
  readonly codec: Codec;
  readonly clock: Clock;
  /** Names this process among those that share the store. */
  readonly owner: string;
  readonly leaseMs: number;
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
  readonly #options: RecordingOptions;
  readonly #live = new Map<string, LiveRun>();
  readonly #fingerprints = new WeakMap<FlowSpec, string>();

  constructor(options: RecordingOptions) {
    this.#options = options;
    const { store, clock, owner, leaseMs } = options;
    const problem = (error: unknown): void => options.problem(error);
    this.committer = new Committer({ store, clock, problem: (error) => error === undefined || problem(error) });
    const lost = (runId: string): void => this.#live.get(runId)?.fenced({ runId, row: { seq: 0, at: 0, text: '' } });
    this.leases = new Leases({ store, clock, owner, leaseMs, lost, problem });
  }

  live(runId: string): FlowRun | undefined {
    return this.#live.get(runId)?.run;
  }

  open(run: FlowRun, flow: FlowSpec, input: unknown): void {
    const durability = this.#options.durabilityOf(flow);
    if (durability === 'none') return;
    const codec = new RunCodec(this.#options.codec);
    const { owner } = this.#options;
    const fingerprint = this.fingerprintOf(flow);
    const options = recordedOptions(run.settings);
    const first: readonly Entry[] = [
      { t: 'created', flow: flow.name, fingerprint, format: FORMAT, input: codec.value(input), options },
      { t: 'claimed', owner, epoch: 1 },
    ];
    const creation = { flow: flow.name, fingerprint, owner, leaseUntil: this.leases.until };
    this.record(run, codec, durability === 'step', { seq: 0, known: [], first, creation });
  }

  /** From now on what happens in a run is recorded, and this process keeps its lease. */
  record(run: FlowRun, codec: RunCodec, isAhead: boolean, beginning: Beginning): void {
    const { clock, store } = this.#options;
    const live = new LiveRun(run, this.committer, this, new Compaction(run.id, store, beginning.behind), beginning.creation);
    const source = {
      ...beginning,
      isKept: isAhead || beginning.creation === undefined,
      kernel: run.kernel,
      seen: run.restored?.past.history.length ?? 0,
      codec,
      now: () => clock.now(),
      writesOf: (node: number) => run.writes?.of(node) ?? [],
      problem: (error: Error, path: string) => run.problem('persist', error, path),
    };
    run.recordTo(new RunJournal(source, live), isAhead);
    this.#live.set(run.id, live);
    if (beginning.creation === undefined) this.created(run.id);
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

  created(runId: string): void {
    this.leases.add(runId);
  }

  exists(run: FlowRun): void {
    this.left(run.id);
    run.follow(this.#options.join(run));
  }

  left(runId: string): void {
    this.#live.delete(runId);
    this.leases.remove(runId);
  }
}

/** How recording begins: with a run that does not exist yet, or behind the last row of one that does. */
export interface Beginning {
  readonly seq: number;
  readonly known: Iterable<number>;
  readonly first: readonly Entry[];
  readonly creation: Creation | undefined;
  /** The rows that it has behind its last snapshot. Default: none */
  readonly behind?: readonly StoredRow[];
}
