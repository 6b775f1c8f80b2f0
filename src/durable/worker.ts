import { type Clock, LONGEST_TIMER_MS } from '../clock.ts';
import type { FlowRun } from '../run/flow-run.ts';
import { drainMs, endedOrAtRest, settledWithin } from './drain.ts';
import { NEVER } from './never.ts';
import type { Recording, Rest } from './recording.ts';
import { Resting } from './resting.ts';
import type { Claimed } from './resuming.ts';
import { HandedBackError, LostOwnershipError } from './run-errors.ts';
import { StoreError } from './store-error.ts';
import { WakeTimes } from './wake-times.ts';
import type { DrainOptions, Worker, WorkerStatus } from './worker-options.ts';

/** What a worker needs. */
export interface WorkerSetup {
  readonly concurrency: number;
  readonly pollMs: number;
  /** How long a run may rest before it is given back, in milliseconds. */
  readonly evictAfterMs: number;
  readonly clock: Clock;
  readonly recording: Recording;
  random(): number;
  /** Takes over runs that are due. */
  claim(limit: number, isWanted: () => boolean): Promise<Claimed>;
  /** A run was given back, because it rests. */
  asleep(run: FlowRun, wakeAt: number): void;
  /** The store failed, or a run has ended without a result. */
  problem(stage: 'persist' | 'recover', error: unknown, run?: FlowRun): void;
}

/** How many runs are claimed at once. */
const claimedAtOnce = 100;
const longestPauseMs = 30_000;

/** What stands behind `Worker`: looks for runs whenever there may be some, one look at a time. */
export class RunWorker implements Worker {
  readonly #setup: WorkerSetup;
  readonly #runs = new Map<FlowRun, Promise<unknown>>();
  readonly #forget: () => void;
  readonly #resting: Resting;
  readonly #wakes = new WakeTimes();
  /** The runs that are being given back, because they rest. */
  readonly #leaving = new Set<Promise<void>>();
  #status: WorkerStatus = 'running';
  /** Ends the pause before the next look. */
  #cancel: (() => void) | undefined = undefined;
  /** When the pause ends. */
  #lookAt = Infinity;
  /** The look under way. */
  #look: Promise<void> | undefined = undefined;
  /** Whether there may be more to find: the last look got all that it asked for, or there was reason for another one meanwhile. */
  #mayFind = false;
  #failures = 0;
  /** Who waits for a look that finds nothing; and those who came during the one that is under way. */
  readonly #idle: (() => void)[] = [];
  readonly #late: (() => void)[] = [];

  constructor(setup: WorkerSetup) {
    this.#setup = setup;
    const { clock, recording, evictAfterMs: afterMs } = setup;
    this.#resting = new Resting({ clock, recording, afterMs, gave: (run, rest) => this.#gave(run, rest) });
    this.#forget = setup.recording.onDue(() => this.#wake());
    this.#wake();
  }

  get status(): WorkerStatus {
    return this.#status;
  }

  get atWork(): number {
    return this.#runs.size;
  }

  idle(): Promise<void> {
    if (this.#status === 'stopped') return Promise.resolve();
    const promise = new Promise<void>((resolve) => (this.#look === undefined ? this.#idle : this.#late).push(resolve));
    this.#wake();
    return promise;
  }

  async stop(options: DrainOptions = {}): Promise<void> {
    const { clock, recording } = this.#setup;
    const graceMs = drainMs(options, 'the stop of a worker');
    if (this.#status === 'running') this.#status = 'draining';
    this.#forget();
    this.#rest();
    const until = clock.now() + graceMs;
    const ended = async (): Promise<void> => {
      await this.#look;
      await Promise.allSettled([...[...this.#runs.keys()].map((run) => endedOrAtRest(run, recording.recorderOf(run.id), until)), ...this.#leaving]);
    };
    await settledWithin(graceMs, [ended()], clock);
    await recording.handBack([...this.#runs.keys()]);
    await this.#look; // it gives back what it has found
    this.#status = 'stopped';
    this.#nothing([...this.#idle.splice(0), ...this.#late.splice(0)]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** There may be something due. */
  #wake(): void {
    this.#mayFind = true;
    this.#failures = 0;
    this.#next();
  }

  /** Looks if there is reason to, and room. */
  #next(): void {
    if (this.#status !== 'running' || this.#look !== undefined) return;
    const room = Math.min(this.#setup.concurrency - this.#taken, claimedAtOnce);
    if (!this.#mayFind || room <= 0) return;
    this.#rest();
    this.#mayFind = false;
    this.#look = this.#find(room).then(() => {
      this.#look = undefined;
      this.#next();
    });
  }

  /** How many of its places are taken. */
  get #taken(): number {
    return this.#runs.size + this.#leaving.size;
  }

  async #find(room: number): Promise<void> {
    const now = this.#setup.clock.now();
    try {
      const { found, runs } = await this.#setup.claim(room, () => this.#status === 'running');
      this.#failures = 0;
      this.#wakes.drop(now);
      for (const run of runs) this.#follow(run);
      if (found === room) this.#mayFind = true;
      else if (this.#taken === 0) this.#nothing(this.#idle.splice(0));
    } catch (error) {
      if (this.#failures === 0) this.#setup.problem('persist', error);
      this.#failures += 1;
    }
    this.#idle.push(...this.#late.splice(0));
    if (this.#idle.length > 0 && this.#failures === 0 && this.#taken === 0) this.#mayFind = true;
    if (!this.#mayFind) this.#pause();
  }

  #follow(run: FlowRun): void {
    const left = (): void => {
      this.#runs.delete(run);
      this.#hasRoom();
    };
    const done = run.done.then(left, (error: unknown) => {
      left();
      if (!isTold(error)) this.#setup.problem('recover', error, run);
    });
    this.#runs.set(run, done);
    this.#resting.follow(run);
    this.#wakes.forget(run.id);
  }

  /** A run rests: it keeps its place until that is kept. */
  #gave(run: FlowRun, { wakeAt, kept }: Rest): void {
    this.#setup.asleep(run, wakeAt);
    this.#leaving.add(kept);
    void kept.then(() => {
      this.#leaving.delete(kept);
      if (wakeAt < NEVER) this.#wakes.add(run.id, wakeAt);
      if (this.#cancel !== undefined && wakeAt < this.#lookAt) this.#pauseUntil(wakeAt);
      this.#hasRoom();
    });
  }

  #hasRoom(): void {
    if (this.#taken === 0 && this.#idle.length > 0) this.#mayFind = true;
    // what ends together is made room for together
    if (this.#mayFind) this.#setup.clock.yield(() => this.#next());
  }

  #pause(): void {
    if (this.#status !== 'running') return;
    const { clock, pollMs } = this.#setup;
    const longest = this.#failures === 0 ? pollMs : Math.max(pollMs, Math.min(pollMs * 2 ** this.#failures, longestPauseMs));
    this.#pauseUntil(Math.min(clock.now() + longest * (0.5 + this.#setup.random() / 2), this.#failures === 0 ? this.#wakes.next : Infinity));
  }

  #pauseUntil(at: number): void {
    const { clock } = this.#setup;
    this.#rest();
    this.#lookAt = at;
    this.#cancel = clock.setTimer(Math.min(Math.max(at - clock.now(), 0), LONGEST_TIMER_MS), () => {
      this.#cancel = undefined;
      this.#mayFind = true;
      this.#next();
    });
  }

  #rest(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #nothing(idle: readonly (() => void)[]): void {
    for (const resolve of idle) resolve();
  }
}

/** Whether a run that was let go of has said why. */
function isTold(error: unknown): boolean {
  return error instanceof HandedBackError || error instanceof LostOwnershipError || error instanceof StoreError;
}
