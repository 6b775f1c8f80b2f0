import type { ExplainedSetting } from '../define/explanation.ts';
import type { Retry } from '../define/retry-policy.ts';
import type { ProcessSpec, StepSettings, StepSpec } from '../define/spec.ts';

/** What a registry says about all steps and processes of its flows. */
export interface Settings extends StepSettings {
  readonly processTimeoutMs: number | undefined;
}

/** The settings of a step, and where they come from. */
export interface SettingsOfStep {
  readonly retry: ExplainedSetting<Retry>;
  readonly timeoutMs: ExplainedSetting<number>;
}

const unsaid = Object.freeze({ value: undefined, level: 'default', from: '' });
const retryAt = (level: Readonly<StepSettings>): Retry | undefined => level.retry;
const timeoutAt = (level: Readonly<StepSettings>): number | undefined => level.timeoutMs;

/**
 * The settings of a step: its own, else its process's, else its flow's, else those of the steps that were merged into it, in the
 * order of the merges, else the registry's. An explicit 0 counts as said. What is more than a function has
 * its own timeout only, or that of a step that was merged into it.
 */
export function settingsOf(step: StepSpec, registry: Settings): SettingsOfStep {
  if (step.composite === undefined) return { retry: ofStep(step, registry, retryAt), timeoutMs: ofStep(step, registry, timeoutAt) };
  return { retry: unsaid, timeoutMs: ofItself(step, timeoutAt) ?? ofMerged(step, timeoutAt) ?? unsaid };
}

/** The timeout of a process: its own, else its flow's, else the registry's. */
export function processTimeoutOf(process: ProcessSpec, registry: Settings): ExplainedSetting<number> {
  const { flow } = process;
  if (process.home !== undefined) return unsaid;
  if (process.processTimeoutMs !== undefined) return { value: process.processTimeoutMs, level: 'process', from: process.name };
  if (flow.processTimeoutMs !== undefined) return { value: flow.processTimeoutMs, level: 'flow', from: flow.name };
  return registry.processTimeoutMs === undefined ? unsaid : { value: registry.processTimeoutMs, level: 'registry', from: '' };
}

/** A setting that is said at one level and not inherited. */
export function limitOf(level: 'process' | 'flow', { name, limit }: { readonly name: string; readonly limit: number | undefined }): ExplainedSetting<number> {
  return limit === undefined ? unsaid : { value: limit, level, from: name };
}

/** @param said - what one level says about the setting */
function ofStep<Value>(step: StepSpec, registry: Settings, said: (level: Readonly<StepSettings>) => Value | undefined): ExplainedSetting<Value> {
  const own = ofItself(step, said);
  if (own !== undefined) return own;
  const process = step.process.home ?? step.process;
  const { flow } = process;
  let value = said(process);
  if (value !== undefined) return { value, level: 'process', from: process.name };
  value = said(flow);
  if (value !== undefined) return { value, level: 'flow', from: flow.name };
  const merged = ofMerged(step, said);
  if (merged !== undefined) return merged;
  value = said(registry);
  return value === undefined ? unsaid : { value, level: 'registry', from: '' };
}

function ofItself<Value>(step: StepSpec, said: (level: Readonly<StepSettings>) => Value | undefined): ExplainedSetting<Value> | undefined {
  const value = said(step);
  return value === undefined ? undefined : { value, level: 'step', from: step.path };
}

function ofMerged<Value>(step: StepSpec, said: (level: Readonly<StepSettings>) => Value | undefined): ExplainedSetting<Value> | undefined {
  for (const merged of step.mergedSettings) {
    const value = said(merged);
    const { flow } = step.process;
    if (value !== undefined) return { value, level: 'merged', from: merged.flow === flow.name ? merged.path : `${merged.flow}/${merged.path}` };
  }
  return undefined;
}
