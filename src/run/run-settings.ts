import type { Clock } from '../clock.ts';
import type { Turns } from './turns.ts';

/** The checked options of one run. */
export interface RunSettings {
  readonly runId: string | undefined;
  readonly signal: AbortSignal | undefined;
  readonly clock: Clock;
  readonly limit: number;
  /** What the paths of its nodes begin with, if it is the run of a body. */
  readonly place: string | undefined;
  readonly flowTimeoutMs: number | undefined;
  readonly graceMs: number;
  readonly failFast: boolean;
  readonly tiered: boolean;
  readonly finishTier: boolean;
  /** Whether a key that several nearest ancestors set cannot be read. */
  readonly strict: boolean;
  readonly turns: Turns;
}
