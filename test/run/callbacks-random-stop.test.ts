import fc from 'fast-check';
import { createFlows, type RunOptions, type StopOptions } from 'millrace';
import { settle, virtualClock } from 'millrace/testing';
import { expect, test } from 'vitest';
import { flowPlan, planned } from './callback-plans.ts';

const stops: readonly StopOptions[] = [{}, { mode: 'abort' }, { mode: 'abort', grace: 0 }, { mode: 'abort', force: true, grace: 1 }];
const options: readonly RunOptions[] = [{}, { concurrency: 1 }, { schedule: 'tiers' }, { onFailure: 'fail-fast' }];

/*
 * A random flow with random callbacks is stopped at a random moment. Whatever happens, the run ends, what was begun is ended
 * once, and every slot of the registry is given back.
 */
test('a stop at any moment ends the run, ends what began once, and gives all slots back', async () => {
  await fc.assert(
    fc.asyncProperty(flowPlan, fc.nat(60), fc.constantFrom(...stops), fc.constantFrom(...options), fc.boolean(), fc.constantFrom(undefined, 'p0'), async (plan, moment, stop, how, retries, process) => {
      const clock = virtualClock();
      const flows = createFlows({ clock, concurrency: 1, ...(retries ? { stepRetry: { retries: 2, delay: 5 } } : {}) });
      const records = new Map<string, string[]>();
      const put = (unit: string, word: string): void => void records.set(unit, [...(records.get(unit) ?? []), word]);
      flows.records({
        flow: { insert: (record) => put('f', record.status), update: (record) => put('f', record.status) },
        process: { insert: (record) => put(record.process, record.status), update: (record) => put(record.process, record.status) },
        step: { insert: (record) => put(record.path, record.status), update: (record) => put(record.path, record.status) },
      });
      const { flow, log } = planned(plan, flows);
      const run = flow.start(undefined, how);
      for (let turn = 0; turn < moment; turn++) await (turn % 20 === 19 ? clock.advance(5) : Promise.resolve());
      const bodies = (): number => log.filter(([, what]) => what === 'body').length;
      const before = bodies();
      (process === undefined ? run : run.process(process)).stop('enough', stop);
      if (process === undefined) expect(bodies()).toBe(before);
      for (let turn = 0; turn < 20; turn++) await clock.advance(5);
      const result = await run.done;
      for (const [unit, words] of records) {
        const status = unit === 'f' ? result.status : unit.includes('/') ? result.steps.get(unit)?.status : result.process(unit).status;
        if (stop.force !== true && stop.grace !== 0) expect([unit, words]).toEqual([unit, ['running', status]]);
        expect(words[0]).toBe('running');
      }
      for (const [path] of log) expect(records.has(path)).toBe(true);
      const other = flows.registerFlow('other').disableDefaults();
      let working = 0;
      const x = async (): Promise<void> => {
        expect((working += 1)).toBe(1);
        await Promise.resolve();
        working -= 1;
      };
      other.process('p').parallel({ x, y: x, z: x });
      expect((await other.run()).status).toBe('succeeded');
      await settle();
      expect(clock.pending).toBe(0);
    }),
    { numRuns: 400 },
  );
});
