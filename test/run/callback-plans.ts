import fc from 'fast-check';
import type { Flow, Flows } from 'millrace';

export const units = ['Flow', 'Process', 'Step'] as const;
export type Unit = (typeof units)[number];
export type Side = 'before' | 'after';

export interface CallbackPlan {
  readonly level: 'registry' | 'flow' | 'process' | 'step';
  readonly unit: Unit;
  readonly side: Side;
  readonly must: boolean;
  readonly always: boolean;
  readonly does: 'nothing' | 'break' | 'throw';
  readonly late: boolean;
  readonly when: 'succeeded' | 'failed' | undefined;
}

export interface StepPlan {
  readonly fails: boolean;
  readonly late: boolean;
  /** For each earlier step of the process, whether it waits for it. */
  readonly waits: readonly boolean[];
}

export interface ProcessPlan {
  readonly steps: readonly StepPlan[];
  /** For each earlier process, whether it is ordered after it. */
  readonly after: readonly boolean[];
}

export interface FlowPlan {
  readonly processes: readonly ProcessPlan[];
  readonly callbacks: readonly CallbackPlan[];
}

const callbackPlan = fc.record<CallbackPlan>({
  level: fc.constantFrom('registry', 'flow', 'process', 'step'),
  unit: fc.constantFrom(...units),
  side: fc.constantFrom('before', 'after'),
  must: fc.boolean(),
  always: fc.boolean(),
  does: fc.constantFrom('nothing', 'nothing', 'nothing', 'break', 'throw'),
  late: fc.boolean(),
  when: fc.constantFrom(undefined, undefined, 'succeeded', 'failed'),
});

export const flowPlan = fc.record<FlowPlan>({
  processes: fc.array(
    fc.record<ProcessPlan>({
      steps: fc.array(
        fc.record<StepPlan>({
          fails: fc.constantFrom(true, false, false, false, false),
          late: fc.boolean(),
          waits: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
        }),
        { minLength: 1, maxLength: 4 },
      ),
      after: fc.array(fc.boolean(), { minLength: 2, maxLength: 2 }),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  callbacks: fc.array(callbackPlan, { maxLength: 14 }),
});

/** Whether a callback of a level can be about a unit: those of a step only about itself, and so on. */
export const fits = ({ level, unit }: CallbackPlan): boolean => unit === 'Step' || (unit === 'Process' && level !== 'step') || level === 'registry' || level === 'flow';

/** What has a method for each kind of callback. */
type Registrar = Partial<Record<`${Side}${Unit}`, (fn: (context: { readonly name: string; readonly path?: string }) => unknown, options: object) => unknown>>;

/** A flow made of a plan, and the calls of its callbacks and bodies. */
export interface Planned {
  readonly flow: Flow;
  readonly log: (readonly [path: string, what: string])[];
}

/** Makes the flow of a plan. */
export function planned(plan: FlowPlan, flows: Flows): Planned {
  const flow = flows.registerFlow('f');
  const log: Planned['log'] = [];
  const add = (at: unknown, level: CallbackPlan['level']): void => {
    plan.callbacks.forEach((callback, index) => {
      if (callback.level !== level || !fits(callback)) return;
      const { side, unit, must, always, does, late, when } = callback;
      const act = (path: string): unknown => {
        log.push([path, `${side} ${index}`]);
        if (does === 'throw') throw new Error('broken');
        return does === 'break' ? 'break' : undefined;
      };
      const own = (at as Registrar)[`${side}${unit}`]; // `fits` has made sure that it is there
      own?.call(at, (context) => (late ? Promise.resolve().then(() => act(context.path ?? context.name)) : act(context.path ?? context.name)), side === 'before' ? { must } : { must, always, when });
    });
  };
  add(flows, 'registry');
  add(flow, 'flow');
  const processes = plan.processes.map((process, at) => {
    const p = flow.process(`p${at}`);
    add(p, 'process');
    process.steps.forEach((step, index) => {
      const act = (path: string): number => {
        log.push([path, 'body']);
        if (step.fails) throw new Error('failed');
        return index;
      };
      const handle = p.customStep((s) => (step.late ? Promise.resolve().then(() => act(s.path)) : act(s.path)), `s${index}`);
      step.waits.forEach((waits, other) => void (waits && other < index && handle.after(`s${other}`)));
      add(handle, 'step');
    });
    return p;
  });
  processes.forEach((p, at) => plan.processes[at]?.after.forEach((waits, other) => void (waits && other < at && p.after(processes[other] as typeof p))));
  return { flow, log };
}
