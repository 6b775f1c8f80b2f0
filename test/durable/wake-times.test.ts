import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WakeTimes } from '../../src/durable/wake-times.ts';

test('the earliest run is the next, as it was given back last', () => {
  const times = new WakeTimes();
  expect(times.next).toBe(Infinity);
  times.add('a', 30);
  times.add('b', 20);
  times.add('b', 40);
  expect(times.next).toBe(30);
  times.drop(30);
  expect(times.next).toBe(40);
  times.forget('b');
  expect(times.next).toBe(Infinity);
});

test('a run that woke before its time and rests again wakes when it says now', () => {
  const times = new WakeTimes();
  times.add('a', 10);
  times.forget('a');
  times.add('a', 50);
  times.drop(10);
  expect(times.next).toBe(50);
});

const run = fc.nat(90).map(String);
const moment = fc.nat(100);
const change = fc.oneof(fc.record({ add: run, at: moment }), fc.record({ add: run, at: moment }), fc.record({ forget: run }), fc.record({ drop: moment }));

test('whatever comes and goes, the next is the least of those that are left', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 400, size: 'max' }), (changes) => {
      const times = new WakeTimes();
      const model = new Map<string, number>();
      for (const one of changes) {
        if ('add' in one) {
          times.add(one.add, one.at);
          model.set(one.add, one.at);
        } else if ('forget' in one) {
          times.forget(one.forget);
          model.delete(one.forget);
        } else {
          times.drop(one.drop);
          for (const [runId, at] of model) if (at <= one.drop) model.delete(runId);
        }
        expect(times.next).toBe(Math.min(Infinity, ...model.values()));
      }
    }),
    { numRuns: 50 },
  );
});

test('those that are left stay when many have woken before their time', () => {
  const times = new WakeTimes();
  for (let index = 0; index < 200; index++) times.add(`run ${index}`, 1_000 - index);
  for (let index = 1; index < 200; index++) times.forget(`run ${index}`);
  expect(times.next).toBe(1_000);
});
