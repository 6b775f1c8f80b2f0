import type { Clock } from '../clock.ts';
import type { Store } from './store.ts';

/** How leases are kept. */
export interface LeaseOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly owner: string;
  /** How long a lease holds without being renewed, in milliseconds. */
  readonly leaseMs: number;
  /** The lease of a run was lost to another owner. */
  readonly lost: (runId: string) => void;
  readonly problem: (error: unknown) => void;
}

/** The heartbeat of the runs that a process owns: renews their leases every third of their length, as long as there are any. */
export class Leases {
  readonly #options: LeaseOptions;
  readonly #runIds = new Set<string>();
  #cancel: (() => void) | undefined = undefined;

  constructor(options: LeaseOptions) {
    this.#options = options;
  }

  /** Until when a lease holds that is taken now. */
  get until(): number {
    return this.#options.clock.now() + this.#options.leaseMs;
  }

  add(runId: string): void {
    this.#runIds.add(runId);
    this.#cancel ??= this.#later();
  }

  remove(runId: string): void {
    this.#runIds.delete(runId);
    if (this.#runIds.size > 0) return;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #later(): () => void {
    const { clock, leaseMs } = this.#options;
    return clock.setTimer(Math.floor(leaseMs / 3), () => {
      this.#cancel = this.#later();
      void this.#renew();
    });
  }

  async #renew(): Promise<void> {
    const { store, owner, lost, problem } = this.#options;
    const asked = [...this.#runIds];
    try {
      const held = new Set(await store.renew(owner, this.until, asked));
      for (const runId of asked) if (!held.has(runId) && this.#runIds.has(runId)) lost(runId);
    } catch (error) {
      problem(error); // the fence keeps the journals right; the next beat tries again
    }
  }
}
