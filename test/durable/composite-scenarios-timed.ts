import { failed } from 'millrace';
import { type CompositeScenario, noting } from './composite-world.ts';

/** Waits, and what ends by its time. A crash takes a millisecond. */
export const timedScenarios: readonly CompositeScenario[] = [
  {
    name: 'conditions that are asked again and again',
    define(flow, effect, { now }) {
      const work = noting(effect);
      const p = flow.process('p');
      const slow = p.waitFor((s) => (effect(`~ask ${s.path}`), now() >= 75_500), 'slow', { every: '20s' });
      p.customStep(work, 'next').after(slow);
      p.group((g) => {
        const late = g.waitFor(async (s) => Promise.resolve((effect(`~ask ${s.path}`), now() >= 30_500)), 'late', { every: '20s', timeout: '2m' });
        return g.customStep(work, 'then').after(late);
      }, 'group');
      const never = p.waitFor(() => false, 'never', { every: '20s', timeout: '50s' });
      p.customStep((s) => `${work(s)} ${s.outcome(never).status}`, 'given up', failed(never));
    },
  },
  {
    name: 'sleeps of all kinds',
    define(flow, effect) {
      const work = noting(effect);
      const p = flow.process('p');
      const constant = p.sleep('30s', 'constant');
      const asked = p.sleep((s) => (effect(`~ask ${s.path}`), '40s'), 'asked').after(constant);
      const promised = p.sleepUntil((s) => (effect(`~ask ${s.path}`), new Date(200_000)), 'promised').after(asked);
      p.loopUntil(
        (l) => {
          const nap = l.sleep(5_000, 'nap');
          return l.customStep(work, 'woken').after(nap);
        },
        'naps',
        (_, __, i) => i === 3,
      ).after(promised);
      p.sleep(0, 'none');
    },
  },
  {
    name: 'a composite step whose time is up',
    define(flow, effect) {
      const work = noting(effect);
      const p = flow.process('p');
      const group = p.group((g) => {
        const before = g.customStep(work, 'before');
        const long = g.sleep('5m', 'long').after(before);
        return g.customStep(work, 'never').after(long);
      }, 'group').stepTimeout('70s');
      p.customStep((s) => `${work(s)} ${s.outcome(group).status}`, 'late', failed(group));
      const loop = p.loopUntil((l) => l.customStep(work, 'turn'), 'loop', () => false, { every: '30s' }).stepTimeout('100s');
      p.customStep(work, 'after the loop', failed(loop));
      p.always(work, 'end');
    },
  },
  {
    name: 'a process and a called flow whose time is up',
    define(flow, effect, { flows }) {
      const work = noting(effect);
      const other = flows.registerFlow<number>('other').flowTimeout('50s');
      const q = other.process('q');
      q.sleep('5m', 'long');
      q.customStep(work, 'quick');
      q.always(work, 'end');
      const timed = flow.process('timed').processTimeout('100s');
      timed.loopUntil((l) => l.customStep(work, 'turn'), 'loop', () => false, { every: '30s' });
      const p = flow.process('p');
      const called = p.call(other, 'call', () => 1);
      p.customStep(work, 'late', failed(called));
    },
  },
  {
    name: 'a flow whose time is up',
    define(flow, effect) {
      const work = noting(effect);
      flow.flowTimeout('100s');
      const p = flow.process('p');
      p.loopUntil((l) => l.group((g) => g.customStep(work, 'turn'), 'group'), 'loop', () => false, { every: '30s' });
      p.always(work, 'end');
    },
  },
  {
    name: 'bodies that are tried again, later or when somebody says so',
    define(flow, effect) {
      const work = noting(effect);
      const p = flow.process('p');
      const fails = (s: Parameters<typeof work>[0]): never => {
        work(s);
        throw new Error('again');
      };
      p.retry((r) => {
        r.customStep(work, 'good');
        r.customStep(fails, 'fail');
      }, 'tried', { retries: 3, delay: '30s', backoff: 'exponential' });
      p.retry((r) => void r.customStep(fails, 'fail'), 'tried by hand', (_, error, attempt) => {
        effect(`~ask ${attempt}`);
        return Promise.resolve(error.message === 'again' && attempt < 3);
      });
      p.retry((r) => r.customStep((s) => (work(s), s.get('asked')), 'good'), 'tried once', 5);
    },
  },
  {
    name: 'steps in a body that are tried again and have a time',
    define(flow, effect, { now }) {
      const p = flow.process('p');
      p.group((g) => {
        const flaky = g.customStep((s) => {
          effect(`~${s.idempotencyKey}`); // what a crash has cut off was an attempt too
          if (s.attempt < 3) throw new Error(`attempt ${s.attempt}`);
          return 'done';
        }, 'flaky').stepRetry({ retries: 4, delay: '20s' });
        g.customStep(({ signal, idempotencyKey }) => {
          effect(`~${idempotencyKey}`);
          return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
        }, 'hangs').stepTimeout('10s').stepRetry(1);
        return flaky;
      }, 'group');
      p.customStep(() => now() < 0, 'beside');
    },
  },
];
