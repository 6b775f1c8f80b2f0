import type { FlowSnapshot } from '../define/flow-snapshot.ts';
import type { FlowResult } from '../define/run.ts';
import type { ResourceSpec } from '../define/resource.ts';
import type { FlowSpec } from '../define/spec.ts';
import type { Logger } from '../logger.ts';
import type { Sinks } from './sinks.ts';
import type { Slots } from './slots.ts';
import type { Composer } from './work.ts';

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
  /** Says where a recorded run is; `undefined` in a registry that records nothing. */
  snapshot?: ((runId: string, flow: FlowSpec) => Promise<FlowSnapshot>) | undefined;
  /** Makes composite steps work. */
  readonly composer: Composer;
  /** Who gets the internal errors of all runs. */
  readonly sinks: Sinks;
}
