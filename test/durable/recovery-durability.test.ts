import { defineResource } from 'millrace';
import { settle, virtualClock } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { rowOf } from '../../src/durable/rows.ts';
import { lives } from './lives.ts';

const kinds = async ({ store }: ReturnType<typeof lives>): Promise<readonly (readonly string[])[] | undefined> =>
  (await store.load('r'))?.rows.map((row) => rowOf(row).entries.map(({ t }) => t));

describe("durability 'exit'", () => {
  test('keeps nothing of a run that succeeds', async () => {
    const made = lives(({ p, note }) => void p.customStep(note('1'), '1').next(note('2'), '2'), { durability: 'exit' });
    const { result, flows } = await made.next();
    await flows.idle();
    expect(result.status).toBe('succeeded');
    expect(await made.store.load('r')).toBeUndefined();
    expect((await flows.runs()).runs).toEqual([]);
  });

  test('keeps a run that fails in one row, before its end is known, and it goes on as any other', async () => {
    const made = lives(
      ({ flow, p, note }) => {
        flow.beforeFlow(note('before')).afterFlow(note('after'));
        const one = p.customStep((s) => {
          s.set('k', 'set');
          note('1')();
          return 'value';
        }, '1');
        const two = p.customStep(note('2', 1, 2), '2', one);
        p.customStep((s) => [s.result(one), s.get('k')], '3', two);
      },
      { durability: 'exit' },
    );
    const first = await made.next();
    expect(first.calls).toEqual(['before', '1', '2', 'after']);
    const [row, ...more] = (await kinds(made)) ?? [];
    expect(more).toEqual([]);
    expect(row?.slice(0, 3)).toEqual(['created', 'claimed', 'started']);
    expect(row?.at(-1)).toBe('ended');
    expect((await first.flows.runs()).runs.map(({ status }) => status)).toEqual(['failed']);
    const second = await made.next();
    expect([second.result.status, second.calls]).toEqual(['failed', ['2', 'after']]);
    expect((await kinds(made))?.map((entries) => entries[0])).toEqual(['created', 'claimed', 'recovered']);
    const third = await made.next();
    expect([third.result.status, third.calls, third.result.value('3')]).toEqual(['succeeded', ['2', 'after'], ['value', 'set']]);
    expect((await third.flows.runs()).runs.map(({ status }) => status)).toEqual(['succeeded']);
  });

  test('keeps a run that is stopped', async () => {
    const made = lives(({ p, note }) => void p.customStep(note('1'), '1').next(note('2'), '2'), { durability: 'exit' });
    const { result } = await made.next((run) => run.on('step-started', () => run.stop('enough')));
    expect([result.status, (await kinds(made))?.length]).toEqual(['stopped', 1]);
    const second = await made.next();
    expect([second.result.status, second.calls]).toEqual(['succeeded', ['2']]);
  });

  test('loses a run whose process dies: nothing was kept', async () => {
    const made = lives(({ p }) => void p.customStep(() => new Promise(() => undefined), '1'), { durability: 'exit', clock: () => virtualClock() });
    await made.begin();
    await settle();
    expect(await made.store.load('r')).toBeUndefined();
    await expect(made.registry().flows.resume('r')).rejects.toMatchObject({ code: 'unknown-run' });
  });

  test('keeps what the resources of a failed process keep', async () => {
    const made = lives(
      ({ p, note, number }) => {
        const pool = defineResource({ name: 'pool', initialize: (_, size: number) => size });
        const one = p.customStep(async (s) => void (await s.attach(pool, number)), '1');
        const two = p.customStep(note('2', 1), '2', one);
        p.customStep(async (s) => (await s.attach(pool, 9)).entity, '3', two);
      },
      { durability: 'exit' },
    );
    await made.next();
    expect((await made.next()).result.value('3')).toBe(1);
  });
});

describe("durability 'none'", () => {
  test('keeps nothing of any run', async () => {
    const made = lives(({ p, note }) => void p.customStep(note('1', 1), '1'), { durability: 'none' });
    const { result, flows } = await made.next();
    await flows.idle();
    expect(result.status).toBe('failed');
    expect((await flows.runs()).runs).toEqual([]);
    await expect(flows.resume('r')).rejects.toMatchObject({ code: 'unknown-run' });
  });
});

test('what a flow says about its durability counts more than what the registry says', async () => {
  const made = lives(({ flow, p, note }) => {
    flow.durability('exit');
    p.customStep(note('1'), '1');
  });
  const { flows } = await made.next();
  await flows.idle();
  expect((await flows.runs()).runs).toEqual([]);
});
