import { describe, expect, test } from 'vitest';
import { LONGEST_TIMER_MS } from '../../src/clock.ts';
import { InvalidOptionError } from '../../src/errors.ts';
import { virtualClock, type VirtualClock } from '../../src/testing/index.ts';

function sleep(clock: VirtualClock, ms: number): Promise<void> {
  return new Promise((resolve) => clock.setTimer(ms, resolve));
}

describe('time', () => {
  test('the clock starts at 0, or where it is told to', () => {
    expect(virtualClock().now()).toBe(0);
    expect(virtualClock(1_700_000_000_000).now()).toBe(1_700_000_000_000);
  });

  test('time stands still until it is moved', async () => {
    const clock = virtualClock(5);
    await new Promise<void>((resolve) => clock.yield(resolve));
    expect([clock.now(), clock.monotonic()]).toEqual([5, 5]);
  });

  test('advance moves both times, by milliseconds or by a written duration', async () => {
    const clock = virtualClock(1_000);
    await clock.advance(500);
    await clock.advance('2s');
    expect(clock.now()).toBe(3_500);
    expect(clock.monotonic()).toBe(3_500);
  });

  test('advanceTo moves to a point', async () => {
    const clock = virtualClock(1_000);
    await clock.advanceTo(1_250);
    expect(clock.now()).toBe(1_250);
  });

  test('time never goes back', async () => {
    const clock = virtualClock(1_000);
    await expect(clock.advanceTo(999)).rejects.toThrow('the time to advance to is 999; give a time from now (1000), time never goes back');
    expect(clock.now()).toBe(1_000);
  });
});

describe('timers', () => {
  test('timers fire in the order in which they are due, each at its own time', async () => {
    const clock = virtualClock();
    const fired: [string, number][] = [];
    clock.setTimer(30, () => fired.push(['late', clock.now()]));
    clock.setTimer(10, () => fired.push(['early', clock.now()]));
    clock.setTimer(31, () => fired.push(['too late', clock.now()]));
    await clock.advance(30);
    expect(fired).toEqual([
      ['early', 10],
      ['late', 30],
    ]);
  });

  test('timers of the same time fire in the order in which they were set', async () => {
    const clock = virtualClock();
    const fired: number[] = [];
    const names = Array.from({ length: 50 }, (_, index) => index);
    for (const name of names) clock.setTimer(10, () => fired.push(name));
    await clock.advance(10);
    expect(fired).toEqual(names);
  });

  test('what follows from a timer has happened before the next one fires', async () => {
    const clock = virtualClock();
    const seen: string[] = [];
    void sleep(clock, 10)
      .then(() => new Promise<void>((resolve) => clock.yield(resolve)))
      .then(() => seen.push('after the first'));
    void sleep(clock, 10).then(() => seen.push('after the second'));
    await clock.advance(10);
    expect(seen).toEqual(['after the first', 'after the second']);
  });

  test('timers that follow from others fire in the same move, at their own time', async () => {
    const clock = virtualClock();
    const times: number[] = [];
    const repeat = async (): Promise<void> => {
      for (let turn = 0; turn < 4; turn += 1) {
        await sleep(clock, 10);
        times.push(clock.now());
      }
    };
    void repeat();
    await clock.advance(35);
    expect(times).toEqual([10, 20, 30]);
    expect(clock.nextAt).toBe(40);
  });

  test('what has begun sets its timers before the time moves', async () => {
    const clock = virtualClock();
    let slept = -1;
    const begin = async (): Promise<void> => {
      await Promise.resolve();
      await new Promise<void>((resolve) => clock.yield(resolve));
      await sleep(clock, 10);
      slept = clock.now();
    };
    void begin();
    await clock.advance(100);
    expect(slept).toBe(10);
  });

  test('a timer without delay fires with the next move, also one by 0', async () => {
    const clock = virtualClock();
    let fired = 0;
    clock.setTimer(0, () => (fired += 1));
    expect(fired).toBe(0);
    await clock.advance(0);
    expect(fired).toBe(1);
  });

  test('a cancelled timer does not fire, also when the timer before it cancels it', async () => {
    const clock = virtualClock();
    const fired: string[] = [];
    const undoFirst = clock.setTimer(10, () => fired.push('first'));
    clock.setTimer(20, () => {
      fired.push('second');
      undoThird();
    });
    const undoThird = clock.setTimer(20, () => fired.push('third'));
    undoFirst();
    undoFirst();
    await clock.advance(20);
    expect(fired).toEqual(['second']);
  });

  test('cancelling a timer that has fired changes nothing', async () => {
    const clock = virtualClock();
    const undo = clock.setTimer(10, () => undefined);
    clock.setTimer(20, () => undefined);
    await clock.advance(10);
    undo();
    expect(clock.pending).toBe(1);
  });

  test('pending counts the timers that are set, and nextAt says when the first is due', async () => {
    const clock = virtualClock(100);
    expect([clock.pending, clock.nextAt]).toEqual([0, undefined]);
    const undo = clock.setTimer(10, () => undefined);
    clock.setTimer(20, () => undefined);
    expect([clock.pending, clock.nextAt]).toEqual([2, 110]);
    undo();
    expect([clock.pending, clock.nextAt]).toEqual([1, 120]);
    await clock.advance(20);
    expect([clock.pending, clock.nextAt]).toEqual([0, undefined]);
  });

  test('advanceToNext fires all that is due at the next time, and says whether there was anything', async () => {
    const clock = virtualClock();
    const fired: string[] = [];
    clock.setTimer(10, () => fired.push('a'));
    clock.setTimer(10, () => fired.push('b'));
    clock.setTimer(11, () => fired.push('c'));
    expect(await clock.advanceToNext()).toBe(true);
    expect([clock.now(), fired]).toEqual([10, ['a', 'b']]);
    expect(await clock.advanceToNext()).toBe(true);
    expect(await clock.advanceToNext()).toBe(false);
    expect([clock.now(), fired]).toEqual([11, ['a', 'b', 'c']]);
  });

  test('a hundred thousand timers fire in order', async () => {
    const clock = virtualClock();
    const undo = Array.from({ length: 100_000 }, (_, index) => clock.setTimer((index * 7_919) % 100_003, () => undefined));
    for (const one of undo.slice(100)) one();
    const times: number[] = [];
    while (await clock.advanceToNext()) times.push(clock.now());
    expect(times).toHaveLength(100);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });
});

describe('moves', () => {
  test('moves that are not awaited take turns', async () => {
    const clock = virtualClock();
    const times: number[] = [];
    const loop = async (): Promise<void> => {
      for (;;) {
        await sleep(clock, 10);
        times.push(clock.now());
      }
    };
    void loop();
    await Promise.all([clock.advance(10), clock.advance(10), clock.advanceToNext(), clock.advanceTo(40)]);
    expect(times).toEqual([10, 20, 30, 40]);
  });

  test('a move from inside what a move has set off comes after it', async () => {
    const clock = virtualClock();
    const seen: number[] = [];
    const inner = sleep(clock, 10)
      .then(() => clock.advance(5))
      .then(() => seen.push(clock.now()));
    await clock.advance(100);
    await inner;
    expect(seen).toEqual([105]);
  });

  test('a timer that throws does not hold up the others, and the move rejects with its error', async () => {
    const clock = virtualClock();
    const broken = new Error('broken');
    let fired = 0;
    clock.setTimer(10, () => {
      throw broken;
    });
    clock.setTimer(20, () => (fired += 1));
    await expect(clock.advance(30)).rejects.toBe(broken);
    expect([fired, clock.now()]).toEqual([1, 30]);
    await clock.advance(1);
    expect(clock.now()).toBe(31);
  });

  test('the errors of several timers come together', async () => {
    const clock = virtualClock();
    for (const message of ['first', 'second']) {
      clock.setTimer(10, () => {
        throw new Error(message);
      });
    }
    await expect(clock.advance(10)).rejects.toMatchObject({ message: '2 timers threw', errors: [{ message: 'first' }, { message: 'second' }] });
  });
});

describe('wrong input', () => {
  test.for([-1, Number.NaN, Infinity, '5 minutes', '', undefined] as const)('advance refuses %s', async (by) => {
    const clock = virtualClock(7);
    clock.setTimer(0, () => expect.unreachable());
    const refused = clock.advance(by as number);
    await expect(refused).rejects.toThrow(InvalidOptionError);
    await expect(refused).rejects.toThrow(/^the time to advance is .*, which is not a duration; give milliseconds from 0/);
    expect(clock.now()).toBe(7);
  });

  test.for([Number.NaN, Infinity, -1])('advanceTo refuses %s', async (at) => {
    await expect(virtualClock().advanceTo(at)).rejects.toMatchObject({ name: 'InvalidOptionError', code: 'invalid-option' });
  });

  test.for([Number.NaN, Infinity, -1])('a clock does not start at %s', (at) => {
    expect(() => virtualClock(at)).toThrow(`the start of a virtual clock is ${at}; give milliseconds since the epoch, from 0`);
  });

  test.for([Number.NaN, Infinity, -1, LONGEST_TIMER_MS + 1])('a timer of %s ms is refused, as the platform would not hold it', (delay) => {
    const clock = virtualClock();
    expect(() => clock.setTimer(delay, () => undefined)).toThrow(InvalidOptionError);
    expect(clock.pending).toBe(0);
  });
});

test('yield lets the event loop have its turn without time passing', async () => {
  const clock = virtualClock();
  const order: string[] = [];
  await new Promise<void>((resolve) => {
    clock.yield(() => {
      order.push('yielded');
      resolve();
    });
    void Promise.resolve().then(() => order.push('microtask'));
    order.push('sync');
  });
  expect(order).toEqual(['sync', 'microtask', 'yielded']);
  expect(clock.pending).toBe(0);
});

test('a loop that yields a hundred thousand times ends without the time moving', async () => {
  const clock = virtualClock();
  let left = 100_000;
  await new Promise<void>((resolve) => {
    const turn = (): void => {
      left -= 1;
      if (left === 0) resolve();
      else clock.yield(turn);
    };
    turn();
  });
  expect(clock.now()).toBe(0);
});
