import { expect, test } from 'vitest';
import { key, type FlowResult } from 'millrace';
import { lives, untilSuccess } from './lives.ts';

const statuses = (result: FlowResult): Record<string, string> => Object.fromEntries([...result.steps].map(([path, { status }]) => [path, status]));

test('REC-01: a chain goes on at its failed step with what the steps before it set and returned', async () => {
  const when = new Date(5);
  const values = { text: 'x', number: 1.5, flag: true, nothing: null, missing: undefined, big: 7n, at: when, list: [1, { a: 2 }], map: new Map([['k', new Set([1])]]), bytes: new Uint8Array([1, 2]) };
  const typed = key<typeof values>('typed');
  let seen: unknown;
  const { next } = lives(({ p, note }) => {
    const one = p.customStep(note('1'), '1');
    const two = p.customStep((s) => {
      note('2')();
      s.set(typed, values);
      s.set('plain', 'p');
      return values;
    }, '2', one);
    const three = p.customStep((s) => {
      seen = [s.get(typed), s.get('plain'), s.result(two), s.recovering, s.attempt];
      note('3', 1)();
    }, '3', two);
    p.customStep(note('4'), '4', three);
  });
  const first = await next();
  expect(first.calls).toEqual(['1', '2', '3']);
  expect([first.result.status, statuses(first.result)]).toEqual(['failed', { 'p/1': 'succeeded', 'p/2': 'succeeded', 'p/3': 'failed', 'p/4': 'cancelled' }]);
  expect(seen).toEqual([values, 'p', values, false, 1]);
  const second = await next();
  expect(second.calls).toEqual(['3', '4']);
  expect(seen).toEqual([values, 'p', values, true, 1]);
  expect(second.result.runId).toBe('r');
  expect(second.result.value('2')).toEqual(values);
  expect(statuses(second.result)).toEqual({ 'p/1': 'succeeded', 'p/2': 'succeeded', 'p/3': 'succeeded', 'p/4': 'succeeded' });
  expect(second.result.startedAt).toBe(first.result.startedAt);
  expect(second.result.orThrow()).toBe(second.result);
});

/*
 * 1 ─┬─> 3 ──> 4
 * 2 ─┘
 */
test('REC-02: both branches before the failed step are restored', async () => {
  let seen: unknown;
  const { next } = lives(({ p, note }) => {
    const one = p.customStep((s) => {
      s.set('one', 1);
      note('1')();
    }, '1');
    const two = p.customStep((s) => {
      s.set('two', 2);
      note('2')();
    }, '2');
    const three = p.customStep((s) => {
      seen = [s.get('one'), s.get('two')];
      note('3', 1)();
    }, '3', one, two);
    p.customStep(note('4'), '4', three);
  });
  expect((await next()).calls).toEqual(['1', '2', '3']);
  seen = undefined;
  expect((await next()).calls).toEqual(['3', '4']);
  expect(seen).toEqual([1, 2]);
});

test('REC-05: a run that succeeded cannot go on', async () => {
  const { next, registry } = lives(({ p, note }) => void p.customStep(note('1'), '1'));
  await next();
  await expect(registry().flows.resume('r')).rejects.toMatchObject({ code: 'run-succeeded', message: expect.stringContaining("run 'r'") as unknown });
});

/*
 * 1 (ok) ───┬─> 3 ─┬─> 4
 * 2 (fails) ┘      └─> 5
 */
test('REC-07: a step that waits for one that succeeded and one that failed runs after the recovery of that', async () => {
  expect(
    await untilSuccess(
      lives(({ p, note }) => {
        const three = p.customStep(note('3'), '3', p.customStep(note('1'), '1'), p.customStep(note('2', 1), '2'));
        p.customStep(note('4'), '4', three);
        p.customStep(note('5'), '5', three);
      }),
    ),
  ).toEqual([['1', '2'], ['2', '3', '4', '5']]);
});

/*
 * 1 ─┬─> 2 (ok) ────┬─> 4
 *    └─> 3 (fails) ─┘
 */
test('REC-08: a diamond goes on at its failed arm', async () => {
  expect(
    await untilSuccess(
      lives(({ p, note }) => {
        const one = p.customStep(note('1'), '1');
        p.customStep(note('4'), '4', p.customStep(note('2'), '2', one), p.customStep(note('3', 1), '3', one));
      }),
    ),
  ).toEqual([['1', '2', '3'], ['3', '4']]);
});

test('REC-10: a step sees what it set itself before it failed', async () => {
  const seen: unknown[] = [];
  const calls = await untilSuccess(
    lives(({ p, note, number }) => {
      const one = p.customStep((s) => {
        seen.push(s.get('own'));
        s.set('own', number);
        note('1', 1)();
      }, '1');
      p.customStep((s) => {
        seen.push(s.get('own'));
        note('2')();
      }, '2', one);
      p.customStep(note('3'), '3', one);
    }),
  );
  expect(calls).toEqual([['1'], ['1', '2', '3']]);
  expect(seen).toEqual([undefined, 1, 2]);
});

test('REC-12: several failed roots run again, and all that waits for them', async () => {
  const calls = await untilSuccess(
    lives(({ p, note }) => {
      const join = p.customStep(note('3'), '3', p.customStep(note('1', 1), '1'), p.customStep(note('2', 1), '2'));
      p.customStep(note('4'), '4', join);
    }),
  );
  expect(calls).toEqual([['1', '2'], ['1', '2', '3', '4']]);
});

test('REC-13: processes side by side that all failed go on side by side', async () => {
  const calls = await untilSuccess(
    lives(({ flow, note }) => {
      for (const name of ['x', 'y', 'z']) {
        const process = flow.process(name);
        process.customStep(note(`${name}1`, 1), '1').next(note(`${name}2`), '2');
      }
    }),
  );
  expect(calls).toEqual([['x1', 'y1', 'z1'], ['x1', 'y1', 'z1', 'x2', 'y2', 'z2']]);
});

test('REC-14: the input is restored', async () => {
  const seen: unknown[] = [];
  const input = { text: 'x', at: new Date(1), deep: { list: [1n] } };
  await untilSuccess(
    lives(
      ({ p, note }) => {
        p.customStep((s) => {
          seen.push(s.input, s.get('text'));
          note('1', 1)();
        }, '1');
      },
      { input },
    ),
  );
  expect(seen).toEqual([input, 'x', input, 'x']);
});

test('REC-30: a failed root keeps its keys, and a branch that does not depend on it is left alone', async () => {
  const calls = await untilSuccess(
    lives(({ p, note }) => {
      p.customStep(note('other'), 'other').next(note('after other'), 'after other');
      const root = p.customStep((s) => {
        note('root', 1)();
        s.set('k', 1);
      }, 'root');
      p.customStep(note('after root'), 'after root', root);
    }),
  );
  expect(calls).toEqual([['other', 'root', 'after other'], ['root', 'after root']]);
});

test('a run is recovered any number of times, and every step succeeds once', async () => {
  const calls = await untilSuccess(
    lives(({ p, note }) => {
      p.customStep(note('1', 1), '1').next(note('2', 2, 3), '2').next(note('3', 4), '3').next(note('4'), '4');
    }),
  );
  expect(calls).toEqual([['1'], ['1', '2'], ['2'], ['2', '3'], ['3', '4']]);
});

test('NEW-16, D4: a stopped run goes on with the steps that never ran', async () => {
  const { next } = lives(({ p, note }) => {
    p.customStep(note('1'), '1').next(note('2'), '2').next(note('3'), '3');
  });
  const first = await next((run) => run.on('step-started', () => run.stop('enough')));
  expect([first.result.status, first.calls]).toEqual(['stopped', ['1']]);
  const second = await next();
  expect([second.result.status, second.calls, second.result.reason]).toEqual(['succeeded', ['2', '3'], undefined]);
});

test('NEW-16, D4: a run whose process was stopped goes on with the steps of that process', async () => {
  const { next } = lives(({ p, flow, note }) => {
    p.customStep(note('1'), '1').next(note('2'), '2').next(note('3'), '3');
    flow.process('q').after(p).customStep(note('q'), 'q');
  });
  const first = await next((run) => run.on('step-started', () => run.process('p').stop('enough')));
  expect([first.result.status, first.calls]).toEqual(['stopped', ['1']]);
  const second = await next();
  expect([second.result.status, second.calls]).toEqual(['succeeded', ['2', '3', 'q']]);
});

/*
 * 1 ─> 2
 */
test('a typed key that a failed step had set is the same key when other steps set it in the next life', async () => {
  const typed = key<string>('typed');
  const { next } = lives(({ p, number }) => {
    p.customStep((s) => {
      if (number > 1) return;
      s.set(typed, 'one');
      throw new Error('broken');
    }, '1').next((s) => {
      const before = s.get(typed);
      s.set(typed, 'two');
      return [before, s.get(typed)];
    }, '2');
  });
  await next();
  expect((await next()).result.outcome('2')).toEqual({ status: 'succeeded', value: ['one', 'two'] });
});
