import { createFlows, memoryStore, settled, type Flow, type FlowResult, type Run, type StepContext } from 'millrace';
import { settle, virtualClock, type VirtualClock } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import type { DurableFlows } from '../../src/durable/durable-flows.ts';
import type { Store } from '../../src/durable/store.ts';
import { cutsOf, entriesOf } from './cuts.ts';

const lease = 30_000;

interface Life {
  readonly flow: Flow<undefined>;
  readonly flows: DurableFlows;
  readonly clock: VirtualClock;
  readonly calls: string[];
  readonly number: number;
}

/** Processes that follow one another on the same store; each one that is left dies. */
interface Deaths {
  readonly store: Store;
  readonly next: (options?: object) => Promise<Life & { readonly run: Run }>;
}

function deaths(define: (life: Life) => void): Deaths {
  const store = memoryStore();
  let number = 0;
  return {
    store,
    async next(options = {}) {
      number += 1;
      const clock = virtualClock((number - 1) * 2 * lease);
      const flows = createFlows({ store, owner: `owner ${number}`, clock, random: () => 0.5 });
      const life = { flow: flows.registerFlow<undefined>('f'), flows, clock, calls: [], number };
      define(life);
      const run = number === 1 ? life.flow.start(undefined, { runId: 'r', ...options }) : await flows.resume('r');
      await settle();
      return { ...life, run };
    },
  };
}

async function ended({ run, clock }: Life & { readonly run: Run }): Promise<FlowResult> {
  let result: FlowResult | undefined;
  void run.done.then((one) => (result = one));
  for (let moves = 0; moves < 50; moves++) {
    await settle();
    if (result !== undefined) return result;
    if (!(await clock.advanceToNext())) break;
  }
  throw new Error('the run does not end');
}

async function entries(store: Store): Promise<readonly string[]> {
  const { rows } = (await store.load('r'))!;
  return entriesOf(cutsOf(rows).at(-1)!.facts).map((entry) => ('p' in entry ? `${entry.t} ${entry.p}` : entry.t));
}

const untilAborted = ({ signal }: StepContext<undefined>): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });

describe('a run that was stopped when its process died', () => {
  test('goes on until what is at work in bodies has ended, also when its grace is over', async () => {
    const { store, next } = deaths(({ flow, calls, number }) => {
      flow.process('p').group((g) => {
        g.customStep(untilAborted, 'long');
        const end = g.always(() => (calls.push('end'), number === 1 ? new Promise(() => undefined) : undefined), 'end');
        g.always(() => void calls.push('last'), 'last').after(end);
      }, 'group');
    });
    const first = await next({ grace: 1_000 });
    first.run.stop('enough', { mode: 'abort' });
    await settle(); // it dies while the first always step is at work
    const second = await next();
    const result = await ended(second);
    expect([result.status, second.calls, result.abandoned]).toEqual(['stopped', ['end', 'last'], []]);
    expect(await entries(store)).toContain('succeeded p/group/last');
    expect((await entries(store)).filter((entry) => entry.startsWith('latched'))).toEqual(['latched ']); // that follows for the body
  });

  test('ends the items of an async iterable that were at work, although no more are taken', async () => {
    const { store, next } = deaths(({ flow, calls }) => {
      async function* items(): AsyncGenerator<string> {
        yield* ['a', 'b'];
        await new Promise(() => undefined);
      }
      flow.process('p').forEach(items, 'each', (each) => {
        each.customStep((s) => untilAborted(s), 'long');
        each.always((s) => void calls.push(`end ${s.result(each.item)}`), 'end');
      }, { concurrency: 2 });
    });
    const first = await next();
    expect(first.run.status).toBe('running');
    const second = await next();
    second.run.stop('enough', { mode: 'abort' });
    const result = await ended(second);
    expect([result.status, second.calls]).toEqual(['stopped', ['end a', 'end b']]);
    expect((await entries(store)).filter((entry) => entry.startsWith('stopped'))).toEqual(['stopped p/each/0/long', 'stopped p/each/1/long', 'stopped p/each/0', 'stopped p/each/1', 'stopped p/each']);
  });

  test('lets always steps of a body begin when an attempt that was to come is given up', async () => {
    const { next } = deaths(({ flow, calls }) => {
      flow.process('p').group((g) => {
        g.customStep(() => Promise.reject(new Error('once more')), 'flaky').stepRetry({ retries: 3, delay: '10m' });
        g.always(() => void calls.push('end'), 'end');
      }, 'group');
    });
    await next();
    const second = await next();
    second.run.pause();
    await settle();
    second.run.stop('enough');
    expect([(await ended(second)).status, second.calls]).toEqual(['stopped', ['end']]);
  });
});

describe('a run that fails fast', () => {
  test('lets bodies end that had failed in a pause', async () => {
    const { next } = deaths(({ flow, calls }) => {
      const p = flow.process('p');
      p.customStep(() => new Promise((_, reject) => setImmediate(() => setImmediate(() => reject(new Error('late'))))), 'late');
      p.group((g) => {
        g.customStep(() => new Promise((_, reject) => setImmediate(() => reject(new Error('early')))), 'early');
        g.always(() => void calls.push('end'), 'end');
      }, 'group');
    });
    const first = await next({ onFailure: 'fail-fast' });
    first.run.pause();
    const result = await ended(first);
    expect([result.status, first.calls]).toEqual(['failed', ['end']]);
  });
});

describe('a called flow', () => {
  test('keeps its result when the process dies during callbacks after the call', async () => {
    const { store, next } = deaths(({ flow, flows, number, calls }) => {
      const other = flows.registerFlow<undefined>('other');
      other.process('q').customStep(() => 'value', 'one');
      const p = flow.process('p');
      const called = p.call(other, 'call', () => undefined).afterStep((_, outcome) => {
        calls.push(outcome.status === 'succeeded' ? String((outcome.value).value('one')) : outcome.status);
        return number === 1 ? new Promise<void>(() => undefined) : undefined;
      });
      p.customStep((s) => s.result(called).value('one'), 'read').after(called);
    });
    expect((await next()).calls).toEqual(['value']);
    const second = await next();
    expect((await ended(second)).value('read')).toBe('value');
    expect(second.calls).toEqual(['value']);
    const { rows } = (await store.load('r'))!;
    const ends = entriesOf(cutsOf(rows).at(-1)!.facts).filter((entry) => entry.t === 'succeeded' && entry.p === 'p/call');
    expect(ends).toEqual([{ t: 'succeeded', p: 'p/call' }]); // its value is made of what is recorded inside
  });
});

test('a called flow has its time again after a recovery, and no more than that when it is interrupted', async () => {
  const { next } = deaths(({ flow, flows, number, calls }) => {
    const other = flows.registerFlow<undefined>('other').flowTimeout('30s');
    const q = other.process('q');
    q.customStep(() => {
      calls.push('one');
      if (number === 1) throw new Error('broken');
    }, 'one').next((s) => untilAborted(s), 'two');
    flow.process('p').call(other, 'call', () => undefined);
  });
  expect((await ended(await next())).status).toBe('failed');
  const second = await next(); // a minute later
  await second.clock.advance('29s');
  expect([second.run.status, second.calls]).toEqual(['running', ['one']]);
  const third = await next();
  const { status, endedAt } = await ended(third);
  expect([status, endedAt]).toEqual(['failed', 4 * lease]); // it dies with a second left, and goes on when that is over
});

test('a process of a called flow whose time was up stays closed, also when it has more of it now', async () => {
  const { store, next } = deaths(({ flow, flows, calls, number }) => {
    const other = flows.registerFlow<undefined>('other');
    const q = other.process('q').processTimeout(number === 1 ? '10s' : '1d');
    q.customStep(() => void calls.push('next'), 'next').after(settled(q.customStep(untilAborted, 'long')));
    q.always(() => (number === 1 ? new Promise(() => undefined) : void calls.push('end')), 'end');
    flow.process('p').call(other, 'call', () => undefined);
  });
  const first = await next();
  await first.clock.advance('10s');
  expect(await entries(store)).toContain('latched p/call/q');
  const second = await next();
  expect([(await ended(second)).status, second.calls]).toEqual(['failed', ['end']]);
});

test('a step in the body of a called flow knows after an interruption that it was the time of that flow that was up first', async () => {
  const seen: string[] = [];
  const { store, next } = deaths(({ flow, flows, number }) => {
    const inner = flows.registerFlow<undefined>('inner').flowTimeout('10s');
    const outer = flows.registerFlow<undefined>('outer').flowTimeout('20s');
    inner.process('r').group((g) => {
      const long = g.customStep(untilAborted, 'long');
      g.always((s) => {
        const outcome = s.outcome(long);
        if (number === 2 && outcome.status === 'stopped') seen.push(String(outcome.reason));
        return number === 1 ? new Promise(() => undefined) : undefined;
      }, 'end').after(settled(long));
    }, 'group');
    outer.process('q').call(inner, 'call', () => undefined);
    flow.process('p').call(outer, 'call', () => undefined);
  });
  const first = await next();
  await first.clock.advance('20s');
  expect((await entries(store)).filter((entry) => entry.startsWith('latched'))).toEqual(['latched p/call/q/call', 'latched p/call']);
  await ended(await next());
  expect(seen).toMatchObject([expect.stringContaining("flow 'inner' took longer")]);
});

describe('a called flow in which nothing has started, because of a pause', () => {
  function paused(): Deaths & { readonly answer: () => void } {
    let answer: (input: undefined) => void = () => undefined;
    const { store, next } = deaths(({ flow, flows, calls }) => {
      const other = flows.registerFlow<undefined>('other').flowTimeout('10s');
      const q = other.process('q');
      q.customStep(() => void calls.push('never'), 'never');
      q.always(() => void calls.push('end'), 'end');
      flow.process('p').call(other, 'call', () => new Promise<undefined>((resolve) => (answer = resolve)));
    });
    return { store, next, answer: () => answer(undefined) };
  }

  test('is closed once when its time is up', async () => {
    const { store, next, answer } = paused();
    const first = await next();
    first.run.pause();
    answer();
    await settle();
    await first.clock.advance('10s');
    await settle();
    const second = await next();
    await second.clock.advance('10s');
    second.run.resume();
    expect([(await ended(second)).status, second.calls]).toEqual(['failed', ['end']]);
    expect((await entries(store)).filter((entry) => entry.startsWith('latched'))).toEqual(['latched p/call']);
  });

  test('has its time from the moment at which it was called', async () => {
    const { next, answer } = paused();
    const first = await next();
    first.run.pause();
    answer();
    await settle();
    const second = await next();
    second.run.resume();
    expect([(await ended(second)).status, second.calls]).toEqual(['failed', ['end']]);
  });
});

test.each([['cannot be had again', (): never => { throw new Error('gone'); }], ['is no list any more', (): undefined => undefined]])(
  'items that were at work are ended when their iterable %s',
  async (_, gone) => {
    const { next } = deaths(({ flow, number, calls }) => {
      async function* items(): AsyncGenerator<string> {
        yield* ['a', 'b'];
        await new Promise(() => undefined);
      }
      flow.process('p').forEach((number === 1 ? items : gone) as typeof items, 'each', (each) => {
        each.customStep((s) => untilAborted(s), 'long');
        each.always((s) => void calls.push(`end ${s.result(each.item)}`), 'end');
      }, { concurrency: 3 });
    });
    await next();
    const second = await next();
    expect([(await ended(second)).status, second.calls]).toEqual(['failed', ['end a', 'end b']]);
  },
);

test('the result of a flow that was called is the value of an item, also when a callback after the call broke it off', async () => {
  const { store, next } = deaths(({ flow, flows, number, calls }) => {
    const other = flows.registerFlow<undefined>('other').afterFlow(() => void calls.push('after other'));
    other.process('q').customStep(() => 'value', 'one');
    const p = flow.process('p');
    const each = p.forEach(['a'], 'each', (one) => one.call(other, 'call', () => undefined).afterStep(() => {
      if (number === 1) throw new Error('broken');
    }, { must: true }));
    p.customStep((s) => s.result(each).map((result) => result.value('one')), 'read').after(each);
  });
  expect((await ended(await next())).status).toBe('failed');
  const second = await next();
  const result = await ended(second);
  expect([result.errors, result.value('read'), second.calls]).toEqual([[], ['value'], []]); // the flow had ended well
  expect(await entries(store)).toContain('succeeded p/each/0');
});

test('that a composite step is through with what comes before it is written once, and not at all if nothing does', async () => {
  const { store, next } = deaths(({ flow, number }) => {
    const p = flow.process('p');
    p.group((g) => g.customStep(() => (number < 3 ? new Promise(() => undefined) : 1), 'long'), 'group').beforeStep(() => undefined);
    p.group((g) => g.sleep('1m', 'nap'), 'bare');
  });
  await next();
  await next();
  expect((await ended(await next())).status).toBe('succeeded');
  expect((await entries(store)).filter((entry) => entry.startsWith('opened'))).toEqual(['opened p/group']);
});

test('the keys of a composite step are written when they have changed, and not with each run of its body', async () => {
  const { store, next } = deaths(({ flow }) => {
    const loop = flow.process('p').loopUntil((l) => l.customStep(() => 1, 'turn'), 'loop', (s, _, i) => (i === 2 && s.set('late', i), i === 4));
    loop.beforeStep((s) => s.set('early', 1));
  });
  await ended(await next());
  const { rows } = (await store.load('r'))!;
  const written = entriesOf(cutsOf(rows).at(-1)!.facts).flatMap((entry) => (entry.t === 'opened' || entry.t === 'iterated' ? [entry.w?.length] : []));
  expect(written).toEqual([1, undefined, 2, undefined]);
});

test('a callback that breaks off a step in a body says nothing about the callbacks around the body', async () => {
  const { next } = deaths(({ flow, number, calls }) => {
    const inner = flow.process('p').group((g) => {
      const step = g.customStep(() => void calls.push('step'), 'step');
      step.beforeStep(() => void calls.push('a'), { must: true });
      step.beforeStep(() => { if (number === 1) throw new Error('broken'); }, { must: true });
      return step;
    }, 'group');
    inner.afterStep((_, { status }) => void (status === 'succeeded' && calls.push('x'))).afterStep((_, { status }) => void (status === 'succeeded' && calls.push('y')));
  });
  const first = await next();
  expect([(await ended(first)).status, first.calls]).toEqual(['failed', ['a']]);
  const second = await next();
  expect([(await ended(second)).status, second.calls]).toEqual(['succeeded', ['step', 'x', 'y']]);
});

test('a step that throws what a callback threw elsewhere has been called, and a recovery calls nothing before it again', async () => {
  const other = createFlows().registerFlow<undefined>('other');
  other.process('q').customStep(() => undefined, 'one').beforeStep(() => { throw new Error('broken'); }, { must: true });
  const { next } = deaths(({ flow, number, calls }) => {
    const step = flow.process('p').customStep(async () => {
      calls.push('step');
      if (number === 1) throw (await other.run()).errors[0]!.error;
    }, 'step');
    step.beforeStep(() => void calls.push('before'), { must: true });
  });
  const first = await next();
  const { errors } = await ended(first);
  expect([errors, first.calls]).toMatchObject([[{ error: { code: 'callback' } }], ['before', 'step']]);
  const second = await next();
  expect([(await ended(second)).status, second.calls]).toEqual(['succeeded', ['step']]);
});

test('callbacks that come before a composite step all run in a recovery, wherever those of a step in it broke that off', async () => {
  const { next } = deaths(({ flow, number, calls }) => {
    const group = flow.process('p').group((g) => {
      const step = g.customStep(() => void calls.push('step'), 'step').beforeStep(() => undefined);
      return step.beforeStep(() => { if (number === 1) throw new Error('broken'); }, { must: true });
    }, 'group');
    if (number === 2) group.beforeStep(() => void calls.push('a')).beforeStep(() => void calls.push('b'));
  });
  expect((await ended(await next())).status).toBe('failed');
  const second = await next();
  expect([(await ended(second)).status, second.calls]).toEqual(['succeeded', ['a', 'b', 'step']]);
});

test('a recovery gives a loop and a retry all their runs again, also when it is interrupted itself', async () => {
  const { next } = deaths(({ flow, number, calls }) => {
    const p = flow.process('p');
    p.loopUntil((l) => l.customStep(() => void calls.push('loop'), 'turn'), 'loop', () => false, { max: 3 });
    p.retry((r) => r.customStep(async () => {
      calls.push('retry');
      if (number === 2) await new Promise(() => undefined);
      throw new Error('broken');
    }, 'try'), 'retry', { retries: 2 });
  });
  const lives = [await next(), await next(), await next()];
  expect((await ended(lives[2]!)).status).toBe('failed');
  expect(lives.map(({ calls }) => ['loop', 'retry'].map((kind) => calls.filter((call) => call === kind).length))).toEqual([[3, 3], [2, 1], [0, 3]]); // the third run of the loop is over, and is the first one that counts
});
