import type { BodySpec, FlowSpec, StepSpec } from '../../define/spec.ts';

/** What go-stepflow adds to the name of a step, by what it does; its own kinds and ours. */
const suffixes = {
  waitFor: 'WaitFor',
  signal: 'Signal',
  sleep: 'Sleep',
  group: '',
  case: 'Case',
  loop: 'LoopUntil',
  retry: 'Retry',
  forEach: 'ForEach',
  call: 'Call',
} as const;

/** What a position is called: a step, or a body, by the names of all that it is inside of. */
export function nameOf({ name, composite }: StepSpec, scope: string): string {
  return `${scope}/${name}${composite === undefined ? '' : suffixes[composite.kind]}`;
}

/** The name of a body of a step that is called `step`. */
export function nameOfBody({ composite }: StepSpec, step: string, body: BodySpec): string {
  if (composite?.kind === 'case') return `${step}/${body === composite.otherwise ? 'otherwise' : 'steps'}`;
  return composite?.kind === 'loop' ? `${step}/steps` : step;
}

/** The name of a process: that of its flow, if the flow is one sequence. */
export function nameOfProcess(flow: FlowSpec, process: number): string {
  const [only, ...others] = flow.processes;
  return others.length === 0 && only?.isSequence === true ? flow.name : `${flow.name}/${flow.processes[process]?.name}`;
}

export function started(name: string): string {
  return `start:${name}`;
}

export function completed(name: string): string {
  return `completed:${name}`;
}
