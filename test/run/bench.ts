import { createFlows, type Flow, type Flows, type FlowsOptions, type InternalError, type Process, type Run, type RunEvent, type StepContext } from 'millrace';
import { handStep, virtualClock, type HandCall, type HandStep, type VirtualClock } from 'millrace/testing';

/** A registry on a virtual clock, with one flow `f` that has one process `p`. */
export interface Bench<Input = undefined> {
  readonly clock: VirtualClock;
  readonly flows: Flows;
  readonly flow: Flow<Input>;
  readonly p: Process<Input>;
}

export function bench<Input = undefined>(options: FlowsOptions = {}): Bench<Input> {
  const clock = virtualClock();
  let runs = 0;
  const flows = createFlows({ clock, ids: () => `r-${(runs += 1)}`, ...options });
  const flow = flows.registerFlow<Input>('f');
  return { clock, flows, flow, p: flow.process('p') };
}

/** Makes steps that are driven by hand, by name. */
export function hands<const Names extends readonly string[]>(...names: Names): { readonly [Name in Names[number]]: HandStep } {
  return Object.fromEntries(names.map((name: string) => [name, handStep(name)])) as { readonly [Name in Names[number]]: HandStep };
}

/** Lets the next call of a step return a value. */
export async function pass(run: Run, step: HandStep, value?: unknown): Promise<HandCall> {
  const call = await step.started(run.done);
  call.succeed(value);
  return call;
}

/** Lets the next call of a step throw. */
export async function fail(run: Run, step: HandStep, error: unknown = new Error('broken')): Promise<HandCall> {
  const call = await step.started(run.done);
  call.fail(error);
  return call;
}

/** A step that throws whatever it is given. */
export function throwing(...given: readonly [] | readonly [thrown: unknown]): () => never {
  return () => {
    throw given.length === 0 ? new Error('broken') : given[0];
  };
}

/** A log of names, and a step that writes its name into it. */
export function tracer(): { readonly log: string[]; readonly trace: (s: StepContext) => string } {
  const log: string[] = [];
  return {
    log,
    trace(s) {
      log.push(s.name);
      return s.name;
    },
  };
}

/** Records all events of a run from now on. */
export function recorded(run: Run): RunEvent[] {
  const events: RunEvent[] = [];
  run.on('*', (event) => void events.push(event));
  return events;
}

/** The internal errors among events. */
export function internalErrors(events: readonly RunEvent[]): readonly InternalError[] {
  return events.filter((event) => event.type === 'internal-error');
}

/** The events as short words: `step-ended p/a`. */
export function words(events: readonly RunEvent[]): readonly string[] {
  return events.map((event) => ('path' in event && event.path !== undefined ? `${event.type} ${event.path}` : event.type));
}
