import { settle, type HandStep } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { hands } from './bench.ts';
import { by, kinds, logBench, type LogBench } from './callback-log.ts';

const forced = { mode: 'abort', force: true, grace: '1s' } as const;

/** Lets a forced stop give up a callback or hook that hangs, which ends later, and returns what the log had when the run ended. */
async function givenUp({ clock, flow, log }: LogBench, hangs: HandStep): Promise<readonly string[]> {
  const run = flow.start();
  await hangs.started(run.done);
  run.stop('enough', forced);
  await clock.advance('1s');
  await run.done;
  const before = [...log];
  hangs.calls[0]?.succeed();
  await settle();
  return before;
}

describe('a forced stop', () => {
  test('ends a hanging callback after a step when the grace is over', async () => {
    const { clock, flow, p } = logBench();
    const { after } = hands('after');
    p.customStep(() => 1, 'a').afterStep(by(after));
    const run = flow.start();
    await after.started(run.done);
    run.stop('enough', forced);
    await clock.advance(999);
    expect(run.status).toBe('stopping');
    await clock.advance(1);
    const result = await run.done;
    expect([result.status, result.abandoned]).toEqual(['succeeded', ['p/a']]); // it prevented nothing
    after.calls[0]?.succeed();
    await settle();
    expect(result.value('a')).toBe(1);
  });

  test('aborts the signal of a callback after a step', async () => {
    const { flow, p } = logBench();
    p.customStep(() => 1, 'a').afterStep((s) => new Promise((resolve) => s.signal.addEventListener('abort', () => resolve(undefined))));
    const run = flow.start();
    await settle();
    run.stop('enough', forced);
    const result = await run.done;
    expect([result.outcome('a').status, result.abandoned]).toEqual(['succeeded', []]);
  });

  test('ends hanging callbacks that began after it', async () => {
    const { clock, flow, p } = logBench();
    const { a, after } = hands('a', 'after');
    p.customStep(a.run, 'a').afterStep(by(after));
    const run = flow.start();
    const call = await a.started(run.done);
    run.stop('enough', forced);
    call.succeed(1);
    await after.started(run.done);
    await clock.advance('1s');
    expect((await run.done).abandoned).toEqual(['p/a']);
  });

  test('starts no callbacks after a body that it has given up', async () => {
    const { clock, flow, p, log, note } = logBench();
    const { a } = hands('a');
    p.customStep(a.run, 'a').afterStep(note('after'));
    const run = flow.start();
    await a.started(run.done);
    run.stop('enough', forced);
    await clock.advance('1s');
    const result = await run.done;
    expect([log, result.abandoned, result.outcome('a').status]).toEqual([[], ['p/a'], 'stopped']);
  });

  test('ends hanging callbacks of a step that waited for a retry', async () => {
    const { clock, flow, p } = logBench();
    const { after } = hands('after');
    p.customStep(() => {
      throw new Error('broken');
    }, 'a').stepRetry({ retries: 3, delay: '1h' }).afterStep(by(after));
    const run = flow.start();
    await settle();
    run.stop('enough', forced);
    await after.started(run.done);
    await clock.advance('1s');
    expect((await run.done).abandoned).toEqual(['p/a']);
  });

  test.for(['process', 'flow'] as const)('ends hanging callbacks of a %s', async (unit) => {
    const { clock, flow, p } = logBench();
    const { after } = hands('after');
    p.customStep(() => 1, 'a');
    if (unit === 'process') p.afterProcess(by(after));
    else flow.afterFlow(by(after));
    const run = flow.start();
    await after.started(run.done);
    run.stop('enough', forced);
    await clock.advance('1s');
    const result = await run.done;
    expect([result.status, result.abandoned]).toEqual(['stopped', [unit === 'process' ? 'p/@after' : '@after']]);
  });

  test.for(kinds)('starts no further callback of %s behind one that it has given up, and updates no record of it', async (kind) => {
    const made = logBench();
    const { flow, flows, p, log, note } = made;
    const { hangs } = hands('hangs');
    const recordOf = (status: string): void => void log.push(status);
    const update = ({ status }: { readonly status: string }): void => recordOf(status);
    flows.records({ flow: { update }, process: { update }, step: { update } });
    p.customStep(() => 1, 'a');
    flow[kind](by(hangs))[kind](note('next'), kind.startsWith('after') ? { always: true } : {});
    const before = await givenUp(made, hangs);
    expect([log.includes('next'), log]).toEqual([false, before]);
  });

  test.for(['flow', 'process', 'step'] as const)('starts no callback behind an insert of a %s record that it has given up', async (kind) => {
    const made = logBench();
    const { flow, flows, p, log, note } = made;
    const { hangs } = hands('hangs');
    flows.records({ [kind]: { insert: by(hangs) } });
    p.customStep(note('body'), 'a');
    flow.beforeFlow(note('flow')).beforeProcess(note('process')).beforeStep(note('step'));
    const before = await givenUp(made, hangs);
    expect([log.includes(kind), log]).toEqual([false, before]);
  });

  test('that follows a plain stop ends the callbacks which that one let go on', async () => {
    const { clock, flow, p } = logBench();
    const { after } = hands('after');
    p.customStep(() => 1, 'a').afterStep(by(after));
    const run = flow.start();
    await after.started(run.done);
    run.stop('enough');
    await clock.advance('1h');
    expect(run.status).toBe('stopping');
    run.stop('really', forced);
    await clock.advance('1s');
    expect((await run.done).reason).toBe('enough');
  });
});
