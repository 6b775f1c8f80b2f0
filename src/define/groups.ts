import type { HandleOf, StepHandle } from './handles.ts';
import type { MembersOf, SyncPoint, Timing } from './timing.ts';

/** What `follow` and `parallel` return: the handles of the group, and a sync point that is reached when all of it went well. */
export interface StepGroup<Steps = unknown> extends SyncPoint<MembersOf<Steps extends readonly unknown[] ? Steps[number] : Steps[keyof Steps]>> {
  /** The handles, as they were given: a tuple, or a record for the record form of `parallel`. */
  readonly steps: Steps;
  /**
   * Adds timings: a `parallel` gives them to every member, a `follow` to its first. Called twice, all of them count.
   */
  after(...timings: readonly [Timing, ...Timing[]]): this;
}

/** The handles of a tuple of functions and tokens. */
export type HandlesOf<Likes extends readonly unknown[], Input> = { readonly [Index in keyof Likes]: HandleOf<Likes[Index], Input> };

/** The handles of a record of functions: its names are the steps'. */
export type NamedHandlesOf<Likes, Input> = {
  readonly [Name in keyof Likes & string]: Likes[Name] extends (...args: never[]) => infer Value ? StepHandle<Name, Awaited<Value>, Input> : never;
};
