import { insideScenarios } from './composite-scenarios-inside.ts';
import { nestedScenarios } from './composite-scenarios-nested.ts';
import { timedScenarios } from './composite-scenarios-timed.ts';
import { type CompositeScenario, noting } from './composite-world.ts';

const someScenarios: readonly CompositeScenario[] = [
  {
    name: 'a group in a group',
    define(flow, effect) {
      const work = noting(effect);
      const p = flow.process('p');
      const outer = p.group((g) => {
        const a = g.customStep(work, 'a');
        const inner = g.group((h) => h.customStep(work, 'deep'), 'inner').after(a);
        return g.customStep(work, 'last').after(inner);
      }, 'outer');
      p.customStep(work, 'next').after(outer);
    },
  },
  {
    name: 'a case on each side',
    define(flow, effect) {
      const work = noting(effect);
      const p = flow.process('p');
      for (const [name, answer] of [['yes', true], ['no', false]] as const) {
        p.case((s) => (effect(`~ask ${s.runId} ${name}`), answer), name, (c) => c.customStep(work, 'then'), (c) => c.loopUntil((l) => l.customStep(work, 'again'), 'turns', (_, __, i) => i === 2));
      }
    },
  },
  {
    name: 'a loop with a pause, with a loop in it',
    define(flow, effect) {
      const work = noting(effect);
      flow.process('p').loopUntil(
        (l) => {
          const first = l.customStep(work, 'first');
          return l.loopUntil((m) => m.customStep(work, 'small'), 'inner', (_, __, i) => i === 2).after(first);
        },
        'outer',
        (_, __, i) => i === 3,
        { every: '30s' },
      );
    },
  },
  {
    name: 'a body that is tried again, with items in it',
    define(flow, effect) {
      const work = noting(effect);
      const p = flow.process('p');
      p.retry(
        (r) => {
          const each = r.forEach(['x/1', 'y'], 'items', (one) => one.customStep((s) => `${work(s)} ${s.result(one.item)}`, 'handle'));
          return r.customStep((s) => {
            effect(s.idempotencyKey);
            throw new Error('again');
          }, 'fail').after(each);
        },
        'tried',
        { retries: 2, delay: '30s' },
      );
      p.always((s) => work(s), 'end');
    },
  },
  {
    name: 'items two at a time, with groups in them',
    define(flow, effect) {
      const work = noting(effect);
      const p = flow.process('p');
      const list = p.customStep(() => [1, 2, 3, 4], 'list');
      const each = p.forEach(list, 'each', (one) => one.group((g) => g.customStep((s) => `${work(s)} ${s.result(one.index)}`, 'in'), 'group'), { concurrency: 2 });
      p.customStep((s) => s.result(each), 'all').after(each);
    },
  },
  {
    name: 'items of an async iterable, of which some fail',
    define(flow, effect) {
      const work = noting(effect);
      const p = flow.process('p');
      async function* items() {
        yield* ['a', 'b', 'c'];
      }
      p.forEach(() => items(), 'each', (one) => one.customStep((s) => {
        work(s);
        if (s.result(one.item) === 'b') throw new Error('not b');
        return s.result(one.item);
      }, 'take'), { onError: 'collect', key: (item) => item });
    },
  },
  {
    name: 'waits',
    define(flow, effect) {
      const work = noting(effect);
      const p = flow.process('p');
      const slept = p.sleep(() => '30s', 'nap');
      p.group((g) => {
        const until = g.sleepUntil(120_000, 'until');
        return g.customStep(work, 'woken').after(until);
      }, 'group').after(slept);
    },
  },
  {
    name: 'a flow that is called in a loop',
    define(flow, effect, { flows }) {
      const work = noting(effect);
      const other = flows.registerFlow<number>('other');
      const q = other.process('q');
      const one = q.customStep((s) => `${work(s)} ${String(s.input)}`, 'one');
      q.group((g) => g.customStep(work, 'two'), 'both').after(one);
      const p = flow.process('p');
      p.loopUntil((l) => {
        const called = l.call(other, 'call', (s) => s.input + 1);
        return l.customStep((s) => `${work(s)} ${s.result(called).outcome('q/one').status}`, 'read').after(called);
      }, 'loop', (_, __, i) => i === 2);
      const last = p.call(other, 'last', () => 7);
      p.customStep((s) => `${work(s)} ${s.result(last).status}`, 'status').after(last);
    },
  },
];

export const compositeScenarios: readonly CompositeScenario[] = [...someScenarios, ...timedScenarios, ...insideScenarios, ...nestedScenarios];
