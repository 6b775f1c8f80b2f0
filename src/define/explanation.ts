import type { Retry } from './retry-policy.ts';

/** Where a setting was said: of the levels that say something, the first in this order holds. */
export type SettingLevel = 'step' | 'process' | 'flow' | 'merged' | 'registry' | 'default';

/** A setting that holds, and where it was said. */
export interface ExplainedSetting<Value> {
  /** The value that holds; `undefined` for no retries, no timeout and no limit. */
  readonly value: Value | undefined;
  /** The level that said it; `default` when none did. */
  readonly level: SettingLevel;
  /**
   * Who said it: the path of the step, the name of the process or flow; for `merged` the path of the step that was merged, with
   * the name of its flow before it when that is another one; empty for `registry` and `default`.
   */
  readonly from: string;
}

/** Which settings hold for a step, and why. Frozen; what is changed later has no effect on it. */
export interface StepExplanation {
  /** The path of the step; in a body `process/composite/step`. */
  readonly path: string;
  /** How often it is tried again. */
  readonly stepRetry: ExplainedSetting<Retry>;
  /** The longest time of one attempt, in milliseconds. */
  readonly stepTimeout: ExplainedSetting<number>;
  /** The longest time of its process, in milliseconds. */
  readonly processTimeout: ExplainedSetting<number>;
  /** How many steps of its process may be at work at once in a run. */
  readonly processConcurrency: ExplainedSetting<number>;
  /** How many steps of its flow may be at work at once in a run, unless the options of the run say otherwise. */
  readonly flowConcurrency: ExplainedSetting<number>;
  /** Returns a Markdown table with the columns Setting, Value and From. */
  toTable(): string;
}
