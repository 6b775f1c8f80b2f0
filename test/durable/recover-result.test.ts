import { createFlows as unrecorded, type FlowContext, type ProcessContext } from 'millrace';
import { expect, test } from 'vitest';
import { lives } from './lives.ts';

test('REC-09: a result recovers its run in the registry that ran it', async () => {
  let broken = true;
  const { next } = lives(({ p, note, calls }) => {
    const one = p.customStep(note('1'), '1');
    p.customStep(() => {
      calls.push('2');
      if (broken) throw new Error('broken');
      return 'mended';
    }, '2', one);
  });
  const { result, calls, flows } = await next();
  expect(result.status).toBe('failed');
  broken = false;
  const again = await result.recover();
  expect([again.status, again.value('2'), again.runId]).toEqual(['succeeded', 'mended', 'r']);
  expect(calls).toEqual(['1', '2', '2']);
  expect(result.status).toBe('failed');
  expect((await flows.runs()).runs.map(({ status }) => status)).toEqual(['succeeded']);
});

test('REC-06: the result of a run that succeeded cannot recover it', async () => {
  const { next, registry } = lives(({ p, note }) => void p.customStep(note('1'), '1'));
  const { result } = await next();
  await expect(result.recover()).rejects.toMatchObject({ code: 'run-succeeded', message: "run 'r' has succeeded, so there is nothing to recover; start a new run" });
  await expect((await registry().flows.result('r'))?.recover()).rejects.toMatchObject({ code: 'run-succeeded' });
});

test('a result recovers any number of times, also an old one, and one that was read from the store', async () => {
  let failures = 4;
  const { next, registry } = lives(({ p }) => {
    p.customStep(() => {
      if (failures-- > 0) throw new Error('broken');
    }, '1');
  });
  const { result: first } = await next();
  const second = await first.recover();
  const third = await first.recover();
  const fourth = await (await registry().flows.result('r'))?.recover();
  expect([first, second, third, fourth].map((one) => one?.status)).toEqual(['failed', 'failed', 'failed', 'failed']);
  expect((await second.recover()).status).toBe('succeeded');
  await expect(first.recover()).rejects.toMatchObject({ code: 'run-succeeded' });
});

test('two results that recover at once recover once', async () => {
  const { next } = lives(({ p, calls }) => {
    p.customStep(() => {
      calls.push('1');
      if (calls.length < 2) throw new Error('broken');
    }, '1');
  });
  const { result, calls } = await next();
  const ends = await Promise.all([result.recover(), result.recover()]);
  expect(ends.map(({ status }) => status)).toEqual(['succeeded', 'succeeded']);
  expect(calls).toEqual(['1', '1']);
});

test('NEW-16: a result recovers a run that was stopped', async () => {
  const { next } = lives(({ p, note }) => void p.customStep(note('1'), '1').next(note('2'), '2'));
  const { result, calls } = await next((run) => run.on('step-started', () => run.stop()));
  expect((await result.recover()).status).toBe('succeeded');
  expect(calls).toEqual(['1', '2']);
});

test('a run that was not recorded cannot be recovered', async () => {
  const failing = (): never => {
    throw new Error('broken');
  };
  const flows = unrecorded();
  flows.registerFlow('f').process('p').customStep(failing, '1');
  const flow = flows.registerFlow('g');
  flow.process('p').customStep(failing, '1');
  const message = "run 'r' was not recorded, so it cannot be recovered; give createFlows a store, and the flow a durability other than 'none'";
  await expect((await flow.run(undefined, { runId: 'r' })).recover()).rejects.toMatchObject({ code: 'no-store', message });
  const { next } = lives(({ p }) => void p.customStep(failing, '1'), { durability: 'none' });
  await expect((await next()).result.recover()).rejects.toMatchObject({ code: 'no-store', message });
});

test('callbacks and steps see whether they go on', async () => {
  const seen: unknown[] = [];
  const see = (word: string) => (s: FlowContext | ProcessContext) => void seen.push([word, s.recovering]);
  const { next } = lives(({ flow, p, note }) => {
    flow.beforeFlow(see('before flow')).afterFlow(see('after flow'));
    flow.beforeProcess((s) => void seen.push([`before ${s.name}`, s.recovering])).afterProcess((s) => void seen.push([`after ${s.name}`, s.recovering]));
    const two = p.customStep(note('1'), '1').next((s) => {
      seen.push(['2', s.recovering]);
      note('2', 1)();
    }, '2');
    void two;
    flow.process('q').after(p).customStep((s) => void seen.push(['q', s.recovering]), 'q');
  });
  await next();
  expect(seen.splice(0)).toEqual([['before flow', false], ['before p', false], ['2', false], ['after p', false], ['after flow', false]]);
  await next();
  expect(seen).toEqual([['2', true], ['after p', true], ['before q', false], ['q', false], ['after q', false], ['after flow', true]]);
});
