import { expect, test } from 'vitest';
import { Unfit } from '../../src/durable/unfit.ts';

const minute = 60_000;

test('a run that fails again and again is left alone for twice the time, an hour at most, until it goes on', () => {
  const unfit = new Unfit(minute);
  const pauses: number[] = [];
  let now = 0;
  for (let failures = 0; failures < 9; failures++) {
    unfit.failed('r', now);
    let pause = 0;
    while (unfit.at(now + pause).length > 0) pause += minute;
    pauses.push(pause / minute);
    now += pause;
  }
  expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  unfit.wentOn('r');
  unfit.failed('r', now);
  expect([unfit.at(now + minute - 1), unfit.at(now + minute)]).toEqual([['r'], []]);
});

test('of more than a thousand runs those that failed first are forgotten', () => {
  const unfit = new Unfit(minute);
  for (let run = 0; run < 1_001; run++) unfit.failed(`r${run}`, 0);
  unfit.failed('r1', 0);
  unfit.failed('r1001', 0);
  const known = new Set(unfit.at(1));
  expect([known.size, known.has('r0'), known.has('r1'), known.has('r2'), known.has('r1001')]).toEqual([1_000, false, true, false, true]);
});
