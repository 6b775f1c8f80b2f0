import { TimeoutError } from '../../errors.ts';
import type { Template } from '../../graph/template.ts';
import type { Latch } from './latches.ts';

/** What one run adds to its template. */
export interface KernelOptions {
  /** How many steps may be at work at once. */
  readonly limit: number;
  /** Whether the first failure stops the run. */
  readonly failFast: boolean;
  /** Whether a tier starts only when those before it have ended. */
  readonly tiered: boolean;
  /** Whether no further tier starts after a failure. */
  readonly finishTier: boolean;
  /** How long a step may go on after its signal aborted. */
  readonly graceMs: number;
  /** What the paths of its nodes begin with: the path of the composite step whose body it runs. */
  readonly place?: string | undefined;
  /** The longest time of the run, for its message. */
  readonly flowTimeoutMs: number | undefined;
}

/** A step at work whose signal is to abort: because its own time is up, or because its region was closed. */
export interface Abort {
  readonly node: number;
  readonly expired: boolean;
  /** Whether it was waiting for its next attempt: it is at work only to run its callbacks. */
  readonly halted?: true;
  /** Whether it is a composite step that is to drain: it starts nothing more, and its signal does not abort. */
  readonly drained?: true;
  /** Whether it is a composite step that was to end before: what is left in it may go on if it was paused. */
  readonly resumed?: true;
  /** How long it may go on, if it was stopped. */
  readonly graceMs?: number;
}

/** A region that was closed, and how many entries the history had then. */
export interface Closing {
  readonly region: number;
  readonly latch: Latch;
  readonly at: number;
}

/** The error of a region (0: the run) whose time is up. */
export function outOfTime({ flow, regions }: Template, region: number, { flowTimeoutMs }: KernelOptions): TimeoutError {
  if (region === 0) return new TimeoutError(`flow '${flow}'`, flowTimeoutMs ?? 0);
  return new TimeoutError(`process '${regions[region]?.name}'`, regions[region]?.timeoutMs ?? 0);
}
