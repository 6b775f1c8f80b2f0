import type { Clock } from '../clock.ts';
import type { FlowResult } from '../define/run.ts';
import type { ResourceSpec } from '../define/resource.ts';
import type { Logger } from '../logger.ts';
import type { Sinks } from './sinks.ts';
import type { Slots } from './slots.ts';
import type { Turns } from './turns.ts';

/** What a registry gives to each of its runs; nothing of it is global (law K9). */
export interface Surroundings {
  readonly ids: () => string;
  readonly random: () => number;
  readonly logger: Logger;
  readonly slots: Slots | undefined;
  /** The resources that come back by name when a run goes on. */
  readonly resources: readonly ResourceSpec[];
  /** Recovers a recorded run and returns how it ends then; `undefined` in a registry that records nothing. */
  recover?: ((runId: string) => Promise<FlowResult>) | undefined;
  /** Who gets the internal errors of all runs. */
  readonly sinks: Sinks;
}

/** The checked options of one run. */
export interface RunSettings {
  readonly runId: string | undefined;
  readonly signal: AbortSignal | undefined;
  readonly clock: Clock;
  readonly limit: number;
  readonly flowTimeoutMs: number | undefined;
  readonly graceMs: number;
  readonly failFast: boolean;
  readonly tiered: boolean;
  readonly finishTier: boolean;
  /** Whether a key that several nearest ancestors set cannot be read. */
  readonly strict: boolean;
  readonly turns: Turns;
}
