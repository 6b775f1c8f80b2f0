import type { ProcessSpec, StepSpec } from '../define/spec.ts';
import type { Resolved } from './resolve.ts';

/** The timings of a process's steps, resolved: one list for each step, in the order of `process.steps`. */
export type ResolvedTimings = readonly (readonly (Resolved | undefined)[])[];

/**
 * What the steps made by `syncAll` wait for: everything that was registered before and that no timing which was there at
 * that moment waits for. An optional timing waits for nothing, and `always` steps come after all others, so neither counts.
 */
export class Leaves {
  readonly #process: ProcessSpec;
  readonly #timings: ResolvedTimings;
  readonly #known = new Map<StepSpec, readonly StepSpec[]>();

  constructor(process: ProcessSpec, timings: ResolvedTimings) {
    this.#process = process;
    this.#timings = timings;
  }

  /** Returns the leaves that a step waits for; none unless it was made by `syncAll`, or like one that was. */
  of(step: StepSpec): readonly StepSpec[] {
    const made = step.likeSyncAll ?? step;
    if (made.kind !== 'sync-all') return [];
    const known = this.#known.get(made) ?? this.#before(made.bornAt);
    this.#known.set(made, known);
    return known;
  }

  #before(moment: number): readonly StepSpec[] {
    const earlier = this.#process.steps.filter((step) => step.bornAt < moment && step.kind !== 'always');
    const waitedFor = new Set<StepSpec>();
    this.#process.steps.forEach((step, position) => {
      if (step.bornAt >= moment || step.kind === 'always') return;
      for (const leaf of this.of(step)) waitedFor.add(leaf);
      this.#timings[position]?.forEach((timing, at) => {
        if (timing !== undefined && (step.timedAt[at] ?? Infinity) < moment) collect(timing, waitedFor);
      });
    });
    return earlier.filter((step) => !waitedFor.has(step));
  }
}

function collect(timing: Resolved, into: Set<StepSpec>): void {
  if (timing.kind === 'step') into.add(timing.step);
  else if (timing.kind !== 'optional') for (const part of timing.of) collect(part, into);
}
