import { describe, expect, test } from 'vitest';
import { NonErrorThrown, type StepHandle } from 'millrace';
import { bench, internalErrors, recorded } from './bench.ts';

const no = (): boolean => false;
const failing = (thrown: unknown) => (): never => {
  throw thrown;
};

/** Runs a step `a` with conditions and `b` after it. */
async function ran(condition: (a: StepHandle) => unknown) {
  const { flow, p } = bench();
  const a = p.customStep(() => 'ran', 'a');
  a.next(() => 'ran', 'b');
  condition(a);
  const run = flow.start();
  const events = recorded(run);
  return { result: await run.done, events };
}

describe('a step that is skipped', () => {
  test('has the error that its condition threw, the one of the events', async () => {
    const error = new Error('wrong');
    const { result, events } = await ran((a) => a.when(failing(error)));
    const outcome = result.outcome('a');
    if (outcome.status !== 'skipped' || outcome.reason.kind !== 'condition') expect.unreachable();
    expect(outcome.reason.error).toBe(error);
    expect(internalErrors(events).map((event) => event.error)).toEqual([error]);
    expect(events.find((event) => event.type === 'step-ended' && event.path === 'p/a')).toMatchObject({ outcome });
    expect(result.explain('a')).toBe('a: skipped by its condition, which threw: wrong');
  });

  test('has no error when its condition was false', async () => {
    const { result } = await ran((a) => a.when(no));
    expect(result.outcome('a')).toStrictEqual({ status: 'skipped', reason: { kind: 'condition' } });
    expect(result.explain('a')).toBe('a: skipped by its condition');
  });

  test('has the first of several errors, also when another condition was false', async () => {
    const { result } = await ran((a) => a.when(no).or().when(failing(new Error('first'))).or().when(failing(new Error('second'))));
    expect(result.outcome('a')).toEqual({ status: 'skipped', reason: { kind: 'condition', error: new Error('first') } });
  });

  test('has an Error also when something else was thrown, the same as the event', async () => {
    const { result, events } = await ran((a) => a.when(failing('text')));
    const outcome = result.outcome('a');
    if (outcome.status !== 'skipped' || outcome.reason.kind !== 'condition') expect.unreachable();
    expect(outcome.reason.error).toBeInstanceOf(NonErrorThrown);
    expect(internalErrors(events).map((event) => event.error)[0]).toBe(outcome.reason.error);
  });

  test('has the error of an answer that is none, and not what a promise rejects with later', async () => {
    const { result } = await ran((a) => a.when((() => Promise.reject(new Error('later'))) as never));
    expect(result.explain('a')).toBe("a: skipped by its condition, which threw: a condition of step 'p/a' returned a promise; return true or false at once");
  });

  test('takes its dependents along, and says what it was that threw', async () => {
    const { result } = await ran((a) => a.when(failing(new Error('wrong'))).skipWithDependents());
    expect(result.explain('b')).toBe('b: skipped, its branch was not taken ← a: skipped by its condition, which threw: wrong, with its dependents');
  });
});

test('a step whose condition threw runs when another group is true', async () => {
  const { result } = await ran((a) => a.when(failing(new Error('wrong'))).or().when(() => true));
  expect(result.outcome('a')).toEqual({ status: 'succeeded', value: 'ran' });
});

test('the result of a step whose condition threw is missing, and the error says why', async () => {
  const { result } = await ran((a) => a.when(failing(new Error('wrong'))));
  expect(() => result.value('a')).toThrow("'p/a' has no result (a: skipped by its condition, which threw: wrong)");
});
