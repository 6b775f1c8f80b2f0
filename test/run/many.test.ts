import { key, type StepContext } from 'millrace';
import { describe, expect, test } from 'vitest';
import { bench, hands, pass, recorded, tracer } from './bench.ts';

/** The most steps that one process of LightFlow can hold. */
const many = 62;
const names = Array.from({ length: many }, (_, index) => `s${index}`);

describe('many steps', () => {
  test('ARR-19 a hundred processes of 62 steps run four times', async () => {
    const { flow } = bench();
    let ran = 0;
    const work = Object.fromEntries(names.map((name) => [name, () => (ran += 1)]));
    for (let process = 0; process < 100; process += 1) flow.process(`p${process}`).parallel(work);
    for (let round = 0; round < 4; round += 1) expect((await flow.run()).status).toBe('succeeded');
    expect(ran).toBe(4 * 100 * many);
  });

  test('ARR-20 62 roots all run', async () => {
    const { flow, p } = bench();
    const { log, trace } = tracer();
    for (const name of names) p.customStep(trace, name);
    await flow.run();
    expect(log).toEqual(names);
  });

  // Events stand for the callbacks of the original: one before and one after each step.
  test('ARR-21 62 roots give 62 starts, 62 calls and 62 ends', async () => {
    const { flow, p } = bench();
    let count = 0;
    for (const name of names) p.customStep(() => (count += 1), name);
    const run = flow.start();
    run.on('step-started', () => void (count += 1));
    run.on('step-ended', () => void (count += 1));
    await run.done;
    expect(count).toBe(3 * many);
  });

  test('ARR-22 20 chains of three run 60 steps', async () => {
    const { flow, p } = bench();
    const { log, trace } = tracer();
    for (let chain = 0; chain < 20; chain += 1) p.customStep(trace, `a${chain}`).next(trace, `b${chain}`).next(trace, `c${chain}`);
    await flow.run();
    expect(log).toHaveLength(60);
    for (let chain = 0; chain < 20; chain += 1) {
      expect([`a${chain}`, `b${chain}`, `c${chain}`].map((name) => log.indexOf(name)).toSorted((a, b) => a - b)).toEqual(
        [`a${chain}`, `b${chain}`, `c${chain}`].map((name) => log.indexOf(name)),
      );
    }
  });

  // Events stand for the callbacks of the original.
  test('ARR-23 a hundred processes of 62 steps give 18,600 starts, calls and ends', async () => {
    const { flow } = bench();
    let count = 0;
    const work = Object.fromEntries(names.map((name) => [name, () => (count += 1)]));
    for (let process = 0; process < 100; process += 1) flow.process(`p${process}`).parallel(work);
    const run = flow.start();
    run.on('step-started', () => void (count += 1));
    run.on('step-ended', () => void (count += 1));
    await run.done;
    expect(count).toBe(18_600);
  });

  test('ARR-24 a thousand runs of one flow at once do not mix', async () => {
    const { flow, p } = bench<number>();
    let ran = 0;
    for (const name of names) {
      p.customStep(async (s) => {
        ran += 1;
        return s.input;
      }, name);
    }
    const results = await Promise.all(Array.from({ length: 1_000 }, (_, input) => flow.run(input)));
    expect(ran).toBe(62_000);
    expect(results.every((result, input) => result.status === 'succeeded' && result.value('s0') === input && result.value('s61') === input)).toBe(true);
    expect(new Set(results.map((result) => result.runId)).size).toBe(1_000);
  });

  test('ARR-25 61 steps read the key of their root and set their own', async () => {
    const { flow, p } = bench();
    const shared = key<string>('shared');
    const root = p.customStep((s) => s.set(shared, 'from the root'), 'root');
    for (const name of names.slice(1)) {
      root.next((s) => {
        const seen = s.get(shared);
        s.set(shared, name);
        return [seen, s.get(shared)];
      }, name);
    }
    const result = await flow.run();
    for (const name of names.slice(1)) expect(result.value(name)).toEqual(['from the root', name]);
  });

  test('ARR-26 62 roots read the input and set the same key without seeing one another', async () => {
    const { flow, p } = bench<{ readonly word: string }>();
    for (const name of names) {
      p.customStep((s) => {
        const seen = s.get('word');
        s.set('word', name);
        return [seen, s.get('word')];
      }, name);
    }
    const result = await flow.run({ word: 'given' });
    for (const name of names) expect(result.value(name)).toEqual(['given', name]);
  });

  //   p: a ── b ── c ── d        q: e ── f ── g
  test('ARR-27 a run ends after the last of its processes', async () => {
    const { flow, p } = bench();
    const { a, b, c, d, e, f, g } = hands('a', 'b', 'c', 'd', 'e', 'f', 'g');
    p.follow(a, b, c, d);
    flow.process('q').follow(e, f, g);
    const run = flow.start();
    const events = recorded(run);
    for (const step of [e, f, g, a, b, c]) await pass(run, step);
    await d.started(run.done);
    expect([run.status, run.process('q').status]).toEqual(['running', 'succeeded']);
    d.calls[0]?.succeed();
    const result = await run.done;
    expect(result.timeline).toHaveLength(7);
    expect(events.filter((event) => event.type === 'process-ended').map((event) => event.process)).toEqual(['q', 'p']);
  });

  test('CTRL-05 five runs with different inputs do not mix', async () => {
    const { flow, p } = bench<{ readonly counter: number }>();
    const count = (s: StepContext<{ readonly counter: number }>): void => s.set('counter', (s.get<number>('counter') ?? 0) + 1);
    let last = p.customStep(count, 'c0');
    for (let index = 1; index < 6; index += 1) last = last.next(async (s) => count(s), `c${index}`) as typeof last;
    const end = last.next((s) => s.get('counter'), 'end');
    const results = await Promise.all([0, 100, 200, 300, 400].map((counter) => flow.run({ counter })));
    expect(results.map((result) => result.value(end))).toEqual([6, 106, 206, 306, 406]);
  });

  test('NEW-28 a process holds more than 62 steps', async () => {
    const { flow, p } = bench();
    const { log, trace } = tracer();
    for (let index = 0; index < 500; index += 1) p.customStep(trace, `n${index}`);
    p.syncAll(trace, 'end');
    await flow.run();
    expect([log.length, log.at(-1)]).toEqual([501, 'end']);
  });
});
