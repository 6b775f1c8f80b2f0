import type { CompositeSpec } from '../define/spec.ts';
import type { Latch } from './kernel/latches.ts';
import type { PastWork } from './restored.ts';

/** A composite step at work. */
export interface Work {
  /**
   * Begins, or goes on where it was when its run was interrupted.
   *
   * @param latch - why nothing more may start, if it is so already
   */
  begin(past: PastWork | undefined, latch: Latch | undefined, graceMs: number): void;
  /** Starts nothing more, and ends soon; with an abort, at the latest after its grace. */
  stop(latch: Latch, graceMs: number): void;
  /** Its moment may have come. */
  wake(): void;
  /** Lets what is in it go on, after a pause. */
  pump(): void;
  /** Someone listens to what is in it, from now on. */
  listen(): void;
  /** Suspends the resources of what is in it. */
  suspendResources(): Promise<void>;
  /** Nothing that it does counts any more. */
  abandon(error: Error | undefined): void;
  /** When it goes on by itself: `Infinity` if only a message can make it, `undefined` while something of it is at work. */
  readonly restsUntil: number | undefined;
}

/** Makes composite steps work. A host is a `WorkHost` and `s` the context of the step; that is known where they are made and where they are used. */
export interface Composer {
  compose(spec: CompositeSpec, host: never, node: number, s: never): Work;
  /** Makes the value again of a composite step that has succeeded, from what is recorded inside of it; nothing for those whose value is recorded. */
  revive(spec: CompositeSpec, host: never, node: number): { readonly value: unknown } | undefined;
}
