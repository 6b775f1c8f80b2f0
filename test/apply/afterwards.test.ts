import { describe, expect, test } from 'vitest';
import type { Clock } from '../../src/clock.ts';
import { createFlows } from '../../src/flows.ts';
import { settle } from '../../src/testing/settle.ts';
import { virtualClock } from '../../src/testing/virtual-clock.ts';
import { saved } from './controller.ts';

test('an apply leaves nothing behind: what its run waits for comes with the next one', async () => {
  const calls: string[] = [];
  const clock = virtualClock(0);
  const flow = createFlows({ clock }).registerFlow('x');
  flow.steps((s) => s.group((g) => g.sleep('1m', 'inner'), 'group').afterStep(() => void calls.push('after')));
  flow.process('p').sleep('1m', 'nap').afterStep(() => void calls.push('after'));
  const { snapshot } = await flow.apply(null);
  expect(clock.pending).toBe(0);
  await clock.advance('2m');
  await settle();
  expect(calls).toEqual([]);
  expect((await flow.apply(saved(snapshot))).status).toBe('succeeded');
  expect(calls).toEqual(['after', 'after']);
});

test('a moment that comes while a function keeps the event loop is not waited for', async () => {
  let tookMs = 0;
  const machine = virtualClock(0);
  const clock: Clock = {
    now: () => machine.now() + tookMs,
    monotonic: () => machine.monotonic() + tookMs,
    setTimer: (delayMs, callback) => machine.setTimer(delayMs, callback),
    yield: (callback) => machine.yield(callback),
  };
  const flow = createFlows({ clock }).registerFlow('x');
  flow.process('p').sleep(1, 'nap');
  flow.process('q').customStep(() => void (tookMs += 2), 'slow');
  const first = await flow.apply(null);
  expect([first.status, first.wakeAt]).toEqual(['running', undefined]);
  expect((await flow.apply(saved(first.snapshot))).status).toBe('succeeded');
});

test('the result of a run that has succeeded is that of the apply in which it did', async () => {
  const clock = virtualClock(0);
  const flow = createFlows({ clock }).registerFlow('x');
  flow.steps((s) => s.sleep('1m', 'nap'));
  const first = await flow.apply(null);
  await clock.advance('1m');
  const last = await flow.apply(saved(first.snapshot));
  await clock.advance('1h');
  const { result } = await flow.apply(saved(last.snapshot));
  expect([result?.startedAt, result?.endedAt]).toEqual([last.result?.startedAt, last.result?.endedAt]);
  expect([result?.startedAt, result?.endedAt]).toEqual([0, 60_000]);
});

describe('a signal', () => {
  test('that was taken in an earlier apply is not received again', async () => {
    const flow = createFlows({ clock: virtualClock(0) }).registerFlow('x');
    flow.steps((s) => s.loopUntil((l) => l.waitForSignal('go'), 'loop', (_, value) => value === 'stop'));
    const go = { to: 'go', payload: 'on', id: 'a' };
    const first = await flow.apply(null, { signals: [go] });
    const second = await flow.apply(saved(first.snapshot), { signals: [{ to: 'go', payload: 'on', id: 'b' }] });
    const third = await flow.apply(saved(second.snapshot), { signals: [go, { to: 'go', payload: 'stop', id: 'b' }] });
    expect([third.status, third.snapshot]).toEqual(['waiting', second.snapshot]);
  });

  test('carries what a later apply would read of it, not the object that was sent', async () => {
    const flow = createFlows({ clock: virtualClock(0) }).registerFlow('x');
    flow.steps((s) => s.waitForSignal('go'));
    const payload = { list: [1, undefined] };
    const { result } = await flow.apply(null, { signals: [{ to: 'go', payload }] });
    payload.list.push(2);
    expect(result?.value('steps/go')).toEqual({ list: [1, undefined] });
  });
});

test('an apply that goes on after a failure says so in its snapshot, and is not told of that failure again', async () => {
  let isDown = true;
  const flow = createFlows().registerFlow<undefined>('order');
  flow.process('p').customStep(() => {
    if (isDown) throw new Error('the bank is closed');
    return 'charged';
  }, 'charge').next(() => 'shipped', 'ship');
  const failed = await flow.apply(null, { budget: 'one' });
  isDown = false;
  const charged = await flow.apply(failed.snapshot, { budget: 'one' });
  expect([failed.status, charged.status]).toEqual(['failed', 'running']);
  expect([failed.snapshot, charged.snapshot]).toMatchObject([{ recovered: 0 }, { recovered: 1 }]);
  const shipped = await flow.apply(charged.snapshot, { budget: 'one' });
  expect([shipped.status, shipped.ran]).toEqual(['succeeded', ['p/ship']]);
  expect(shipped.snapshot).toMatchObject({ recovered: 1 });
});

test('a snapshot has the fingerprint of the definition that it was made with last', async () => {
  const made = (more: boolean) => {
    const flow = createFlows().registerFlow<undefined>('order');
    const steps = flow.process('p');
    const last = steps.customStep(() => 1, 'a').next(() => 2, 'b');
    if (more) last.next(() => 3, 'c');
    return flow;
  };
  const before = await made(false).apply(null, { budget: 'one' });
  const flow = made(true);
  const after = await flow.apply(before.snapshot, { budget: 'one' });
  expect(after.snapshot).toMatchObject({ fingerprint: flow.graph().fingerprint });
  expect(before.snapshot).not.toMatchObject({ fingerprint: flow.graph().fingerprint });
});

test('a signal that has aborted lets a later apply call nothing', async () => {
  const calls: string[] = [];
  const flow = createFlows().registerFlow<undefined>('order');
  flow.process('p').customStep(() => calls.push('a'), 'a').next(() => calls.push('b'), 'b');
  const first = await flow.apply(null, { budget: 'one' });
  const second = await flow.apply(first.snapshot, { signal: AbortSignal.abort('enough') });
  expect([second.status, second.ran, calls]).toEqual(['stopped', [], ['a']]);
});
