import type { WorkedOutcome } from '../define/callbacks.ts';
import type { StepFailure } from '../define/run.ts';
import { FAILED } from './kernel/cells.ts';
import type { Kernel } from './kernel/kernel.ts';
import { lineOf } from './line-of.ts';

/** What a composite step would fail with because of what is inside of it, and the steps there that it is about. */
export interface Inside {
  readonly error: Error;
  readonly failures: readonly StepFailure[];
}

/**
 * What failed in a region (0: in all of it), in graph order: steps, callbacks before or after it, and in place of a composite step what
 * failed inside of it. Paths are those of the whole run.
 */
export function failuresOf(kernel: Kernel, region = 0): readonly StepFailure[] {
  const { workCount, regionOf } = kernel.template;
  const failures: StepFailure[] = [];
  for (let node = 0; node < workCount; node++) {
    if (kernel.state(node) !== FAILED || (region !== 0 && regionOf[node] !== region)) continue;
    const inside = kernel.insides?.get(node);
    if (inside === undefined) failures.push({ path: kernel.pathAt(node), error: kernel.values[node] as Error });
    else failures.push(...inside);
  }
  return failures;
}

/** What failed in a body that has ended. */
export function insideOf(kernel: Kernel, end: WorkedOutcome): Inside | undefined {
  return end.status === 'failed' ? { error: end.error, failures: failuresOf(kernel) } : undefined;
}

/** A composite step ends: if what is inside of it is why, that is told in its place. */
export function tellInside(kernel: Kernel, node: number, end: WorkedOutcome, inside: Inside | undefined): void {
  if (end.status !== 'failed' || end.error !== inside?.error || inside.failures.length === 0) return;
  (kernel.insides ??= new Map()).set(node, inside.failures);
}

/** The same failure by the path that it has in the flow that was called at a place. */
export function ownFailure(failure: StepFailure, place: string | undefined): StepFailure {
  return place === undefined ? failure : { path: failure.path.slice(place.length + 1), error: failure.error };
}

/** Returns what failed inside of a composite step, by its path: no step of a flow itself has such a long one. */
export function insideNamed(ref: string, failures: readonly StepFailure[]): StepFailure | undefined {
  const path = ref.normalize('NFC');
  return path.split('/').length > 2 ? failures.find((failure) => failure.path === path) : undefined;
}

/** Says of a composite step that failed because of what is inside of it what that was. */
export function insideLine(name: string, path: string, failures: readonly StepFailure[]): string {
  const [first, ...others] = failures as readonly [StepFailure, ...StepFailure[]]; // it would not have failed because of nothing
  const shown = first.path.startsWith(path) ? `${name}${first.path.slice(path.length)}` : first.path;
  const more = others.length > 0 ? ` (and ${others.length} more)` : '';
  return `${name}: failed ← ${lineOf(shown, FAILED, first.error)}${more}`;
}
