import { anyOf, defineResource, failed, key, optional, settled, type Flow, type RunOptions } from 'millrace';
import type { Run } from 'millrace';
import type { DurableFlows } from '../../src/durable/durable-flows.ts';

/** What a definition reaches the outside through: everything is counted. */
export interface World {
  /** A side effect, by the path of the step or the name of the callback. */
  readonly effect: (name: string) => void;
}

export interface Scenario {
  readonly name: string;
  define(flow: Flow<number>, world: World, flows: DurableFlows): void;
  readonly options?: RunOptions;
  /** What somebody does to the run when it has begun. */
  meddle?(run: Run): void;
  /** What is asked of the run when it goes on in another process. */
  comeBack?(run: Run): void;
  /** Which values are those of a race: only the outcomes are compared. */
  readonly races?: readonly string[];
}

const total = key<number>('total');

export const scenarios: readonly Scenario[] = [
  {
    //   a ── b ── c ── d      a and c are sync, b and d async
    name: 'a chain',
    define(flow, { effect }) {
      const p = flow.process('main');
      const a = p.customStep((s) => {
        effect('a');
        s.set(total, s.input);
        return new Date(s.input);
      }, 'a');
      const b = a.next(async (s) => {
        effect('b');
        s.set(total, (s.get(total) ?? 0) + 1);
        return { at: s.result(a) };
      }, 'b');
      const c = b.next((s) => {
        effect('c');
        return [s.result(b), s.get(total)];
      }, 'c');
      c.next(async (s) => {
        effect('d');
        return new Map([['all', s.result(c)]]);
      }, 'd');
    },
  },
  {
    //        ┌─ left ──┐
    //   top ─┤         ├─ bottom ── syncAll
    //        └─ right ─┘
    name: 'a diamond',
    define(flow, { effect }) {
      const p = flow.process('main');
      const top = p.customStep((s) => (effect('top'), s.set(total, 1), 'top'), 'top');
      const left = top.next(async (s) => (effect('left'), s.set('side', 'left'), `${s.result(top)} left`), 'left');
      const right = top.next((s) => (effect('right'), s.set('side', 'right'), `${s.result(top)} right`), 'right');
      p.customStep(async (s) => (effect('bottom'), [s.result(left), s.result(right), [...s.endValues('side')], s.get(total)]), 'bottom', left, right);
      p.syncAll((s) => (effect('all'), s.set(total, 2), s.get('side')), 'all');
    },
  },
  {
    //   charge ─┬─ ship ── mail          charge fails
    //           └─ (failed) refund ── (settled) notify
    name: 'a failure with a refund',
    define(flow, { effect }) {
      const p = flow.process('main');
      const reserve = p.customStep(async () => (effect('reserve'), 7), 'reserve');
      const charge = reserve.next(async () => {
        effect('charge');
        await Promise.resolve();
        throw new RangeError('card declined', { cause: new Error('limit') });
      }, 'charge');
      const ship = p.customStep(() => effect('ship'), 'ship', charge);
      ship.next(() => effect('mail'), 'mail');
      const refund = p.customStep(async (s) => (effect('refund'), s.outcome(charge).status), 'refund', failed(charge));
      p.customStep((s) => (effect('notify'), s.outcome(refund).status), 'notify', settled(refund), settled(ship));
    },
  },
  {
    name: 'retries that wait for their time',
    define(flow, { effect }) {
      const p = flow.process('main');
      const broken = (): never => {
        throw new Error('broken');
      };
      const busy = p
        .customStep(async (s) => {
          effect('busy');
          s.set(`attempt ${s.attempt}`, s.attempt);
          if (s.attempt < 3) throw new Error(`busy ${s.attempt}`);
          return 'done';
        }, 'busy')
        .stepRetry({ retries: 5, delay: '1m' });
      p.customStep((s) => (effect('at once'), s.attempt > 1 ? 'again' : broken()), 'at-once').stepRetry(2);
      p.customStep(() => (effect('hopeless'), broken()), 'hopeless').stepRetry({ retries: 1, delay: 10 });
      p.customStep((s) => (effect('after'), s.result(busy)), 'after', busy);
    },
  },
  {
    //   first: a ── b        second: c, d after first; third after second
    name: 'two processes, one after the other',
    define(flow, { effect }) {
      const [first, second, third] = [flow.process('first'), flow.process('second'), flow.process('third')];
      first.customStep((s) => (effect('a'), s.set(total, 1)), 'a').next(async () => (effect('b'), 'b'), 'b');
      second.after(first).concurrency(1);
      const c = second.customStep(async (s) => (effect('c'), s.get(total)), 'c');
      second.customStep(() => (effect('d'), 'd'), 'd');
      third.after(second);
      third.customStep(() => effect('e'), 'e');
      third.always(() => effect('tidy'), 'tidy');
      second.customStep((s) => (effect('f'), s.result(c)), 'f', c);
    },
  },
  {
    //   ask ─┬─ gold (when false) ─┬─ card (cascade)  ── mail
    //        └─ plain              └─ box (excepted)
    name: 'conditions and what they pass over',
    define(flow, { effect }) {
      const p = flow.process('main');
      const ask = p.customStep((s) => (effect('ask'), s.set(total, s.input)), 'ask');
      const gold = p.customStep(() => effect('gold'), 'gold', ask).when(() => false);
      const box = p.customStep(async () => (effect('box'), 'box'), 'box', gold);
      const card = p.customStep(() => effect('card'), 'card', ask).gt(total, 100);
      const mail = p.customStep(() => effect('mail'), 'mail', card);
      const stamp = p.customStep(() => (effect('stamp'), 'stamp'), 'stamp', card, box);
      card.skipWithDependents({ except: [stamp] });
      p.customStep(() => effect('odd'), 'odd', ask).when(() => {
        throw new TypeError('no answer');
      });
      p.customStep(async () => effect('plain'), 'plain', ask).eq(total, 3);
      p.customStep(() => effect('last'), 'last', settled(mail));
    },
  },
  {
    name: 'callbacks at all levels',
    define(flow, { effect }, flows) {
      flows.beforeStep((s) => effect(`registry before ${s.name}`));
      flow.beforeFlow(async () => effect('before flow'), { must: true });
      flow.beforeProcess((p) => effect(`before process ${p.name}`));
      flow.beforeStep(async (s) => effect(`flow before ${s.name}`));
      flow.afterStep((s, { status }) => effect(`flow after ${s.name} ${status}`));
      flow.afterProcess(async (p, outcome) => effect(`after process ${p.name} ${outcome}`));
      flow.afterFlow((_, outcome) => effect(`after flow ${outcome}`));
      const p = flow.process('main');
      p.afterStep(async (s) => {
        effect(`process after ${s.name}`);
        if (s.name === 'c') throw new Error('after c');
      }, { must: true });
      const a = p.customStep((s) => (effect('a'), s.set(total, 4), 1), 'a').beforeStep((s) => s.set('before', 'a'));
      const b = a.next(async (s) => (effect('b'), [s.result(a), s.get('before')]), 'b').stepRetry(1);
      const c = b.next((s) => (effect('c'), s.get(total)), 'c');
      c.next(() => effect('d'), 'd');
      flow.process('other').customStep(() => {
        effect('e');
        throw new Error('e');
      }, 'e');
    },
  },
  {
    name: 'resources',
    define(flow, { effect }) {
      const pool = defineResource({
        name: 'pool',
        initialize: (_, size: number) => ({ size }),
        release: () => effect('release'),
      });
      const p = flow.process('main');
      const open = p.customStep(async (s) => (effect('open'), (await s.attach(pool, 3)).entity.size), 'open');
      open
        .next(async (s) => (effect('use'), (await s.attach(pool, 3)).entity.size), 'use')
        .next(async () => (effect('close'), 'closed'), 'close');
    },
  },
  {
    //   slow, fast ── first: anyOf(slow, fast)      lucky: optional(slow), fast
    name: 'any of two, and an optional one',
    define(flow, { effect }) {
      const p = flow.process('main');
      const slow = p.customStep(async () => {
        effect('slow');
        for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
        return 'slow';
      }, 'slow');
      const fast = p.customStep(() => (effect('fast'), 'fast'), 'fast');
      const dead = p.customStep(() => (effect('dead'), Promise.reject(new Error('dead'))), 'dead');
      p.customStep(async (s) => (effect('first'), s.results), 'first', anyOf(slow, fast, dead));
      p.customStep((s) => (effect('lucky'), s.result(slow)), 'lucky', optional(slow), fast);
      p.customStep(() => (effect('both'), 'both'), 'both', anyOf(slow, dead), anyOf(fast, dead));
    },
    races: ['main/first', 'main/lucky'],
  },
  {
    name: 'tiers',
    options: { schedule: 'tiers', concurrency: 2 },
    define(flow, { effect }) {
      const p = flow.process('main');
      for (const nth of [1, 2, 3]) p.customStep(async () => (effect(`x${nth}`), nth), `x${nth}`).next(() => effect(`y${nth}`), `y${nth}`);
      p.customStep(async () => effect('z'), 'z', 'y1');
    },
  },
  {
    name: 'fail-fast',
    options: { onFailure: 'fail-fast' },
    define(flow, { effect }) {
      const p = flow.process('main');
      const a = p.customStep(async () => (effect('a'), 1), 'a');
      p.customStep(() => {
        effect('b');
        throw new Error('b');
      }, 'b', a);
      p.customStep(() => effect('c'), 'c', 'b');
      p.always(() => effect('tidy'), 'tidy');
    },
  },
  {
    name: 'a pause and a stop',
    define(flow, { effect }) {
      const [p, q] = [flow.process('main'), flow.process('other')];
      const a = p.customStep((s) => (effect('a'), s.set(total, 1), 1), 'a');
      a.next(async () => (effect('b'), 2), 'b');
      p.always((s) => (effect('tidy'), s.get(total)), 'tidy');
      q.customStep(() => effect('c'), 'c').next(() => effect('d'), 'd');
    },
    meddle(run) {
      run.process('other').pause();
      run.on('step-ended', ({ step }) => {
        if (step === 'a') run.stop(new Error('enough'));
      });
    },
    comeBack: (run) => run.process('other').resume(),
  },
];
