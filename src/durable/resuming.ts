import type { FlowResult, Run } from '../define/run.ts';
import type { FlowSpec } from '../define/spec.ts';
import { FlowError } from '../errors.ts';
import { hint } from '../define/nearest.ts';
import type { FlowRun } from '../run/flow-run.ts';
import type { Past } from '../run/kernel/recall.ts';
import { handleOf, type Launcher } from '../run/launcher.ts';
import type { Codec } from './codec.ts';
import type { Entry } from './entry.ts';
import { type Fitting, restored } from './fitting.ts';
import type { Moment } from './leases.ts';
import { addressOf } from './message-text.ts';
import type { Recording } from './recording.ts';
import { recoveryOf, withEntries } from './recovery.ts';
import { rowText } from './rows.ts';
import { RunCodec } from './run-codec.ts';
import { unknownRun } from './signalling.ts';
import { existsOtherwise, whyLost } from './run-errors.ts';
import { settingsOf } from './run-options.ts';
import { isSameValue } from './same-value.ts';
import type { Snapshot } from './snapshot.ts';
import { snapshotText } from './snapshot-text.ts';
import { stateOf } from './state-of.ts';
import { Turn } from './turn.ts';
import type { Unfit } from './unfit.ts';
import type { ClaimRequest, RunHead, Store, StoredRun } from './store.ts';

/** How many runs are claimed at once. */
const claimedAtOnce = 250;

/** What going on with runs needs. */
export interface ResumingOptions {
  readonly store: Store;
  readonly codec: Codec;
  readonly owner: string;
  readonly launcher: Launcher;
  readonly recording: Recording;
  readonly fitting: Fitting;
  /** The runs that could not go on here. */
  readonly unfit: Unfit;
  readonly flows: { spec(name: string): FlowSpec | undefined; list(): readonly string[] };
  now(): number;
  durabilityOf(flow: FlowSpec): 'step' | 'exit' | 'none';
  /** A run cannot go on. */
  problem(error: unknown, runId: string, flow: string): void;
}

/** Goes on with recorded runs. */
export class Resuming {
  readonly #options: ResumingOptions;
  /** One claim at a time: two of one owner could take the same run. */
  readonly #claims = new Turn();

  constructor(options: ResumingOptions) {
    this.#options = options;
  }

  async resume(runId: string): Promise<Run> {
    this.#options.recording.assertOpen();
    await Promise.resolve(); // a run that was started a moment ago begins in the next microtask
    const live = this.#options.recording.live(runId);
    if (live !== undefined) return handleOf(live);
    const { head } = await this.#load(runId);
    const flow = this.flowOf(head);
    if (head.status === 'succeeded') throw new FlowError('run-succeeded', `run '${runId}' has succeeded, so there is nothing to go on with; read its result with flows.result`);
    return handleOf(await this.#take(runId, flow));
  }

  async recover(): Promise<readonly Run[]> {
    const { flows, recording } = this.#options;
    recording.assertOpen();
    const runs: Run[] = [];
    for (;;) {
      const claimed = await this.#claim(claimedAtOnce, flows.list(), [], () => true);
      runs.push(...claimed.runs.map(handleOf));
      if (claimed.found < claimedAtOnce) return runs;
    }
  }

  /**
   * Takes over runs that are due, and goes on with them; those that could not go on here are left alone for a while.
   *
   * @param isWanted - asked when they are taken; if not, they are given back
   */
  claim(limit: number, flows: readonly string[], isWanted: () => boolean): Promise<Claimed> {
    return this.#claim(limit, flows, this.#options.unfit.at(this.#options.now()), isWanted);
  }

  #claim(limit: number, flows: readonly string[], except: readonly string[], isWanted: () => boolean): Promise<Claimed> {
    const { store, recording } = this.#options;
    return this.#claims.take(async () => {
      const taken = recording.leases.now();
      const stored = await store.claim({ ...this.#claiming(limit, taken), flows, except });
      if (isWanted() && !recording.isClosed) return { found: stored.length, runs: await this.#tryAll(stored, taken) };
      await recording.release(stored.map(({ head }) => head.runId));
      return { found: 0, runs: [] };
    });
  }

  async result(runId: string): Promise<FlowResult | undefined> {
    await Promise.resolve(); // as in `resume`
    const live = this.#options.recording.live(runId);
    const stored = live === undefined ? await this.#load(runId) : undefined;
    if (stored === undefined || stored.head.status === 'running') return undefined;
    const snapshot = stateOf(stored);
    const { run } = this.#reopen(runId, snapshot, this.flowOf(stored.head));
    for (const message of stored.messages) run.inbox.post({ id: message.id, to: addressOf(message), payload: undefined });
    return run.ended(snapshot.ended?.at ?? stored.head.updatedAt);
  }

  /** Ends a run as the recorded one of its id does: one that has ended, or one that can be taken over. */
  async join(run: FlowRun): Promise<FlowResult> {
    const flow = { name: run.plan.template.flow };
    const stored = await this.same(run.id, flow, run.input);
    const live = this.#options.recording.live(run.id);
    const ended = live === undefined ? await this.result(run.id) : undefined;
    if (ended !== undefined) return ended;
    const leader = live ?? (await this.#take(run.id, this.flowOf(stored.head)));
    run.joins(leader);
    return leader.done;
  }

  /**
   * Reads a recorded run that is to be of this flow and to have this input.
   *
   * @throws RunExistsError - it is another one
   */
  async same(runId: string, flow: { readonly name: string }, input: unknown): Promise<StoredRun> {
    const stored = await this.#load(runId);
    const { codec } = this.#options;
    if (stored.head.flow !== flow.name || !isSameValue(codec, codec.decode(stateOf(stored).input), input)) throw existsOtherwise(runId, stored.head.flow, flow);
    return stored;
  }

  async #load(runId: string): Promise<StoredRun> {
    const stored = await this.#options.store.load(runId);
    if (stored === undefined) throw unknownRun(runId);
    return stored;
  }

  /** @throws FlowError - `unknown-flow` */
  flowOf({ flow, runId }: RunHead): FlowSpec {
    const { flows } = this.#options;
    const spec = flows.spec(flow);
    if (spec !== undefined) return spec;
    throw new FlowError('unknown-flow', `run '${runId}' is one of flow '${flow}', which is not registered${hint(flow, flows.list(), 'register it before its runs go on')}`);
  }

  #claiming(limit: number, taken: Moment): ClaimRequest {
    const { owner, recording } = this.#options;
    return { owner, now: taken.wall, leaseUntil: recording.leases.until(taken), limit, text: claimTexts(owner) };
  }

  /** Takes over one run, and goes on with it. */
  #take(runId: string, flow: FlowSpec): Promise<FlowRun> {
    return this.#claims.take(() => this.#takeNow(runId, flow));
  }

  async #takeNow(runId: string, flow: FlowSpec): Promise<FlowRun> {
    const { store, recording } = this.#options;
    recording.assertOpen();
    await recording.left(runId);
    const live = recording.live(runId);
    if (live !== undefined) return live; // taken a moment ago: the store would let its owner take it once more
    const taken = recording.leases.now();
    const [stored] = await store.claim({ ...this.#claiming(1, taken), runId });
    if (stored === undefined) {
      const { head } = await this.#load(runId);
      throw new FlowError('run-owned', `run '${runId}' belongs to '${head.owner ?? 'another owner'}' for at least ${Math.max(0, head.leaseUntil - this.#options.now())} ms more; try again later`);
    }
    try {
      recording.assertOpen();
      return this.#goOn(stored, await this.#migrated(runId, stateOf(stored), flow), flow, taken);
    } catch (error) {
      await recording.release([runId]);
      throw error;
    }
  }

  async #tryAll(claimed: readonly StoredRun[], taken: Moment): Promise<readonly FlowRun[]> {
    const runs: FlowRun[] = [];
    for (const stored of claimed) {
      try {
        const flow = this.flowOf(stored.head);
        const state = stateOf(stored);
        const isSame = this.#options.fitting.isSame(state, flow);
        runs.push(this.#goOn(stored, isSame ? state : await this.#migrated(stored.head.runId, state, flow), flow, taken)); // thousands are the same: none waits
      } catch (error) {
        this.#options.problem(error, stored.head.runId, stored.head.flow); // its lease stays, so that it is not tried again at once
        this.#options.unfit.failed(stored.head.runId, this.#options.now());
      }
    }
    return runs;
  }

  /** @param recorded - its state, which fits the flow */
  #goOn(stored: StoredRun, recorded: Snapshot, flow: FlowSpec, taken: Moment): FlowRun {
    const { recording, launcher } = this.#options;
    const { runId } = stored.head;
    const now = this.#options.now();
    const recovery = recoveryOf(recorded, launcher.planOf(flow), (called) => launcher.planOf(called), now);
    const { run, codec, past } = this.#reopen(runId, withEntries(recorded, recovery, now), flow);
    const durability = this.#options.durabilityOf(flow);
    const known = past.nodes.map(({ node }) => node);
    const fingerprint = recording.fingerprintOf(flow);
    const first: readonly Entry[] = [
      ...recovery,
      ...(recorded.fingerprint === fingerprint ? [] : [{ t: 'migrated', fingerprint } as const]),
    ];
    const { messages, head } = stored;
    const isAsleep = head.wakeAt !== undefined && head.wakeAt > now;
    recording.record(run, codec, durability !== 'exit', { seq: recorded.seq, known, seen: past.history.length, first, creation: undefined, taken, behind: stored.rows, messages, isAsleep });
    this.#options.unfit.wentOn(runId);
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
    if (isKept !== true) throw await whyLost(runId, store);
    return state;
  }

  #reopen(runId: string, snapshot: Snapshot, flow: FlowSpec): Reopened {
    const { launcher } = this.#options;
    const codec = new RunCodec(this.#options.codec);
    const past = restored(runId, snapshot, launcher.planOf(flow), codec);
    const run = launcher.reopen(flow, runId, (defaults) => settingsOf(snapshot.options, runId, defaults));
    run.recall(past);
    return { run, codec, past: past.past };
  }
}

/** Makes the rows of claims. Most runs of a batch were claimed equally often: the text for such a number is made once. */
function claimTexts(owner: string): (epoch: number) => string {
  const texts = new Map<number, string>();
  return (epoch) => {
    const text = texts.get(epoch) ?? rowText([{ t: 'claimed', owner, epoch }]);
    texts.set(epoch, text);
    return text;
  };
}

/** What a claim has brought. */
export interface Claimed {
  /** How many runs were taken; some may be unable to go on. */
  readonly found: number;
  /** Those that go on. */
  readonly runs: readonly FlowRun[];
}

interface Reopened {
  readonly run: FlowRun;
  readonly codec: RunCodec;
  readonly past: Past;
}
