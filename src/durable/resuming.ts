import type { FlowResult, Run } from '../define/run.ts';
import type { FlowSpec } from '../define/spec.ts';
import { FlowError } from '../errors.ts';
import { hint } from '../define/nearest.ts';
import { shown } from '../define/shown.ts';
import type { FlowRun } from '../run/flow-run.ts';
import { handleOf, type Launcher } from '../run/launcher.ts';
import type { Codec } from './codec.ts';
import type { Entry } from './entry.ts';
import { fold } from './fold.ts';
import { IncompatibleDefinitionError } from './incompatible.ts';
import { misfits } from './fit.ts';
import type { Recording } from './recording.ts';
import { restoredOf } from './restored-of.ts';
import { rowText } from './rows.ts';
import { RunCodec } from './run-codec.ts';
import { RunExistsError } from './run-errors.ts';
import { settingsOf } from './run-options.ts';
import type { Snapshot } from './snapshot.ts';
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
      for (const stored of claimed) runs.push(...this.#tryGoOn(stored));
      if (claimed.length < claimedAtOnce) return runs;
    }
  }

  async result(runId: string): Promise<FlowResult | undefined> {
    const live = this.#options.recording.live(runId);
    const stored = live === undefined ? await this.#load(runId) : undefined;
    if (stored === undefined || stored.head.status === 'running') return undefined;
    const { run, snapshot } = this.#reopen(stored, this.#flowOf(stored.head), (state) => state);
    return run.over(snapshot.ended?.at ?? stored.head.updatedAt);
  }

  /** Ends a run as the recorded one of its id does: one that has ended, or one that can be taken over. */
  async join(run: FlowRun): Promise<FlowResult> {
    const { recording, codec } = this.#options;
    const stored = await this.#load(run.id);
    const flow = this.#flowOf(stored.head);
    const { snapshot } = this.#reopen(stored, flow, (state) => state);
    if (flow.name !== run.plan.template.flow) throw new RunExistsError(run.id, `it is one of flow '${flow.name}'; give this one another id`);
    if (new RunCodec(codec).value(run.input) !== snapshot.input) throw new RunExistsError(run.id, 'it has another input; give this one another id');
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
      return this.#goOn(stored, flow);
    } catch (error) {
      await store.release(owner, [runId]);
      throw error;
    }
  }

  #tryGoOn(stored: StoredRun): readonly Run[] {
    try {
      return [handleOf(this.#goOn(stored, this.#flowOf(stored.head)))];
    } catch (error) {
      this.#options.problem(error, stored.head.runId, stored.head.flow); // its lease stays, so that it is not tried again at once
      return [];
    }
  }

  #goOn(stored: StoredRun, flow: FlowSpec): FlowRun {
    const { recording } = this.#options;
    const { run, codec, snapshot, isRecovered } = this.#reopen(stored, flow, (state) => recovered(state, this.#options.now()));
    const { head } = stored;
    const durability = this.#options.durabilityOf(flow);
    const known = run.restored?.past.nodes.keys() ?? [];
    const fingerprint = recording.fingerprintOf(flow);
    const first: readonly Entry[] = [
      ...(isRecovered ? [{ t: 'recovered' } as const] : []),
      ...(head.fingerprint === fingerprint ? [] : [{ t: 'migrated', fingerprint } as const]),
    ];
    recording.record(run, codec, durability !== 'exit', { seq: isRecovered ? snapshot.seq - 1 : snapshot.seq, known, first, creation: undefined });
    run.goOn();
    return run;
  }

  #reopen(stored: StoredRun, flow: FlowSpec, change: (state: Snapshot) => Snapshot): Reopened {
    const { launcher } = this.#options;
    const { runId } = stored.head;
    const recorded = stateOf(stored);
    const snapshot = change(recorded);
    const codec = new RunCodec(this.#options.codec);
    const plan = launcher.planOf(flow);
    const restored = restoredOf(snapshot, plan, codec);
    const run = launcher.reopen(flow, runId, (defaults) => settingsOf(snapshot.options, runId, defaults));
    if (stored.head.fingerprint !== this.#options.recording.fingerprintOf(flow)) {
      const differences = misfits(snapshot, plan, restored, run.settings);
      if (differences.length > 0) throw new IncompatibleDefinitionError(runId, flow.name, differences);
    }
    run.recall(restored);
    return { run, codec, snapshot, isRecovered: snapshot !== recorded };
  }
}

interface Reopened {
  readonly run: FlowRun;
  readonly codec: RunCodec;
  readonly snapshot: Snapshot;
  readonly isRecovered: boolean;
}

/** A run that has ended is recovered; one that has not goes on as it is. */
function recovered(state: Snapshot, at: number): Snapshot {
  return state.ended === undefined ? state : fold([{ seq: state.seq + 1, at, entries: [{ t: 'recovered' }] }], state);
}
