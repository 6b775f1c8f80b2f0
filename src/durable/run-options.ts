import type { RunSettings } from '../run/run-settings.ts';
import type { RecordedOptions } from './entry.ts';

/** What binds whoever goes on with a run. */
export function recordedOptions({ limit, failFast, tiered, finishTier, strict, flowTimeoutMs, graceMs }: RunSettings): RecordedOptions {
  return {
    ...(limit !== Infinity && { limit }),
    ...(failFast && { failFast }),
    ...(tiered && { tiered }),
    ...(finishTier && { finishTier }),
    ...(strict && { strict }),
    ...(flowTimeoutMs !== undefined && { flowTimeoutMs }),
    graceMs,
  };
}

/** The settings of a run that goes on. */
export function settingsOf(options: RecordedOptions, runId: string, defaults: Pick<RunSettings, 'clock' | 'turns'>): RunSettings {
  const { limit = Infinity, failFast = false, tiered = false, finishTier = false, strict = false, flowTimeoutMs, graceMs } = options;
  const { clock, turns } = defaults;
  return { runId, signal: undefined, clock, limit, place: undefined, flowTimeoutMs, graceMs, failFast, tiered, finishTier, strict, turns };
}
