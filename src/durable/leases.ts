import type { Clock } from '../clock.ts';
import type { Store } from './store.ts';

/** How leases are kept. */
export interface LeaseOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly owner: string;
  /** How long a lease holds without being renewed, in milliseconds. */
  readonly leaseMs: number;
  /** The store says that a run is not this owner's any more. */
  readonly lost: (runId: string) => void;
  readonly problem: (error: unknown) => void;
}

/** When a lease was taken or renewed: the wall clock can be set, and the monotonic one may stand still while the machine sleeps. */
export interface Moment {
  readonly wall: number;
  readonly monotonic: number;
}

interface Waiting {
  readonly runId: string;
  readonly go: () => void;
}

/**
 * The heartbeat of the runs that a process owns: renews their leases every third of their length, as long as there are any. What a run
 * is to start waits while its lease is older than two thirds (ruling R27): somebody else may be about to take it over.
 */
export class Leases {
  readonly #options: LeaseOptions;
  /** When the lease of each run was renewed for the last time. */
  readonly #renewed = new Map<string, Moment>();
  #waiting: Waiting[] = [];
  #cancel: (() => void) | undefined = undefined;
  #isRenewing = false;

  constructor(options: LeaseOptions) {
    this.#options = options;
  }

  now(): Moment {
    const { clock } = this.#options;
    return { wall: clock.now(), monotonic: clock.monotonic() };
  }

  /** Until when a lease holds that is taken at a moment. */
  until({ wall }: Moment): number {
    return wall + this.#options.leaseMs;
  }

  /** @param taken - from before the store was asked for the lease */
  add(runId: string, taken: Moment): void {
    this.#renewed.set(runId, taken);
    this.#cancel ??= this.#later(3);
  }

  remove(runId: string): void {
    this.#renewed.delete(runId);
    if (this.#renewed.size > 0) return;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** Calls `go` now if the lease of the run is young enough; else when it was renewed, or when the run is not this owner's any more. */
  whenHeld(runId: string, go: () => void): void {
    if (this.isHeld(runId)) {
      go();
      return;
    }
    this.#waiting.push({ runId, go });
    void this.#renew();
  }

  /** Whether the lease of a run is young enough to start something. */
  isHeld(runId: string): boolean {
    const renewed = this.#renewed.get(runId);
    if (renewed === undefined) return true; // nobody renews it
    const { clock, leaseMs } = this.#options;
    const longest = (leaseMs * 2) / 3;
    return clock.now() - renewed.wall <= longest && clock.monotonic() - renewed.monotonic <= longest;
  }

  /** The next beat, after a part of the lease. */
  #later(part: number): () => void {
    const { clock, leaseMs } = this.#options;
    return clock.setTimer(Math.floor(leaseMs / part), () => {
      this.#cancel = this.#later(3);
      void this.#renew();
    });
  }

  async #renew(): Promise<void> {
    if (this.#isRenewing) return;
    this.#isRenewing = true;
    const { store, owner, lost, problem } = this.#options;
    const asked = [...this.#renewed.keys()];
    const moment = this.now();
    try {
      const held = new Set(await store.renew(owner, this.until(moment), asked));
      this.#isRenewing = false;
      for (const runId of asked) {
        if (!this.#renewed.has(runId)) continue;
        if (held.has(runId)) this.#renewed.set(runId, moment);
        else lost(runId);
      }
      this.#goOn();
    } catch (error) {
      this.#isRenewing = false;
      problem(error); // the fence keeps the journals right
      this.#sooner();
    }
  }

  #goOn(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { runId, go } of waiting) this.whenHeld(runId, go);
  }

  /** A beat that failed is made up for before the leases are over. */
  #sooner(): void {
    if (this.#cancel === undefined) return;
    this.#cancel();
    this.#cancel = this.#later(10);
  }
}
