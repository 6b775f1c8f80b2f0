import fc from 'fast-check';
import { createFlows, type RunOptions } from 'millrace';
import { expect, test } from 'vitest';
import { fits, flowPlan, planned, type FlowPlan, type ProcessPlan, type Side, type StepPlan, type Unit } from './callback-plans.ts';

/*
 * Random flows with random callbacks are run and compared with a naive model: one loop over processes and steps in the order of
 * their declaration, which knows nothing of nodes, edges and promises.
 */

/** The order of the levels of one unit. */
const levels = ['registry', 'flow', 'process', 'step'] as const;

/** What happens to one unit: its calls in order, and whether a must one failed. */
class Model {
  readonly calls = new Map<string, string[]>();
  readonly outcomes: Record<string, string> = {};
  readonly status: string;
  readonly #plan: FlowPlan;

  constructor(plan: FlowPlan) {
    this.#plan = plan;
    const began = this.#chain('f', 'Flow', 'before', undefined, true);
    const statuses: string[] = [];
    plan.processes.forEach((process, index) => {
      const ready = began && process.after.every((waits, other) => !waits || other >= index || statuses[other] === 'succeeded');
      statuses.push(this.#process(process, `p${index}`, ready));
    });
    const ended = began && !statuses.includes('failed') ? 'succeeded' : 'failed';
    this.status = this.#chain('f', 'Flow', 'after', ended, began) ? ended : 'failed';
  }

  #process({ steps }: ProcessPlan, name: string, ready: boolean): string {
    const began = ready && this.#chain(name, 'Process', 'before', undefined, true);
    const statuses: string[] = [];
    steps.forEach((step, index) => {
      const runs = began && step.waits.every((waits, other) => !waits || other >= index || statuses[other] === 'succeeded');
      statuses.push(runs ? this.#step(step, `${name}/s${index}`) : 'cancelled');
      this.outcomes[`${name}/s${index}`] = statuses.at(-1) ?? '';
    });
    if (!ready) return 'cancelled';
    const ended = began && !statuses.includes('failed') ? 'succeeded' : 'failed';
    return this.#chain(name, 'Process', 'after', ended, began) ? ended : 'failed';
  }

  #step({ fails }: StepPlan, path: string): string {
    const began = this.#chain(path, 'Step', 'before', undefined, true);
    if (began) this.#called(path, 'body');
    const ended = began && !fails ? 'succeeded' : 'failed';
    return this.#chain(path, 'Step', 'after', ended, began) ? ended : 'failed';
  }

  /** Returns whether no must callback failed. */
  #chain(path: string, unit: Unit, side: Side, ended: string | undefined, began: boolean): boolean {
    let well = true;
    for (const level of levels) {
      let broken = false;
      this.#plan.callbacks.forEach((callback, index) => {
        if (callback.level !== level || callback.unit !== unit || callback.side !== side || !fits(callback)) return;
        const always = side === 'after' && callback.always;
        if (!always && (!began || !well || broken)) return;
        if (side === 'after' && callback.when !== undefined && callback.when !== ended) return;
        this.#called(path, `${side} ${index}`);
        if (callback.does === 'break') broken = true;
        if (callback.does === 'throw' && callback.must) well = false;
      });
    }
    return well;
  }

  #called(path: string, what: string): void {
    this.calls.set(path, [...(this.calls.get(path) ?? []), what]);
  }
}

const options: readonly RunOptions[] = [{}, { concurrency: 1 }, { schedule: 'tiers', onFailure: 'continue' }];

test('random flows with random callbacks do what a naive model of LightFlow 1.6 does', async () => {
  await fc.assert(
    fc.asyncProperty(flowPlan, fc.constantFrom(...options), fc.constantFrom(undefined, 1, 2), async (plan, how, concurrency) => {
      const { flow, log } = planned(plan, createFlows({ concurrency }));
      const result = await flow.run(undefined, how);
      const model = new Model(plan);
      const calls = new Map<string, string[]>();
      for (const [path, what] of log) calls.set(path, [...(calls.get(path) ?? []), what]);
      expect(Object.fromEntries(calls)).toEqual(Object.fromEntries(model.calls));
      expect(Object.fromEntries([...result.steps].map(([path, { status }]) => [path, status]))).toEqual(model.outcomes);
      expect(result.status).toBe(model.status);
      inOrder(plan, log);
    }),
    { numRuns: 1000 },
  );
});

/** Everything of a unit lies between what is before and after the unit around it, and after everything of the units before it. */
function inOrder(plan: FlowPlan, log: readonly (readonly [path: string, what: string])[]): void {
  const spans = new Map<string, { first: number; last: number }>();
  log.forEach(([path, what], at) => {
    const key = path.includes('/') ? path : `${path} ${what.split(' ')[0] ?? ''}`;
    const known = spans.get(key);
    if (known === undefined) spans.set(key, { first: at, last: at });
    else known.last = at;
  });
  const goes = (early: string, late: string): void => {
    const [one, other] = [spans.get(early), spans.get(late)];
    if (one !== undefined && other !== undefined) expect([early, late, one.last < other.first]).toEqual([early, late, true]);
  };
  plan.processes.forEach(({ steps, after }, at) => {
    const name = `p${at}`;
    goes('f before', `${name} before`);
    goes(`${name} after`, 'f after');
    steps.forEach(({ waits }, index) => {
      const path = `${name}/s${index}`;
      for (const before of [`${name} before`, 'f before']) goes(before, path);
      for (const later of [`${name} after`, 'f after']) goes(path, later);
      waits.forEach((yes, other) => void (yes && other < index && goes(`${name}/s${other}`, path)));
      after.forEach((yes, other) => void (yes && other < at && goes(`p${other} after`, path)));
    });
    after.forEach((yes, other) => void (yes && other < at && goes(`p${other} after`, `${name} before`)));
  });
}
