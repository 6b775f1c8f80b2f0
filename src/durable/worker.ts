import { type Clock, LONGEST_TIMER_MS } from '../clock.ts';
import type { FlowRun } from '../run/flow-run.ts';
import { drainMs, settledWithin } from './drain.ts';
import type { Recording } from './recording.ts';
import type { Claimed } from './resuming.ts';
import { HandedBackError, LostOwnershipError } from './run-errors.ts';
import { StoreError } from './store-error.ts';
import type { DrainOptions, Worker, WorkerStatus } from './worker-options.ts';

/** What a worker needs. */
export interface WorkerSetup {
  readonly concurrency: number;
  readonly pollMs: number;
  readonly clock: Clock;
  readonly recording: Recording;
  random(): number;
  /** Takes over runs that are due. */
  claim(limit: number, isWanted: () => boolean): Promise<Claimed>;
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
  #status: WorkerStatus = 'running';
  /** Ends the pause before the next look. */
  #cancel: (() => void) | undefined = undefined;
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
    const ended = async (): Promise<void> => {
      await this.#look;
      await Promise.allSettled(this.#runs.values());
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
    const room = Math.min(this.#setup.concurrency - this.#runs.size, claimedAtOnce);
    if (!this.#mayFind || room <= 0) return;
    this.#rest();
    this.#mayFind = false;
    this.#look = this.#find(room).then(() => {
      this.#look = undefined;
      this.#next();
    });
  }

  async #find(room: number): Promise<void> {
    try {
      const { found, runs } = await this.#setup.claim(room, () => this.#status === 'running');
      this.#failures = 0;
      for (const run of runs) this.#follow(run);
      if (found === room) this.#mayFind = true;
      else if (this.#runs.size === 0) this.#nothing(this.#idle.splice(0));
    } catch (error) {
      if (this.#failures === 0) this.#setup.problem('persist', error);
      this.#failures += 1;
    }
    this.#idle.push(...this.#late.splice(0));
    if (this.#idle.length > 0 && this.#failures === 0 && this.#runs.size === 0) this.#mayFind = true;
    if (!this.#mayFind) this.#pause();
  }

  #follow(run: FlowRun): void {
    const left = (): void => {
      this.#runs.delete(run);
      if (this.#runs.size === 0 && this.#idle.length > 0) this.#mayFind = true;
      // what ends together is made room for together
      if (this.#mayFind) this.#setup.clock.yield(() => this.#next());
    };
    const done = run.done.then(left, (error: unknown) => {
      left();
      if (!isTold(error)) this.#setup.problem('recover', error, run);
    });
    this.#runs.set(run, done);
  }

  #pause(): void {
    if (this.#status !== 'running') return;
    const { clock, pollMs } = this.#setup;
    const longest = this.#failures === 0 ? pollMs : Math.max(pollMs, Math.min(pollMs * 2 ** this.#failures, longestPauseMs));
    this.#cancel = clock.setTimer(Math.min(longest * (0.5 + this.#setup.random() / 2), LONGEST_TIMER_MS), () => {
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
