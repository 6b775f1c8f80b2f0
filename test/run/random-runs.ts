import fc from 'fast-check';
import { createFlows, defineResource, failed, optional, settled, type Flow, type Flows, type Process, type ProcessContext, type Resource, type RunOptions, type StepContext, type StepHandle, type StopOptions } from 'millrace';
import { virtualClock, type VirtualClock } from 'millrace/testing';

/*
 * Random flows with everything at once, and a log of what happens in their runs. `invariants.test.ts` says what has to hold.
 */

/** How long something takes: no promise, some turns of the microtask queue, or a time. */
type Pace = 'sync' | 'turns' | number;

interface StepPlan {
  readonly always: boolean;
  readonly waits: readonly ('no' | 'plain' | 'settled' | 'failed' | 'optional')[];
  readonly pace: Pace;
  /** How many attempts throw. */
  readonly throws: number;
  readonly retry: number | undefined;
  readonly timeout: number | undefined;
  /** Whether it ends when its signal aborts. */
  readonly heeds: boolean;
  readonly condition: 'yes' | 'no' | 'throws' | undefined;
  readonly cascades: boolean;
  readonly attaches: number | undefined;
}

interface ProcessPlan {
  readonly steps: readonly StepPlan[];
  /** For each earlier process, whether it is ordered after it. */
  readonly after: readonly boolean[];
  readonly limit: number | undefined;
  readonly timeout: number | undefined;
}

interface CallbackPlan {
  readonly level: 'registry' | 'flow' | 'process' | 'step';
  readonly kind: 'beforeFlow' | 'afterFlow' | 'beforeProcess' | 'afterProcess' | 'beforeStep' | 'afterStep';
  readonly must: boolean;
  readonly always: boolean;
  readonly pace: Pace;
  readonly does: 'nothing' | 'throw' | 'break' | 'attach';
}

interface ControlPlan {
  readonly at: number;
  readonly run: 0 | 1;
  readonly what: 'pause' | 'resume' | 'drain' | 'abort' | 'force';
  readonly process: number | undefined;
}

export interface RunPlan {
  readonly processes: readonly ProcessPlan[];
  readonly callbacks: readonly CallbackPlan[];
  readonly resources: readonly { readonly pace: Pace; readonly fails: 'never' | 'initialize' | 'release' }[];
  /** How long the hooks of records take. */
  readonly records: Pace;
  readonly limits: { readonly registry: number | undefined; readonly flow: number | undefined };
  readonly options: RunOptions;
  readonly controls: readonly ControlPlan[];
}

const rarely = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> => fc.option(value, { nil: undefined, freq: 4 });
const pace = fc.constantFrom<Pace[]>('sync', 'sync', 'turns', 'turns', 1, 3, 10, 40);
const limit = rarely(fc.integer({ min: 1, max: 3 }));

export const runPlan: fc.Arbitrary<RunPlan> = fc.record<RunPlan>({
  processes: fc.array(
    fc.record({
      steps: fc.array(
        fc.record<StepPlan>({
          always: fc.constantFrom(true, false, false, false, false, false),
          waits: fc.array(fc.constantFrom('no', 'no', 'plain', 'plain', 'plain', 'settled', 'failed', 'optional'), { minLength: 4, maxLength: 4 }),
          pace,
          throws: fc.constantFrom(0, 0, 0, 0, 1, 2, 9),
          retry: rarely(fc.constantFrom(0, 1, 5)),
          timeout: rarely(fc.constantFrom(1, 4, 20)),
          heeds: fc.boolean(),
          condition: rarely(fc.constantFrom('yes', 'no', 'throws')),
          cascades: fc.boolean(),
          attaches: rarely(fc.nat(1)),
        }),
        { minLength: 1, maxLength: 5 },
      ),
      after: fc.array(fc.boolean(), { minLength: 2, maxLength: 2 }),
      limit,
      timeout: rarely(fc.constantFrom(2, 15)),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  callbacks: fc.array(
    fc.record<CallbackPlan>({
      level: fc.constantFrom('registry', 'flow', 'process', 'step'),
      kind: fc.constantFrom('beforeFlow', 'afterFlow', 'beforeProcess', 'afterProcess', 'beforeStep', 'afterStep'),
      must: fc.boolean(),
      always: fc.boolean(),
      pace,
      does: fc.constantFrom('nothing', 'nothing', 'throw', 'break', 'attach', 'attach'),
    }),
    { maxLength: 8 },
  ),
  resources: fc.array(fc.record({ pace, fails: fc.constantFrom('never', 'never', 'never', 'initialize', 'release') }), { minLength: 2, maxLength: 2 }),
  records: fc.constantFrom<Pace[]>('sync', 'sync', 'turns', 2),
  limits: fc.record({ registry: limit, flow: limit }),
  options: fc.constantFrom<RunOptions[]>({}, { grace: 0 }, { grace: 2 }, { grace: 2, concurrency: 2 }, { grace: 1, flowTimeout: 12 }, { concurrency: 2 }, { onFailure: 'fail-fast' }, { schedule: 'tiers' }, { schedule: 'tiers', onFailure: 'continue', grace: 1 }, { onFailure: 'fail-fast', grace: 1 }, { flowTimeout: 12 }),
  controls: fc.array(
    fc.record<ControlPlan>({ at: fc.nat(12), run: fc.constantFrom(0, 1), what: fc.constantFrom('pause', 'resume', 'drain', 'abort', 'force'), process: rarely(fc.nat(2)) }),
    { maxLength: 3 },
  ),
});

export const stopOptions: Readonly<Record<'drain' | 'abort' | 'force', StopOptions>> = { drain: {}, abort: { mode: 'abort' }, force: { mode: 'abort', force: true, grace: 2 } };

/** Something that happened in a run, in the order in which it did. */
export interface Entry {
  readonly runId: string;
  readonly what: 'ask' | 'insert' | 'update' | 'callback' | 'body' | 'body ends' | 'initialized' | 'release' | 'done' | 'paused' | 'unpaused' | 'stopped';
  /** A path of a step, or the name of a process or flow. */
  readonly unit: string;
  /** Which callback, resource or answer. */
  readonly detail: string;
}

export interface Planned {
  readonly clock: VirtualClock;
  readonly flows: Flows;
  readonly flow: Flow;
  readonly log: Entry[];
  /** Puts an entry in front of the log of each release, for who wants to look around. */
  onRelease: (runId: string, process: string) => void;
}

type Registrar = Partial<Record<CallbackPlan['kind'], (fn: (context: Around) => unknown, options: object) => unknown>>;
type Around = Partial<StepContext<undefined> & ProcessContext<undefined>> & { readonly name: string; readonly runId: string };

/** Makes the flow of a plan. */
export function planned(plan: RunPlan): Planned {
  const clock = virtualClock();
  let runs = 0;
  const flows = createFlows({ clock, concurrency: plan.limits.registry, ids: () => `r${(runs += 1)}` });
  const flow: Flow = flows.registerFlow('f');
  const made: Planned = { clock, flows, flow, log: [], onRelease: () => undefined };
  const put = (runId: string, what: Entry['what'], unit: string, detail: unknown = ''): void => void made.log.push({ runId, what, unit, detail: String(detail) });
  const takes = async (long: Pace): Promise<void> => {
    if (typeof long === 'number') return new Promise((resolve) => void clock.setTimer(long, resolve));
    for (let turn = 0; turn < (long === 'turns' ? 3 : 0); turn += 1) await Promise.resolve();
  };
  const after = (long: Pace, act: () => unknown): unknown => (long === 'sync' ? act() : takes(long).then(act));
  const resources = plan.resources.map((resource, index) => resourceOf(resource, index, after, put, made));
  flows.records({
    step: {
      insert({ runId, path }) {
        put(runId, 'insert', path);
        return after(plan.records, () => undefined);
      },
      update({ runId, path, status }) {
        put(runId, 'update', path, status);
        return after(plan.records, () => undefined);
      },
    },
  });
  if (plan.limits.flow !== undefined) flow.concurrency(plan.limits.flow);
  const add = (at: unknown, level: CallbackPlan['level']): void => {
    plan.callbacks.forEach(({ kind, must, always, does, pace: long, ...callback }, index) => {
      if (callback.level !== level) return;
      const act = (context: Around): unknown => {
        if (does === 'throw') throw new Error('callback');
        if (does === 'attach') return context.attach?.(resources[index % 2] as Resource<string, string>, context.runId).then(() => undefined);
        return does === 'break' ? 'break' : undefined;
      };
      const call = (context: Around): unknown => {
        put(context.runId, 'callback', context.path ?? context.name, `${kind} ${index}`);
        return after(long, () => act(context));
      };
      (at as Registrar)[kind]?.call(at, call, kind.startsWith('after') ? { must, always } : { must });
    });
  };
  add(flows, 'registry');
  add(flow, 'flow');
  const body = ({ pace: long, throws, heeds, attaches }: StepPlan) => (s: StepContext<undefined>): unknown => {
    put(s.runId, 'body', s.path, s.attempt);
    const end = async (): Promise<unknown> => {
      if (attaches !== undefined) await s.attach(resources[attaches] as Resource<string, string>, s.runId);
      return s.path;
    };
    const ends = (): unknown => {
      put(s.runId, 'body ends', s.path, s.attempt);
      s.set('last', s.path);
      if (s.attempt <= throws) throw new Error('body');
      return attaches === undefined ? s.path : end();
    };
    if (long === 'sync') return ends();
    return heeds && typeof long === 'number' ? heeding(s, takes(long), ends, () => put(s.runId, 'body ends', s.path, s.attempt)) : takes(long).then(ends);
  };
  const processes: Process<undefined>[] = [];
  plan.processes.forEach((process, at) => {
    const p = flow.process(`p${at}`);
    processes.push(p);
    add(p, 'process');
    if (process.limit !== undefined) p.concurrency(process.limit);
    if (process.timeout !== undefined) p.processTimeout(process.timeout);
    process.steps.forEach((step, index) => {
      const { always, condition, retry, timeout } = step;
      const handle: StepHandle<string, unknown, undefined> = always ? p.always(body(step), `s${index}`) : p.customStep(body(step), `s${index}`);
      step.waits.forEach((how, other) => {
        const plan = process.steps[other];
        if (how === 'no' || other >= index || plan === undefined || plan.always !== always) return;
        handle.after({ plain: `s${other}`, settled: settled(`s${other}`), failed: failed(`s${other}`), optional: optional(`s${other}`) }[how]);
      });
      if (condition !== undefined) {
        handle.when((s) => {
          put(s.runId, 'ask', s.path, condition);
          if (condition === 'throws') throw new Error('condition');
          return condition === 'yes';
        });
        if (step.cascades) handle.skipWithDependents();
      }
      if (retry !== undefined) handle.stepRetry({ retries: 2, delay: retry });
      if (timeout !== undefined) handle.stepTimeout(timeout);
      add(handle, 'step');
    });
    process.after.forEach((waits, other) => {
      const before = processes[other];
      if (waits && other < at && before !== undefined) p.after(before);
    });
  });
  return made;
}

/** Ends when the time is over or the signal aborts, whatever comes first. */
function heeding(s: StepContext<undefined>, over: Promise<void>, ends: () => unknown, cut: () => void): Promise<unknown> {
  const { signal } = s;
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      cut();
      reject(signal.reason as Error);
    };
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    void over.then(() => {
      if (signal.aborted) return;
      signal.removeEventListener('abort', abort);
      resolve(Promise.resolve().then(ends));
    });
  });
}

function resourceOf(
  { pace: long, fails }: RunPlan['resources'][number],
  index: number,
  after: (long: Pace, act: () => unknown) => unknown,
  put: (runId: string, what: Entry['what'], unit: string, detail: unknown) => void,
  made: Planned,
): Resource<string, string> {
  let count = 0;
  return defineResource({
    name: `resource ${index}`,
    initialize: (attachment, runId: string) =>
      after(long, () => {
        if (fails === 'initialize') throw new Error('initialize');
        const entity = `${runId} ${index}.${(count += 1)}`;
        put(runId, 'initialized', attachment.process, entity);
        return entity;
      }) as string, // or a promise of one
    release({ entity, process }) {
      const [runId = ''] = entity.split(' ');
      made.onRelease(runId, process);
      put(runId, 'release', process, entity);
      return after(long, () => {
        if (fails === 'release') throw new Error('release');
      });
    },
  });
}
