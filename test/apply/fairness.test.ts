import { createFlows, type Flow, type FlowSnapshot } from 'millrace';
import { virtualClock } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { saved } from './controller.ts';

/** Advances a run by one function at a time; returns what each apply called, the last part of its path and its process. */
async function applies(flow: Flow<undefined>, most: number): Promise<readonly string[]> {
  const ran: string[] = [];
  let snapshot: FlowSnapshot | null = null;
  for (let count = 0; count < most; count++) {
    const one = await flow.apply(snapshot as FlowSnapshot, { budget: 'one' });
    snapshot = saved(one.snapshot);
    ran.push(...one.ran);
    if (one.status === 'succeeded') return ran;
    expect([one.status, one.ran.length]).toEqual(['running', 1]);
  }
  throw new Error(`it does not come to an end: ${ran.slice(-20).join()}`);
}

function made(): Flow<undefined> {
  return createFlows({ clock: virtualClock(0), ids: () => 'r' }).registerFlow<undefined>('f');
}

describe("under 'one' nothing that runs again and again keeps others from running", () => {
  test('a loop waits for a step beside it', async () => {
    const flow = made();
    const p = flow.process('p');
    let isReady = false;
    p.loopUntil((l) => l.customStep(() => 0, 'x'), 'loop', () => isReady);
    p.customStep(() => 0, 'a').next(() => void (isReady = true), 'b');
    expect(await applies(flow, 10)).toEqual(['p/a', 'p/b', 'p/loop#1/x', 'p/loop']);
  });

  test('a loop in a loop waits for a step of another process', async () => {
    const flow = made();
    let isReady = false;
    flow.process('p').loopUntil((outer) => outer.loopUntil((l) => l.customStep(() => 0, 'x'), 'inner', () => isReady), 'outer', () => isReady);
    flow.process('q').parallel({ a: () => 0, b: () => 0, c: () => void (isReady = true) });
    await applies(flow, 20);
  });

  test('two loops wait for one another', async () => {
    const flow = made();
    const p = flow.process('p');
    const count = { left: 0, right: 0 };
    p.loopUntil((l) => l.customStep(() => (count.left += 1), 'x'), 'left', () => count.right >= 5);
    p.loopUntil((l) => l.customStep(() => (count.right += 1), 'x'), 'right', () => count.left >= 5);
    await applies(flow, 40);
    expect([count.left, count.right]).toEqual([5, 5]);
  });

  test('a loop waits for what follows from a condition that is asked again and again, and the condition for the loop', async () => {
    const flow = made();
    const p = flow.process('p');
    const count = { asked: 0, turned: 0 };
    let isOver = false;
    p.loopUntil((l) => l.customStep(() => (count.turned += 1), 'x'), 'loop', () => isOver);
    p.waitFor(() => (count.asked += 1) > 3 && count.turned > 3, 'wait').next(() => void (isOver = true), 'end');
    await applies(flow, 60);
    expect(count.asked).toBeGreaterThan(3);
  });

  test('a retry of which nobody knows when it goes well waits for a step beside it', async () => {
    const flow = made();
    const p = flow.process('p');
    let isReady = false;
    p.retry((r) => r.customStep(() => { if (!isReady) throw new Error('not yet'); }, 'x'), 'again', () => true);
    p.customStep(() => void (isReady = true), 'a');
    expect(await applies(flow, 10)).toEqual(['p/a', 'p/again#1/x']);
  });

  test('items without an end wait for a step beside them', async () => {
    const flow = made();
    const p = flow.process('p');
    let isReady = false;
    const items = async function* (from: number): AsyncGenerator<number> {
      for (let at = from; !isReady; at++) yield await Promise.resolve(at);
    };
    p.forEach((_, from) => items(from), 'each', (each) => each.customStep(() => 0, 'x'), { replay: 'resume' });
    p.customStep(() => 0, 'a').next(() => void (isReady = true), 'b');
    await applies(flow, 30);
  });
});
