import type { CallbackOptions, InternalError } from 'millrace';
import { settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { throwing } from './bench.ts';
import { logBench } from './callback-log.ts';

const broken = new Error('broken');

describe('filters by name', () => {
  test('CB-13 onlyFor lets the named flows, processes and steps through', async () => {
    const { flows, flow, p, log, note } = logBench();
    p.customStep(() => 1, 'a').next(() => 1, 'b');
    flow.process('q').after(p).customStep(() => 1, 'a');
    flows.beforeFlow(note('flow f'), { onlyFor: 'f' }).beforeFlow(note('flow g'), { onlyFor: ['g', 'h'] });
    flows.beforeProcess(note('process p'), { onlyFor: ['p'] }).beforeProcess(note('process x'), { onlyFor: 'x' });
    flows.beforeStep((s) => void log.push(s.path), { onlyFor: 'a' }).afterStep(note('nobody'), { onlyFor: [] });
    await flow.run();
    expect(log).toEqual(['flow f', 'process p', 'p/a', 'q/a']);
  });

  test('CB-14 notFor holds the named ones back, and both together do', async () => {
    const { flow, p, log } = logBench();
    p.customStep(() => 1, 'a').next(() => 1, 'b').next(() => 1, 'c');
    flow.beforeStep((s) => void log.push(s.name), { notFor: 'b' });
    flow.afterStep((s) => void log.push(`after ${s.name}`), { onlyFor: ['a', 'b'], notFor: ['a'] });
    await flow.run();
    expect(log).toEqual(['a', 'after b', 'c']);
  });

  test('names are compared in NFC', async () => {
    const { flow, p, log } = logBench();
    p.customStep(() => 1, 'é');
    flow.beforeStep((s) => void log.push(s.name), { onlyFor: 'e\u0301' });
    await flow.run();
    expect(log).toHaveLength(1);
  });

  test('one that is held back counts as done, also a must one, and has no place in the order', async () => {
    const { flow, p, log, note } = logBench();
    p.customStep(note('body'), 'a').next(() => 1, 'b');
    p.beforeStep(note('held back', broken), { must: true, onlyFor: 'b' }).beforeStep(note('fails', broken), { onlyFor: 'a' });
    const run = flow.start();
    const places: unknown[] = [];
    run.on('internal-error', ({ path, callback }) => void places.push([path, callback?.order]));
    await run.done;
    expect([log, places]).toEqual([['fails', 'body', 'held back'], [['p/a', 1], ['p/b', 1]]]);
  });
});

describe('filters by end', () => {
  // p: a (succeeds)  b (fails)   q: c (succeeds)
  test('CB-13, CB-14 when and exclude, for steps, processes and the flow', async () => {
    const { flow, p, log } = logBench();
    p.customStep(() => 1, 'a');
    p.customStep(throwing(), 'b');
    flow.process('q').customStep(() => 1, 'c');
    flow.afterStep((s) => void log.push(`when succeeded ${s.name}`), { when: 'succeeded' });
    flow.afterStep((s) => void log.push(`exclude succeeded ${s.name}`), { exclude: ['succeeded'] });
    flow.afterStep((s) => void log.push(`never ${s.name}`), { when: 'failed', exclude: 'failed' });
    flow.afterProcess((context) => void log.push(`when failed ${context.name}`), { when: ['failed', 'stopped'] });
    flow.afterProcess((context) => void log.push(`exclude failed ${context.name}`), { exclude: 'failed' });
    flow.afterFlow((context) => void log.push(`when failed ${context.name}`), { when: 'failed' });
    flow.afterFlow((context) => void log.push(`exclude failed ${context.name}`), { exclude: 'failed' });
    await flow.run();
    expect([...log].sort()).toEqual([
      'exclude failed q', 'exclude succeeded b', 'when failed f', 'when failed p', 'when succeeded a', 'when succeeded c',
    ]);
  });
});

describe('the filter if', () => {
  test('is asked each time right before, in order, after the other filters', async () => {
    const { flow, p, log, note } = logBench();
    let open = false;
    p.customStep(note('body'), 'a');
    p.beforeStep(() => void (open = true))
      .beforeStep(note('open'), { if: () => open })
      .beforeStep(note('closed'), { if: () => !open })
      .beforeStep(note('filtered'), { notFor: 'a', if: throwing() });
    await flow.run();
    await flow.run();
    expect(log).toEqual(['open', 'body', 'open', 'body']);
  });

  test.for<[string, NonNullable<CallbackOptions['if']>, string]>([
    ['throws', throwing(broken), 'broken'],
    ['returns a promise', (() => Promise.resolve(true)) as never, "the filter 'if' of a callback answered with a promise; answer with true or false"],
    ['returns a promise that rejects', (() => Promise.reject(broken)) as never, "the filter 'if' of a callback answered with a promise; answer with true or false"],
    ['returns what is neither true nor false', (() => 1) as never, "the filter 'if' of a callback answered with number; answer with true or false"],
  ])('one that %s is an event and a no', async ([, filter, message]) => {
    const { flow, p, log, note } = logBench();
    p.customStep(note('body'), 'a').beforeStep(note('held back'), { must: true, if: filter }).beforeStep(note('next'));
    const run = flow.start();
    const events: InternalError[] = [];
    run.on('internal-error', (event) => void events.push(event));
    expect((await run.done).status).toBe('succeeded');
    await settle();
    expect(log).toEqual(['next', 'body']);
    expect(events).toMatchObject([{ stage: 'callback', path: 'p/a', error: { message }, callback: { kind: 'beforeStep', level: 'step', order: 1, must: true } }]);
  });
});
