import { expect, test, vi } from 'vitest';
import { settle } from '../../src/testing/index.ts';

/** Calls `done` after so many turns of the event loop. */
function afterTurns(turns: number, done: () => void): void {
  if (turns === 0) done();
  else setImmediate(() => afterTurns(turns - 1, done));
}

async function afterPromises(promises: number): Promise<void> {
  for (let index = 0; index < promises; index += 1) await Promise.resolve();
}

test('everything that follows from settled promises has happened', async () => {
  let happened = false;
  void afterPromises(1_000).then(() => (happened = true));
  await settle();
  expect(happened).toBe(true);
});

test('chains of turns of the event loop have ended, however long', async () => {
  let happened = false;
  afterTurns(5_000, () => (happened = true));
  await settle();
  expect(happened).toBe(true);
});

test('turns, microtasks and ticks that lead to one another have ended', async () => {
  const happened: string[] = [];
  afterTurns(3, () => {
    happened.push('turns');
    void afterPromises(20).then(() => {
      happened.push('promises');
      process.nextTick(() => afterTurns(30, () => happened.push('more turns')));
    });
  });
  await settle();
  expect(happened).toEqual(['turns', 'promises', 'more turns']);
});

test('no time passes: a timer of the platform does not fire', async () => {
  let fired = false;
  const timer = setTimeout(() => (fired = true), 60_000);
  await settle();
  clearTimeout(timer);
  expect(fired).toBe(false);
});

test('calls side by side do not keep one another awake', async () => {
  let turns = 0;
  let counter: NodeJS.Immediate;
  const count = (): void => {
    turns += 1;
    counter = setImmediate(count).unref(); // a turn that nobody waits for is not waited for
  };
  count();
  await Promise.all(Array.from({ length: 20 }, () => settle()));
  clearImmediate(counter!);
  expect(turns).toBeLessThan(20);
});

test('code that queues turns without end does not keep it for ever', async () => {
  let polling: NodeJS.Immediate;
  const poll = (): void => void (polling = setImmediate(poll));
  poll();
  await settle();
  clearImmediate(polling!);
});

test('it works while the runner fakes the timers of the platform', async () => {
  vi.useFakeTimers();
  let happened = false;
  void afterPromises(10).then(() => (happened = true));
  await settle();
  vi.useRealTimers();
  expect(happened).toBe(true);
});
