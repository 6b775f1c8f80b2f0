import { FlowError } from '../errors.ts';
import type { DerivedTiming, MembersOf, Timing, Weak } from './timing.ts';

/** What stands behind {@link DerivedTiming}. */
export class Derived {
  readonly kind: 'settled' | 'failed' | 'anyOf' | 'optional';
  readonly of: readonly Timing[];

  constructor(kind: 'settled' | 'failed' | 'anyOf' | 'optional', of: readonly Timing[]) {
    if (of.length === 0) throw new FlowError('empty-group', `${kind}() was given no timings; give at least one`);
    this.kind = kind;
    this.of = Object.freeze([...of]);
    Object.freeze(this);
  }
}

/**
 * Waits until all of these have ended, however they ended. Their results may be missing.
 *
 * @throws FlowError - `empty-group`
 */
export function settled<const Timings extends readonly [Timing, ...Timing[]]>(...timings: Timings): DerivedTiming<'settled', Weak<MembersOf<Timings[number]>>> {
  return derived('settled', timings);
}

/**
 * Waits until one of these has failed: by its own error, its timeout or its callback, not because it was cancelled.
 * If none failed, what waits for it is skipped as a branch that was not taken. It is taken as soon as one failed: wait for
 * `settled` of the others too, if you read them.
 *
 * @throws FlowError - `empty-group`
 */
export function failed(...timings: readonly [Timing, ...Timing[]]): DerivedTiming<'failed', never> {
  return derived('failed', timings);
}

/**
 * Waits for the first of these that succeeds. A skipped one counts once all have ended and none succeeded. If none went
 * well, what waits for it is cancelled when one failed or was cancelled, and skipped as a branch otherwise.
 *
 * @throws FlowError - `empty-group`
 */
export function anyOf<const Timings extends readonly [Timing, ...Timing[]]>(...timings: Timings): DerivedTiming<'anyOf', Weak<MembersOf<Timings[number]>>> {
  return derived('anyOf', timings);
}

/**
 * Waits for nothing, but lets the step read those of these that had ended when it started. They count for cycles.
 *
 * @throws FlowError - `empty-group`
 */
export function optional<const Timings extends readonly [Timing, ...Timing[]]>(...timings: Timings): DerivedTiming<'optional', Weak<MembersOf<Timings[number]>>> {
  return derived('optional', timings);
}

function derived<Kind extends 'settled' | 'failed' | 'anyOf' | 'optional', Members>(kind: Kind, timings: readonly Timing[]): DerivedTiming<Kind, Members> {
  return new Derived(kind, timings) as unknown as DerivedTiming<Kind, Members>; // the type-only member has no value to hold
}
