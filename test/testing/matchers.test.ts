import { describe, expect, test } from 'vitest';
import { UnknownStepError } from '../../src/errors.ts';
import { orderMatchers } from '../../src/testing/index.ts';
import { cancelledBy, failedAt, recordedResult, succeededAt } from './recorded.ts';

expect.extend(orderMatchers);

//   fetch ─┬─ build ── ship
//          └─ lint
const result = recordedResult(
  {
    'release/fetch': succeededAt(0, 1),
    'release/build': failedAt(2, 4, 'no space left'),
    'release/lint': succeededAt(3, 5),
    'release/ship': cancelledBy('release/build', 'no space left'),
  },
  'failed',
);

const drawn = `run 'r-1' of flow 'release': failed
  release/fetch  ━━      succeeded
  release/build    ━━━   failed: no space left
  release/lint      ━━━  succeeded
  release/ship           cancelled ← release/build: failed: no space left
`;

/** What a failed assertion says. */
function messageOf(assertion: () => void): string {
  try {
    assertion();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('the assertion holds');
}

describe('toHaveRunBefore', () => {
  test('a step that had ended when the other one started ran before it', () => {
    expect(result).toHaveRunBefore('fetch', 'build');
    expect(result).toHaveRunBefore('release/fetch', 'lint');
    expect(result).not.toHaveRunBefore('build', 'fetch');
    expect(result).not.toHaveRunBefore('build', 'lint');
  });

  test('a step that never started ran neither before nor after another one', () => {
    expect(result).not.toHaveRunBefore('build', 'ship');
    expect(result).not.toHaveRunBefore('ship', 'build');
  });

  test.for([
    ['build', 'fetch', "expected 'release/build' to end before 'release/fetch' starts, but 'release/fetch' ended before 'release/build' started"],
    ['build', 'lint', "expected 'release/build' to end before 'release/lint' starts, but 'release/lint' started while 'release/build' was at work"],
    ['lint', 'build', "expected 'release/lint' to end before 'release/build' starts, but 'release/lint' started while 'release/build' was at work"],
    [
      'build',
      'ship',
      "expected 'release/build' to end before 'release/ship' starts, but 'release/ship' never started (ship: cancelled ← release/build: failed: no space left)",
    ],
  ] as const)('the message on %s before %s says what was, and draws the run', ([a, b, message]) => {
    expect(messageOf(() => expect(result).toHaveRunBefore(a, b))).toBe(`${message}\n\n${drawn}`);
  });

  test('the message under .not says so', () => {
    expect(messageOf(() => expect(result).not.toHaveRunBefore('fetch', 'build'))).toBe(
      `expected 'release/fetch' not to end before 'release/build' starts\n\n${drawn}`,
    );
  });
});

describe('toHaveOverlapped', () => {
  test('two steps overlap when each started before the other one ended', () => {
    expect(result).toHaveOverlapped('build', 'lint');
    expect(result).toHaveOverlapped('lint', 'build');
    expect(result).not.toHaveOverlapped('fetch', 'build');
    expect(result).not.toHaveOverlapped('build', 'ship');
  });

  test('a step that was abandoned overlaps what started after it', () => {
    const abandoned = recordedResult({ 'p/slow': { outcome: { status: 'stopped', reason: 'enough' }, at: [0, Infinity] }, 'p/last': succeededAt(1, 2) });
    expect(abandoned).toHaveOverlapped('slow', 'last');
    expect(abandoned).not.toHaveRunBefore('slow', 'last');
  });

  test('the message says which one ended before the other one started', () => {
    const message = "expected 'release/build' and 'release/fetch' to overlap, but 'release/fetch' ended before 'release/build' started";
    expect(messageOf(() => expect(result).toHaveOverlapped('build', 'fetch'))).toBe(`${message}\n\n${drawn}`);
  });

  test('the message under .not says so', () => {
    expect(messageOf(() => expect(result).not.toHaveOverlapped('build', 'lint'))).toBe(
      `expected 'release/build' and 'release/lint' not to overlap\n\n${drawn}`,
    );
  });
});

describe('toHaveRunInOrder', () => {
  test('steps ran in order when each had ended before the next one started', () => {
    expect(result).toHaveRunInOrder(['fetch', 'build']);
    expect(result).not.toHaveRunInOrder(['fetch', 'build', 'lint']);
    expect(result).not.toHaveRunInOrder(['fetch', 'build', 'ship']);
  });

  test('the message names the first pair that is out of order', () => {
    const message = 'expected the steps to run in the order release/fetch → release/lint → release/build';
    expect(messageOf(() => expect(result).toHaveRunInOrder(['fetch', 'lint', 'build']))).toBe(
      `${message}, but 'release/lint' started while 'release/build' was at work\n\n${drawn}`,
    );
  });

  test('the message under .not says so', () => {
    expect(messageOf(() => expect(result).not.toHaveRunInOrder(['fetch', 'lint']))).toBe(
      `expected the steps not to run in the order release/fetch → release/lint\n\n${drawn}`,
    );
  });

  test('fewer than two steps have no order', () => {
    expect(() => expect(result).toHaveRunInOrder(['fetch'])).toThrow('toHaveRunInOrder needs two or more steps and got 1');
    expect(() => expect(result).not.toHaveRunInOrder([])).toThrow('toHaveRunInOrder needs two or more steps and got 0');
  });
});

describe('toHaveStatus', () => {
  test('a step has the status it ended with', () => {
    expect(result).toHaveStatus('build', 'failed');
    expect(result).toHaveStatus('release/ship', 'cancelled');
    expect(result).not.toHaveStatus('build', 'succeeded');
  });

  test('with one argument it is the status of the run', () => {
    expect(result).toHaveStatus('failed');
    expect(result).not.toHaveStatus('succeeded');
  });

  test('the messages say what the status is, and why', () => {
    expect(messageOf(() => expect(result).toHaveStatus('ship', 'succeeded'))).toBe(
      `expected 'release/ship' to have the status 'succeeded', but it ended as ship: cancelled ← release/build: failed: no space left\n\n${drawn}`,
    );
    const run = messageOf(() => expect(result).toHaveStatus('succeeded'));
    expect(run).toBe(`expected the run to have the status 'succeeded', but it is 'failed'\n\n${drawn}`);
  });

  test('the messages under .not say so', () => {
    const step = messageOf(() => expect(result).not.toHaveStatus('lint', 'succeeded'));
    expect(step).toBe(`expected 'release/lint' not to have the status 'succeeded'\n\n${drawn}`);
    const run = messageOf(() => expect(result).not.toHaveStatus('failed'));
    expect(run).toBe(`expected the run not to have the status 'failed'\n\n${drawn}`);
  });
});

describe('mistakes of the test', () => {
  test('an unknown step is the own error of the result, under .not too', () => {
    expect(() => expect(result).toHaveRunBefore('fetch', 'biuld')).toThrow(UnknownStepError);
    expect(() => expect(result).not.toHaveRunBefore('fetch', 'biuld')).toThrow("there is no step 'biuld' in flow 'release'");
    expect(() => expect(result).not.toHaveRunInOrder(['biuld', 'fetch'])).toThrow(UnknownStepError);
    expect(() => expect(result).not.toHaveStatus('biuld', 'failed')).toThrow(UnknownStepError);
  });

  test('a step is not compared with itself', () => {
    expect(() => expect(result).not.toHaveRunBefore('build', 'release/build')).toThrow("toHaveRunBefore got 'release/build' twice; give two steps");
    expect(() => expect(result).toHaveOverlapped('build', 'build')).toThrow("toHaveOverlapped got 'release/build' twice; give two steps");
  });

  test('what is not a result is refused, under .not too', () => {
    const works = 'toHaveRunBefore works on the result of a run and got';
    expect(() => expect(Promise.resolve(result)).not.toHaveRunBefore('a', 'b')).toThrow(`${works} a promise; await it`);
    const run = { done: Promise.resolve(result) };
    expect(() => expect(run).not.toHaveRunBefore('a', 'b')).toThrow(`${works} a run; give what its done resolves with`);
    expect(() => expect(undefined).not.toHaveRunBefore('a', 'b')).toThrow(`${works} undefined`);
    expect(() => expect(null).not.toHaveRunBefore('a', 'b')).toThrow(`${works} null`);
  });
});

test('the matchers work on promises', async () => {
  await expect(Promise.resolve(result)).resolves.toHaveRunBefore('fetch', 'build');
  await expect(Promise.resolve(result)).resolves.not.toHaveStatus('build', 'succeeded');
});
