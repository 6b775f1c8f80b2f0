import { defineResource, key, settled } from 'millrace';
import { type CompositeScenario, noting } from './composite-world.ts';

const typed = key<string>('typed');

/** What stands in bodies and around composite steps. */
export const insideScenarios: readonly CompositeScenario[] = [
  {
    name: 'callbacks around composite steps, and inside of them',
    define(flow, effect, { flows }) {
      const work = noting(effect);
      const other = flows.registerFlow<number>('other');
      const say = (word: string) => ({ path, name }: { readonly path?: string; readonly name: string }): void => effect(`${word} ${path ?? name}`);
      other.beforeFlow(say('before flow')).afterFlow(say('after flow')).beforeProcess(say('before process')).afterProcess(say('after process'));
      other.process('q').beforeStep(say('before in q')).afterStep(say('after in q')).customStep(work, 'one');
      const p = flow.process('p').beforeStep(say('before')).afterStep(say('after'));
      p.group((g) => g.group((h) => h.customStep(work, 'deep').beforeStep(say('own')), 'inner'), 'group').beforeStep(say('own')).afterStep(say('own, after'));
      p.loopUntil((l) => l.call(other, 'call', (s) => s.input), 'loop', (_, __, i) => i === 2).when(() => true).afterStep(say('own, after'));
      p.forEach(['a', 'b'], 'each', (each) => each.customStep(work, 'take'), { key: (item) => item }).beforeStep(async ({ path }) => effect(`own ${path}`));
      p.sleep('10s', 'nap').beforeStep(say('own')).afterStep(async ({ path }) => effect(`own, after ${path}`));
      flow.process('z').after(p).group((g) => g.customStep(work, 'skipped'), 'not').when(() => false);
    },
  },
  {
    name: 'a callback after a composite step that fails, until somebody mends it',
    heals: true,
    define(flow, effect, { isBroken, flows }) {
      const work = noting(effect);
      const other = flows.registerFlow<number>('other');
      const must = { must: true } as const;
      const breaks = (): void => {
        if (isBroken) throw new Error('broken');
      };
      other.process('q').afterProcess(breaks, must).customStep(work, 'one');
      const p = flow.process('p');
      const group = p.group((g) => g.customStep(work, 'in'), 'group').afterStep(breaks, must);
      const before = p.group((g) => g.customStep(work, 'in'), 'other group').beforeStep(breaks, must);
      p.loopUntil((l) => l.call(other, 'call', () => 1), 'loop', (_, __, i) => i === 2);
      p.customStep(work, 'last').after(group, before);
    },
  },
  {
    name: 'resources that steps in bodies and in called flows attach',
    define(flow, effect, { flows }) {
      const work = noting(effect);
      const pool = defineResource({
        name: 'pool',
        initialize: ({ process }, from: string) => (effect(`~initialize ${process}`), `${process} of ${from}`),
        suspend: ({ process }) => effect(`~suspend ${process}`),
        recover: ({ process }) => effect(`~recover ${process}`),
        release: ({ process }) => effect(`~release ${process}`),
      });
      const other = flows.registerFlow<number>('other');
      const q = other.process('q');
      const one = q.customStep(async (s) => `${work(s)} ${(await s.attach(pool, 'one')).entity}`, 'one');
      q.group((g) => g.customStep((s) => `${work(s)} ${s.acquire(pool)?.entity ?? 'none'}`, 'two'), 'group').after(one);
      const p = flow.process('p');
      const first = p.group((g) => g.customStep(async (s) => `${work(s)} ${(await s.attach(pool, 'one')).entity}`, 'in'), 'group');
      p.loopUntil((l) => l.call(other, 'call', () => 1), 'loop', (_, __, i) => i === 2).after(first);
      p.forEach([1, 2], 'each', (each) => each.customStep(async (s) => `${work(s)} ${(await s.attach(pool, 'one')).entity}`, 'use')).after(first);
    },
  },
  {
    name: 'items of which one fails and ends the others, until somebody mends it',
    heals: true,
    define(flow, effect, { isBroken }) {
      const work = noting(effect);
      const p = flow.process('p');
      const each = p.forEach(
        () => Promise.resolve(['a', 'b', 'c', 'd']),
        'each',
        (one) => {
          const nap = one.sleep((s) => (s.result(one.item) === 'b' ? '10s' : '30s'), 'nap');
          return one.customStep((s) => {
            work(s);
            if (isBroken && s.result(one.item) === 'b') throw new Error('not b');
            return `${s.result(one.item)} ${s.result(one.index)}`;
          }, 'take').after(nap);
        },
        { concurrency: 3, key: (item) => item },
      );
      p.customStep((s) => s.result(each).join(), 'all').after(each);
    },
  },
  {
    name: 'bodies that fail, until somebody mends them',
    heals: true,
    define(flow, effect, { isBroken, flows }) {
      const work = noting(effect);
      const mendable = (s: Parameters<typeof work>[0]): string => {
        if (isBroken) {
          effect(`~${s.path}`);
          throw new Error(`broken: ${s.path}`);
        }
        return work(s);
      };
      const other = flows.registerFlow<number>('other');
      const q = other.process('q');
      q.customStep(mendable, 'two').after(q.customStep(work, 'one'));
      const p = flow.process('p');
      p.call(other, 'call', () => Promise.resolve(1));
      p.case(() => Promise.resolve(true), 'case', (c) => c.customStep(mendable, 'mend').after(c.customStep(work, 'good')));
      p.loopUntil((l) => l.customStep((s) => (s.idempotencyKey.includes('#2') ? mendable(s) : work(s)), 'turn'), 'loop', (_, __, i) => i === 3);
      p.retry((r) => r.customStep(mendable, 'mend').after(r.customStep(work, 'good')), 'tried', { retries: 1, delay: '5s' });
      p.forEach(['a', 'b'], 'each', (each) => each.group((g) => g.customStep((s) => (s.result(each.item) === 'a' ? mendable(s) : work(s)), 'use'), 'group'), { concurrency: 1 });
      p.group((g) => {
        g.customStep(mendable, 'mend');
        g.always((s) => effect(`~${s.path}`), 'end');
      }, 'group');
    },
  },
  {
    name: 'async iterables that are opened again, and pass over or leave out what is known',
    define(flow, effect) {
      const work = noting(effect);
      const p = flow.process('p');
      async function* from(first: number): AsyncGenerator<number> {
        for (let item = first; item < 4; item++) {
          await Promise.resolve();
          yield item;
        }
      }
      p.forEach(() => from(0), 'skip', (each) => each.customStep((s) => `${work(s)} ${s.result(each.item)}`, 'use'));
      p.forEach((_, known) => (effect('~opened'), from(known)), 'resume', (each) => each.group((g) => g.customStep((s) => `${work(s)} ${s.result(each.item)}`, 'use'), 'group'), { replay: 'resume', concurrency: 2 });
      p.forEach(() => from(4), 'none', (each) => each.customStep(work, 'use'));
      p.forEach(() => Promise.resolve(new Set(['x', 'y'])), 'set', (each) => each.customStep((s) => s.result(each.item), 'use'), { replay: 'resume' });
    },
  },
  {
    name: 'keys that are set inside',
    define(flow, effect, { flows }) {
      const work = noting(effect);
      const other = flows.registerFlow<number>('other');
      const q = other.process('q');
      const sets = q.customStep((s) => s.set('mine', work(s)), 'sets');
      q.customStep((s) => `${work(s)} ${String(s.get('mine'))} ${String(s.get('outer'))}`, 'reads').after(sets);
      const p = flow.process('p');
      const first = p.customStep((s) => {
        s.set('outer', work(s));
        s.set(typed, 'secret');
      }, 'first');
      const loop = p.loopUntil(
        (l) => {
          const inner = l.customStep((s) => {
            s.set('mine', `${work(s)} before ${String(s.get('mine'))}`);
            s.set(typed, `${s.get(typed) ?? 'none'}!`);
          }, 'inner');
          return l.group((g) => g.customStep((s) => [work(s), s.get('mine'), s.get('outer'), s.get(typed)], 'reads'), 'group').after(inner);
        },
        'loop',
        (s, _, i) => (s.set('turns', i), i === 2),
      ).after(first);
      p.call(other, 'call', (s) => (s.set('asked', 'yes'), 1)).after(first);
      p.customStep((s) => [work(s), s.get('mine'), s.get('turns'), s.get('outer'), s.get(typed)], 'last').after(loop);
    },
  },
  {
    name: 'keys that are set around bodies, and by what decides',
    define(flow, effect, { flows }) {
      const work = noting(effect);
      const other = flows.registerFlow<number>('other');
      other.process('q').customStep((s) => `${work(s)} ${s.input}`, 'one');
      const p = flow.process('p');
      const reads = (s: Parameters<typeof work>[0]): unknown => [work(s), s.get('before'), s.get('asked'), s.get(typed)];
      const made = [
        p.group((g) => g.customStep(reads, 'reads'), 'group'),
        p.case((s) => (s.set('asked', 'case'), true), 'case', (c) => c.customStep(reads, 'reads')),
        p.call(other, 'call', (s) => (s.set('asked', 'call'), s.set(typed, 'secret'), 1)),
        p.loopUntil((l) => l.customStep(reads, 'reads'), 'loop', (s, _, i) => (s.set('asked', `${String(s.get('asked'))} ${i}`), i === 3), { every: '5s' }),
        p.forEach((s) => (s.set('asked', 'each'), ['a', 'b']), 'each', (each) => each.customStep(reads, 'reads')),
        p.sleep((s) => (s.set('asked', 'sleep'), '20s'), 'sleep'),
        p.retry((r) => void r.customStep((s) => Promise.reject(new Error(work(s))), 'fails'), 'tried', (s, _, attempt) => (s.set('asked', attempt), attempt < 3)),
      ];
      for (const step of made) step.beforeStep((s) => s.set('before', s.name));
      p.customStep((s) => [work(s), ...made.map((step) => [s.getByStep(step, 'before'), s.getByStep(step, 'asked'), s.getByStep(step, typed)])], 'last', ...made.map((step) => settled(step)));
    },
  },
  {
    name: 'always steps in bodies',
    define(flow, effect, { flows }) {
      const work = noting(effect);
      const other = flows.registerFlow<number>('other');
      const q = other.process('q');
      q.customStep((s) => Promise.reject(new Error(work(s))), 'fails');
      q.always(work, 'end');
      const p = flow.process('p');
      p.group((g) => {
        g.customStep((s) => Promise.reject(new Error(work(s))), 'fails');
        const end = g.always(work, 'end');
        g.always(work, 'last').after(end);
        g.group((h) => {
          h.sleep('10s', 'nap');
          return h.always(work, 'deep');
        }, 'inner');
      }, 'group');
      p.loopUntil((l) => l.always(work, 'end'), 'loop', (_, value, i) => value.length > 0 && i === 2);
      p.call(other, 'call', () => 1);
      p.always(work, 'end');
    },
  },
];
