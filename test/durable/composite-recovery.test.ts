import { createFlows, memoryStore, type Flow, type FlowResult, type Run, type StepContext } from 'millrace';
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
    const { next } = deaths(({ flow, flows, number, calls }) => {
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
  });
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

test('that a composite step is through with what comes before it is written once', async () => {
  const { store, next } = deaths(({ flow, number }) => {
    flow.process('p').group((g) => g.customStep(() => (number < 3 ? new Promise(() => undefined) : 1), 'long'), 'group').beforeStep(() => undefined);
  });
  await next();
  await next();
  expect((await ended(await next())).status).toBe('succeeded');
  expect((await entries(store)).filter((entry) => entry === 'opened p/group')).toHaveLength(1);
});
