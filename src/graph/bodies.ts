import type { BodySpec, ProcessSpec, StepSpec } from '../define/spec.ts';

/** The bodies of a step: none unless it is a composite one that has any. */
export function bodiesOf({ composite }: StepSpec): readonly BodySpec[] {
  if (composite === undefined || !('body' in composite)) return [];
  return composite.kind === 'case' && composite.otherwise !== undefined ? [composite.body, composite.otherwise] : [composite.body];
}

/** The steps of a process, and those in the bodies of its composite steps. */
export function allSteps({ steps }: ProcessSpec): readonly StepSpec[] {
  return steps.flatMap((step) => [step, ...bodiesOf(step).flatMap(({ process }) => allSteps(process))]);
}

/** Whether a step does nothing but wait, so that it needs no slot of a limit. */
export function isWait({ composite }: StepSpec): boolean {
  return composite?.kind === 'waitFor' || composite?.kind === 'signal' || composite?.kind === 'sleep';
}
