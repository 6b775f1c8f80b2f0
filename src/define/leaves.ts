import type { ProcessSpec, StepSpec } from './spec.ts';

/** Returns the steps that a timing waits for: that number `at` of the step at `position` in its process. */
export type WaitedFor = (position: number, at: number) => Iterable<StepSpec>;

/**
 * What the steps made by `syncAll` wait for: everything that was registered before and that no timing which was there at
 * that moment waits for. An optional timing waits for nothing, and `always` steps come after all others, so neither counts.
 */
export class Leaves {
  readonly #process: ProcessSpec;
  readonly #waitedFor: WaitedFor;
  readonly #known = new Map<StepSpec, readonly StepSpec[]>();

  constructor(process: ProcessSpec, waitedFor: WaitedFor) {
    this.#process = process;
    this.#waitedFor = waitedFor;
  }

  /** Returns the leaves that a step waits for; none unless it was made by `syncAll`, or like one that was. */
  of(step: StepSpec): readonly StepSpec[] {
    const made = step.likeSyncAll ?? step;
    if (made.kind !== 'sync-all') return [];
    const known = this.#known.get(made);
    if (known !== undefined) return known;
    this.#known.set(made, []); // a merged step may be registered again like a later syncAll, which sees it as it was before
    const leaves = this.before(made.bornAt);
    this.#known.set(made, leaves);
    return leaves;
  }

  /** Returns the leaves of a moment, counted in changes of the process. */
  before(moment: number): readonly StepSpec[] {
    const earlier = this.#process.steps.filter((step) => step.bornAt < moment && step.kind !== 'always');
    const waitedFor = new Set<StepSpec>();
    this.#process.steps.forEach((step, position) => {
      if (step.bornAt >= moment || step.kind === 'always') return;
      for (const leaf of this.of(step)) waitedFor.add(leaf);
      step.timedAt.forEach((timed, at) => {
        if (timed < moment) for (const other of this.#waitedFor(position, at)) waitedFor.add(other);
      });
    });
    return earlier.filter((step) => !waitedFor.has(step));
  }
}
