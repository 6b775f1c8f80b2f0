import type { StepSettings, StepSpec } from '../define/spec.ts';

/** What a registry says about all steps and processes of its flows. */
export interface Settings extends StepSettings {
  readonly processTimeoutMs: number | undefined;
}

/** The settings of a step: its own, else its process's, else its flow's, else the registry's. An explicit 0 counts as said. */
export function settingsOf(step: StepSpec, registry: Settings): StepSettings {
  const { process } = step;
  const { flow } = process;
  return {
    retry: step.retry ?? process.retry ?? flow.retry ?? registry.retry,
    timeoutMs: step.timeoutMs ?? process.timeoutMs ?? flow.timeoutMs ?? registry.timeoutMs,
  };
}
