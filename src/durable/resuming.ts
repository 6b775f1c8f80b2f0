import { isDeepStrictEqual } from 'node:util';
import type { FlowResult, Run } from '../define/run.ts';
import type { FlowSpec } from '../define/spec.ts';
import { FlowError } from '../errors.ts';
import { hint } from '../define/nearest.ts';
import { shown } from '../define/shown.ts';
import type { FlowRun } from '../run/flow-run.ts';
import { handleOf, type Launcher } from '../run/launcher.ts';
import type { Codec } from './codec.ts';
import type { Encoded, Entry } from './entry.ts';
import { type Fitting, restored } from './fitting.ts';
import type { Recording } from './recording.ts';
import { recoveryOf, withEntries } from './recovery.ts';
import { rowText } from './rows.ts';
import { RunCodec } from './run-codec.ts';
import { LostOwnershipError, RunExistsError } from './run-errors.ts';
import { settingsOf } from './run-options.ts';
import type { Snapshot } from './snapshot.ts';
import { snapshotText } from './snapshot-text.ts';
import { stateOf } from './state-of.ts';
import type { ClaimRequest, RunHead, Store, StoredRun } from './store.ts';

/** How many runs are claimed at once. */
const claimedAtOnce = 100;

/** What going on with runs needs. */
export interface ResumingOptions {
  readonly store: Store;
  readonly codec: Codec;
  readonly owner: string;
  readonly launcher: Launcher;
  readonly recording: Recording;
  readonly fitting: Fitting;
  readonly flows: { spec(name: string): FlowSpec | undefined; list(): readonly string[] };
  now(): number;
  durabilityOf(flow: FlowSpec): 'step' | 'exit' | 'none';
  /** A run cannot go on. */
  problem(error: unknown, runId: string, flow: string): void;
}

/** Goes on with recorded runs. */
export class Resuming {
  readonly #options: ResumingOptions;
  /** The runs that are being taken over: whoever asks for one meanwhile gets the same. */
  readonly #taking = new Map<string, Promise<FlowRun>>();

  constructor(options: ResumingOptions) {
    this.#options = options;
  }

  async resume(runId: string): Promise<Run> {
    const live = this.#options.recording.live(runId);
    if (live !== undefined) return handleOf(live);
    const { head } = await this.#load(runId);
    const flow = this.#flowOf(head);
    if (head.status === 'succeeded') throw new FlowError('run-succeeded', `run '${runId}' has succeeded, so there is nothing to go on with; read its result with flows.result`);
    return handleOf(await this.#take(runId, flow));
  }

  async recover(): Promise<readonly Run[]> {
    const { store, flows } = this.#options;
    const runs: Run[] = [];
    for (;;) {
      const claimed = await store.claim({ ...this.#claiming(claimedAtOnce), flows: flows.list() });
      for (const stored of claimed) runs.push(...(await this.#tryGoOn(stored)));
      if (claimed.length < claimedAtOnce) return runs;
    }
  }

  async result(runId: string): Promise<FlowResult | undefined> {
    const live = this.#options.recording.live(runId);
    const stored = live === undefined ? await this.#load(runId) : undefined;
    if (stored === undefined || stored.head.status === 'running') return undefined;
    const snapshot = stateOf(stored);
    const { run } = this.#reopen(runId, snapshot, this.#flowOf(stored.head));
    return run.over(snapshot.ended?.at ?? stored.head.updatedAt);
  }

  /** Ends a run as the recorded one of its id does: one that has ended, or one that can be taken over. */
  async join(run: FlowRun): Promise<FlowResult> {
    const { recording, codec } = this.#options;
    const stored = await this.#load(run.id);
    const flow = this.#flowOf(stored.head);
    const snapshot = stateOf(stored);
    if (flow.name !== run.plan.template.flow) throw new RunExistsError(run.id, `it is one of flow '${flow.name}'; give this one another id`);
    if (!isSameInput(new RunCodec(codec), run.input, snapshot.input)) throw new RunExistsError(run.id, 'it has another input; give this one another id');
    const live = recording.live(run.id);
    if (live !== undefined) return live.done;
    const ended = await this.result(run.id);
    return ended ?? (await this.#take(run.id, flow)).done;
  }

  async #load(runId: string): Promise<StoredRun> {
    const stored = await this.#options.store.load(runId);
    if (stored === undefined) throw new FlowError('unknown-run', `there is no recorded run ${shown(runId)}; look for it with flows.runs`);
    return stored;
  }

  #flowOf({ flow, runId }: RunHead): FlowSpec {
    const { flows } = this.#options;
    const spec = flows.spec(flow);
    if (spec !== undefined) return spec;
    throw new FlowError('unknown-flow', `run '${runId}' is one of flow '${flow}', which is not registered${hint(flow, flows.list(), 'register it before its runs go on')}`);
  }

  #claiming(limit: number): ClaimRequest {
    const { owner, recording } = this.#options;
    return { owner, now: this.#options.now(), leaseUntil: recording.leases.until, limit, text: (epoch) => rowText([{ t: 'claimed', owner, epoch }]) };
  }

  /** Takes over one run, and goes on with it, unless that has happened by now. */
  #take(runId: string, flow: FlowSpec): Promise<FlowRun> {
    const live = this.#options.recording.live(runId);
    if (live !== undefined) return Promise.resolve(live);
    const taking = this.#taking.get(runId) ?? this.#takeOver(runId, flow).finally(() => this.#taking.delete(runId));
    this.#taking.set(runId, taking);
    return taking;
  }

  async #takeOver(runId: string, flow: FlowSpec): Promise<FlowRun> {
    const { store, owner } = this.#options;
    const [stored] = await store.claim({ ...this.#claiming(1), runId });
    if (stored === undefined) {
      const { head } = await this.#load(runId);
      throw new FlowError('run-owned', `run '${runId}' belongs to '${head.owner ?? 'another owner'}' for at least ${Math.max(0, head.leaseUntil - this.#options.now())} ms more; try again later`);
    }
    try {
      return await this.#goOn(stored, flow);
    } catch (error) {
      await store.release(owner, [runId]);
      throw error;
    }
  }

  async #tryGoOn(stored: StoredRun): Promise<readonly Run[]> {
    try {
      return [handleOf(await this.#goOn(stored, this.#flowOf(stored.head)))];
    } catch (error) {
      this.#options.problem(error, stored.head.runId, stored.head.flow); // its lease stays, so that it is not tried again at once
      return [];
    }
  }

  async #goOn(stored: StoredRun, flow: FlowSpec): Promise<FlowRun> {
    const { recording } = this.#options;
    const { launcher } = this.#options;
    const { runId } = stored.head;
    const recorded = await this.#migrated(runId, stateOf(stored), flow);
    const now = this.#options.now();
    const recovery = recoveryOf(recorded, launcher.planOf(flow), now);
    const { run, codec } = this.#reopen(runId, withEntries(recorded, recovery, now), flow);
    const durability = this.#options.durabilityOf(flow);
    const known = run.restored?.past.nodes.keys() ?? [];
    const fingerprint = recording.fingerprintOf(flow);
    const first: readonly Entry[] = [
      ...recovery,
      ...(recorded.fingerprint === fingerprint ? [] : [{ t: 'migrated', fingerprint } as const]),
    ];
    recording.record(run, codec, durability !== 'exit', { seq: recorded.seq, known, first, creation: undefined, behind: stored.rows });
    run.goOn();
    return run;
  }

  /** What a run goes on with. What `migrate` made of it is recorded at once, as its state after that row. */
  async #migrated(runId: string, recorded: Snapshot, flow: FlowSpec): Promise<Snapshot> {
    const { store, fitting } = this.#options;
    const made = await fitting.fitted(runId, recorded, flow);
    if (made === recorded) return recorded;
    const state: Snapshot = { ...made, seq: recorded.seq + 1 };
    const row = { seq: state.seq, at: this.#options.now(), text: rowText([{ t: 'migrated', fingerprint: made.fingerprint }]) };
    const [isKept] = await store.append([{ runId, row, snapshot: snapshotText(state) }]);
    if (isKept !== true) throw new LostOwnershipError(runId);
    return state;
  }

  #reopen(runId: string, snapshot: Snapshot, flow: FlowSpec): Reopened {
    const { launcher } = this.#options;
    const codec = new RunCodec(this.#options.codec);
    const past = restored(runId, snapshot, launcher.planOf(flow), codec);
    const run = launcher.reopen(flow, runId, (defaults) => settingsOf(snapshot.options, runId, defaults));
    run.recall(past);
    return { run, codec };
  }
}

/** Encrypted texts of one value are never the same. */
function isSameInput(codec: RunCodec, input: unknown, recorded: Encoded): boolean {
  const text = codec.value(input);
  return text === recorded || isDeepStrictEqual(codec.decode(text), codec.decode(recorded));
}

interface Reopened {
  readonly run: FlowRun;
  readonly codec: RunCodec;
}
