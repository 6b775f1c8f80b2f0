import type { BodySpec, ProcessSpec, StepSpec } from './spec.ts';

/** The bodies of a step: none unless it is a composite one that has any. */
export function bodiesOf({ composite }: StepSpec): readonly BodySpec[] {
  if (composite === undefined || !('body' in composite)) return [];
  return composite.kind === 'case' && composite.otherwise !== undefined ? [composite.body, composite.otherwise] : [composite.body];
}

/** The steps of a process, each followed by those in its bodies. Bodies may be nested as deep as memory allows. */
export function allSteps({ steps }: ProcessSpec): readonly StepSpec[] {
  const found: StepSpec[] = [];
  const open = steps.toReversed();
  for (let step = open.pop(); step !== undefined; step = open.pop()) {
    found.push(step);
    for (const { process } of bodiesOf(step).toReversed()) open.push(...process.steps.toReversed());
  }
  return found;
}

/** Whether a step does nothing but wait, so that it needs no slot of a limit. */
export function isWait({ composite }: StepSpec): boolean {
  return composite?.kind === 'waitFor' || composite?.kind === 'signal' || composite?.kind === 'sleep';
}
