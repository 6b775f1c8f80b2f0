import type { StepHandle } from './handles.ts';
import type { contributes, Member, Ref, ValueOf } from './refs.ts';

/** The name of the step that a ref means; `string` where only the run knows it. */
export type NameOf<Target> = Target extends string ? Target : Target extends { readonly [contributes]: Member<infer Name> } ? Name : string;

/** What `merge` returns: the steps of the source, where they are now. */
export interface Merged<Input = unknown> {
  /**
   * Returns the handle that a step of the source has in the process it was merged into. The value has the type that it has in
   * the source, so a function that this process has in its place must return the same.
   *
   * @param ref - a name, handle, token or function of the source, or a handle of a body in it; one that it had when it was merged
   * @throws UnknownStepError - the source had no such step
   * @throws AmbiguousStepError - the function is the work of several steps
   */
  step<const Target extends Ref>(ref: Target): StepHandle<NameOf<Target>, ValueOf<Target>, Input>;
}
