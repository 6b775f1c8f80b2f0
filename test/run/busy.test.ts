import { describe, expect, test } from 'vitest';
import type { Clock } from '../../src/clock.ts';
import { createFlows } from '../../src/index.ts';
import { handStep, orderMatchers, settle, virtualClock } from '../../src/testing/index.ts';

expect.extend(orderMatchers);

/** A clock on which every call of a busy step takes a while, without anyone waiting for it. */
function busyClock() {
  const timers: { readonly at: number; readonly callback: () => void }[] = [];
  let now = 0;
  const clock: Clock = {
    now: () => now,
    monotonic: () => now,
    setTimer: (delayMs, callback) => {
      const timer = { at: now + delayMs, callback };
      timers.push(timer);
      return () => void timers.splice(timers.indexOf(timer), timers.includes(timer) ? 1 : 0);
    },
    yield: (callback) => void setImmediate(callback),
  };
  return { clock, spend: (ms: number) => void (now += ms) };
}

/** A chain of sync steps that each take one millisecond. */
function longChain(length: number) {
  const { clock, spend } = busyClock();
  const p = createFlows({ clock }).flowWithProcess('p');
  let last = p.customStep(() => spend(1), 's0');
  for (let index = 1; index < length; index++) last = p.customStep(() => spend(1), `s${index}`, last) as typeof last;
  return p;
}

describe('while sync steps keep a run busy', () => {
  test('the timeout of the flow ends it', async () => {
    const p = longChain(400);
    p.flow.flowTimeout(50);
    const result = await p.flow.run();
    expect(result.status).toBe('failed');
    expect(result.endedAt).toBeLessThan(70);
  });

  test('the timeout of the process ends it', async () => {
    const result = await longChain(400).processTimeout(50).flow.run();
    expect(result.process('p')).toMatchObject({ status: 'failed', reason: { code: 'timeout' } });
  });

  test('a step that always throws and is retried at once cannot outlive the timeout of the flow', async () => {
    const { clock, spend } = busyClock();
    const p = createFlows({ clock }).flowWithProcess('p');
    p.customStep(() => {
      spend(1);
      throw new Error('busy');
    }, 'a').stepRetry(Number.MAX_SAFE_INTEGER);
    p.flow.flowTimeout(50);
    expect((await p.flow.run()).endedAt).toBeLessThan(70);
  });

  test('others get their turn in order, and a stop is heard at once', async () => {
    const { clock, spend } = busyClock();
    const flows = createFlows({ clock });
    const slices: string[] = [];
    const runs = ['A', 'B', 'C'].map((name) => {
      const p = flows.flowWithProcess(name);
      let last = p.customStep(() => spend(4), 's0');
      for (let index = 1; index < 30; index++) {
        last = p.customStep(() => {
          if (slices.at(-1) !== name) slices.push(name);
          spend(4);
        }, `s${index}`, last) as typeof last;
      }
      return p.flow.start();
    });
    await Promise.all(runs.map((run) => run.done));
    const [first, second, third] = slices;
    slices.slice(0, 12).forEach((name, at) => expect(name).toBe([first, second, third][at % 3]));
  });
});

describe('the time of a step', () => {
  test('a value that comes after it does not count, also when the step kept the event loop', async () => {
    const { clock, spend } = busyClock();
    const p = createFlows({ clock }).flowWithProcess('p');
    p.customStep(() => spend(50), 'a').stepTimeout(10);
    const result = await p.flow.run();
    expect(result.outcome('a')).toMatchObject({ status: 'failed', error: { code: 'timeout', timeoutMs: 10 } });
  });

  test('its signal aborts before the next attempt starts, also without any grace', async () => {
    const clock = virtualClock();
    const p = createFlows({ clock }).flowWithProcess('p');
    const deaf = handStep('deaf');
    p.customStep(deaf.run, 'deaf').stepTimeout(10).stepRetry(1);
    const run = p.flow.start(undefined, { grace: 0 });
    const { signal } = await deaf.started(run.done);
    await clock.advance(10);
    (await deaf.started(run.done)).succeed();
    expect(signal.aborted).toBe(true);
    expect((await run.done).status).toBe('succeeded');
  });

  test('a stop inside a when predicate is the last word', async () => {
    const p = createFlows({ clock: virtualClock() }).flowWithProcess('p');
    p.customStep(() => Promise.reject(new Error('busy')), 'a').stepRetry({ retries: 1, delay: '1h', when: () => (run.stop('enough'), true) });
    const run = p.flow.start();
    expect((await run.done).status).toBe('failed');
  });
});

describe('an id maker that fails', () => {
  test('refuses its own run and no other', async () => {
    let calls = 0;
    const p = createFlows({ concurrency: 1, ids: () => (++calls === 1 ? '' : `r-${calls}`) }).flowWithProcess('p');
    p.customStep(() => 1, 'a');
    expect(() => p.flow.start()).toThrow(expect.objectContaining({ code: 'invalid-option' }));
    expect((await p.flow.run()).runId).toBe('r-2');
  });
});

describe('a stop', () => {
  test('of a process that has ended changes nothing', async () => {
    const flow = createFlows().registerFlow('f');
    const hand = handStep('b');
    flow.process('p').customStep(() => 1, 'a');
    flow.process('q').follow(hand);
    const run = flow.start();
    const call = await hand.started(run.done);
    run.process('p').stop('late');
    call.succeed();
    expect((await run.done).process('p')).toMatchObject({ status: 'succeeded', reason: undefined });
  });

  test('keeps its first reason for signal, outcome and process', async () => {
    const flow = createFlows().registerFlow('f');
    const hand = handStep('a');
    flow.process('p').follow(hand);
    const run = flow.start();
    const call = await hand.started(run.done);
    run.process('p').stop('first', { mode: 'abort' });
    run.stop('second');
    call.fail(call.signal.reason);
    const result = await run.done;
    expect([call.signal.reason, result.outcome('a'), result.process('p').reason]).toEqual(['first', { status: 'stopped', reason: 'first' }, 'first']);
  });

  test('with force ends an always step that hangs', async () => {
    const clock = virtualClock();
    const p = createFlows({ clock }).flowWithProcess('p');
    const hang = handStep('hang');
    p.always(hang.run, 'hang');
    const run = p.flow.start();
    await hang.started(run.done);
    run.stop('enough', { mode: 'abort', grace: '1h' });
    await settle();
    expect(run.status).toBe('stopping');
    run.stop('now', { mode: 'abort', force: true, grace: 10 });
    await clock.advance(10);
    expect((await run.done).abandoned).toEqual(['p/hang']);
  });
});

describe('events', () => {
  test('that a listener causes come after the one it heard, for every listener', async () => {
    const p = createFlows().flowWithProcess('p');
    p.follow(handStep('a'), handStep('b'));
    const run = p.flow.start();
    const heard: string[] = [];
    run.on('run-started', () => run.stop());
    run.on('*', ({ type }) => heard.push(type));
    await run.done;
    expect(heard).toEqual(['run-started', 'run-stopping', 'step-ended', 'step-ended', 'process-ended', 'run-ended']);
  });
});
