import { CallbackError } from 'millrace';
import { describe, expect, test } from 'vitest';
import { lives, untilSuccess, type Life, type Lives } from './lives.ts';

const must = { must: true } as const;

/** Steps 1 to 4: 2 and 3 wait for 1, and 4 for both. */
function diamond({ p, note }: Life): void {
  const one = p.customStep(note('1'), '1');
  p.customStep(note('4'), '4', p.customStep(note('2'), '2', one), p.customStep(note('3'), '3', one));
}

const steps = ['1', '2', '3', '4'];

function diamonds(define: (life: Life) => void): Lives {
  return lives((life) => {
    diamond(life);
    define(life);
  });
}

/** The same function, but what it throws is a rejection. */
const rejecting = (fn: () => void) => async (): Promise<void> => {
  await Promise.resolve();
  fn();
};

describe.for([
  ['throws', (fn: () => void) => fn],
  ['rejects', rejecting],
] as const)('a callback that %s', ([, as]) => {
  test('REC-15: callbacks before the flow do not run again', async () => {
    const calls = await untilSuccess(
      lives(({ flow, p, note }) => {
        flow.beforeFlow(as(note('before')), must);
        p.customStep(note('1', 1), '1');
      }),
    );
    expect(calls).toEqual([['before', '1'], ['1']]);
  });

  test('REC-16..17: nothing has run when one before the flow failed, and the recovery runs it and everything', async () => {
    const { next } = diamonds(({ flow, note }) => void flow.beforeFlow(as(note('before', 1)), must));
    const first = await next();
    expect([first.calls, first.result.status, first.result.errors.map(({ path }) => path)]).toEqual([['before'], 'failed', ['@before']]);
    expect((await next()).calls).toEqual(['before', ...steps]);
  });

  test('REC-20..23: before a process the recovery goes on at the one that failed, whatever the level', async () => {
    const at = async (define: (life: Life) => void): Promise<unknown> => untilSuccess(diamonds(define));
    expect(await at(({ p, note }) => void p.beforeProcess(as(note('a')), must).beforeProcess(as(note('b', 1)), must))).toEqual([['a', 'b'], ['b', ...steps]]);
    expect(await at(({ p, note }) => void p.beforeProcess(as(note('a', 1)), must).beforeProcess(as(note('b')), must))).toEqual([['a'], ['a', 'b', ...steps]]);
    expect(await at(({ p, note }) => void p.beforeProcess(as(note('a')), must).beforeProcess(as(note('b', 1)), must).beforeProcess(as(note('c')), must))).toEqual([
      ['a', 'b'],
      ['b', 'c', ...steps],
    ]);
    expect(await at(({ flows, note }) => void flows.beforeProcess(as(note('a')), must).beforeProcess(as(note('b', 1)), must))).toEqual([['a', 'b'], ['b', ...steps]]);
  });

  test('REC-24..27: after a process the recovery runs all of them, and no step', async () => {
    const at = async (...fails: readonly boolean[]): Promise<unknown> =>
      untilSuccess(
        diamonds(({ p, note }) => {
          for (const [index, isFailing] of fails.entries()) p.afterProcess(as(note(`after ${index}`, ...(isFailing ? [1] : []))), must);
        }),
      );
    expect(await at(true)).toEqual([[...steps, 'after 0'], ['after 0']]);
    expect(await at(false, true)).toEqual([[...steps, 'after 0', 'after 1'], ['after 0', 'after 1']]);
    expect(await at(true, false)).toEqual([[...steps, 'after 0'], ['after 0', 'after 1']]);
    expect(await at(false, true, false)).toEqual([[...steps, 'after 0', 'after 1'], ['after 0', 'after 1', 'after 2']]);
  });

  test('REC-28: after the flow the recovery runs all of them, and no process', async () => {
    const calls = await untilSuccess(
      diamonds(({ flows, p, note }) => {
        p.beforeProcess(note('before p')).afterProcess(note('after p'));
        flows.afterFlow(as(note('a')), must).afterFlow(as(note('b')), must).afterFlow(as(note('c', 1)), must);
      }),
    );
    expect(calls).toEqual([['before p', ...steps, 'after p', 'a', 'b', 'c'], ['a', 'b', 'c']]);
  });

  test('REC-31..32: when one before a step failed, neither its function nor what waits for it has run', async () => {
    const { next } = diamonds(({ p, note }) => void p.beforeStep(as(note('before', 1)), { ...must, onlyFor: '1' }));
    const first = await next();
    expect([first.calls, first.result.outcome('1').status, first.result.outcome('2').status]).toEqual([['before'], 'failed', 'cancelled']);
    expect((await next()).calls).toEqual(['before', ...steps]);
  });

  test('REC-33..34: before a step the recovery goes on at the one that failed', async () => {
    const only = { ...must, onlyFor: '1' };
    const calls = await untilSuccess(diamonds(({ p, note }) => void p.beforeStep(as(note('a')), only).beforeStep(as(note('b', 1)), only).beforeStep(as(note('c')), only)));
    expect(calls).toEqual([['a', 'b'], ['b', 'c', ...steps]]);
  });

  test('REC-35: the steps after it run all of theirs', async () => {
    const { next } = diamonds(({ p, note }) => {
      p.beforeStep(as(note('a')), must).beforeStep(as(note('b', 1)), { ...must, onlyFor: '1' }).beforeStep(as(note('c')), must);
    });
    expect((await next()).calls).toEqual(['a', 'b']);
    const { calls } = await next();
    expect(calls.slice(0, 3)).toEqual(['b', 'c', '1']);
    expect([...calls].sort()).toEqual(['1', '2', '3', '4', 'a', 'a', 'a', 'b', 'c', 'c', 'c', 'c']);
  });

  test('REC-36..39, D7, NEW-18: after a step the recovery does not run its function again, and the step has succeeded', async () => {
    const ends: unknown[] = [];
    const { next } = lives(({ p, note }) => {
      const one = p.customStep((s) => {
        s.set('k', 'set');
        note('1')();
        return 'value';
      }, '1');
      p.afterStep(as(note('a')), { ...must, onlyFor: '1' }).afterStep(as(note('b', 1)), { ...must, onlyFor: '1' });
      p.afterStep((s, ended) => void ends.push([s.name, ended, s.get('k')]), { when: 'succeeded' });
      p.customStep(
        (s) => {
          note('2')();
          return [s.result(one), s.get('k')];
        },
        '2',
        one,
      ).next(note('3'), '3');
    });
    const first = await next();
    expect([first.calls, first.result.outcome('1').status, first.result.outcome('2').status, ends]).toEqual([['1', 'a', 'b'], 'failed', 'cancelled', []]);
    const second = await next();
    expect(second.calls).toEqual(['b', '2', '3']);
    expect(second.result.outcome('1')).toEqual({ status: 'succeeded', value: 'value' });
    expect(second.result.value('2')).toEqual(['value', 'set']);
    expect(ends).toEqual([
      ['1', { status: 'succeeded', value: 'value' }, 'set'],
      ['2', { status: 'succeeded', value: ['value', 'set'] }, 'set'],
      ['3', { status: 'succeeded', value: undefined }, 'set'],
    ]);
  });

  test('REC-41..45: the levels after the one that failed run, and the rest as ever', async () => {
    const only = { ...must, onlyFor: '1' };
    const at = async (fails: string): Promise<readonly string[] | undefined> => {
      const calls = await untilSuccess(
        diamonds(({ flows, flow, p, note }) => {
          for (const [level, to] of Object.entries({ registry: flows, flow, process: p })) {
            to.beforeStep(as(note(`${level} before`, ...(fails === `${level} before` ? [1] : []))), only);
            to.afterStep(as(note(`${level} after`, ...(fails === `${level} after` ? [1] : []))), only);
          }
        }),
      );
      expect(calls.length).toBe(2);
      return calls[1];
    };
    const after = ['registry after', 'flow after', 'process after', '2', '3', '4'];
    expect(await at('flow after')).toEqual(after.slice(1));
    expect(await at('process before')).toEqual(['process before', '1', ...after]);
    expect(await at('flow before')).toEqual(['flow before', 'process before', '1', ...after]);
    expect(await at('registry before')).toEqual(['registry before', 'flow before', 'process before', '1', ...after]);
  });

  test('REC-49..50: when a function and a callback after it fail, the function is where the recovery goes on', async () => {
    const calls = await untilSuccess(
      lives(({ p, note }) => {
        p.customStep(note('1', 1), '1').next(note('2'), '2');
        p.afterStep(as(note('after', 1)), { ...must, onlyFor: '1' });
      }),
    );
    expect(calls).toEqual([['1', 'after'], ['1', 'after', '2']]);
  });
});

test('REC-18: what a callback before a process set is restored, and it does not run again', async () => {
  const seen: unknown[] = [];
  const calls = await untilSuccess(
    lives(({ p, note }) => {
      p.beforeProcess((s) => {
        s.set('k', 'set');
        note('before')();
      });
      p.customStep((s) => {
        seen.push(s.get('k'));
        note('1', 1)();
      }, '1').next((s) => void seen.push(s.get('k')), '2');
    }),
  );
  expect(calls).toEqual([['before', '1'], ['1']]);
  expect(seen).toEqual(['set', 'set', 'set']);
});

test('REC-19: a callback before a process that failed sees what it has set', async () => {
  const seen: unknown[] = [];
  const { next } = diamonds(({ p, note }) => {
    p.beforeProcess((s) => {
      seen.push(s.get('k'));
      s.set('k', 'set');
      note('before', 1)();
    }, must);
  });
  expect((await next()).calls).toEqual(['before']);
  expect((await next()).calls).toEqual(['before', ...steps]);
  expect(seen).toEqual([undefined, 'set']);
});

test('REC-29: of two processes the finished one does not run its callbacks again', async () => {
  const calls = await untilSuccess(
    lives(({ flow, note }) => {
      for (const name of ['x', 'y']) {
        const process = flow.process(name).beforeProcess(note(`before ${name}`)).afterProcess(note(`after ${name}`));
        process.customStep(note(`${name}1`, ...(name === 'y' ? [1] : [])), '1').next(note(`${name}2`), '2');
      }
      flow.afterFlow(note('after'));
    }),
  );
  expect(calls[0]?.toSorted()).toEqual(['after', 'after x', 'after y', 'before x', 'before y', 'x1', 'x2', 'y1']);
  expect(calls[1]).toEqual(['y1', 'y2', 'after y', 'after']);
});

test('callbacks around a process that was cancelled run when its steps run', async () => {
  const calls = await untilSuccess(
    lives(({ flow, p, note }) => {
      p.afterProcess(note('after p')).customStep(note('1', 1), '1');
      const q = flow.process('q').after(p).beforeProcess(note('before q')).afterProcess(note('after q'));
      q.customStep(note('2'), '2');
    }),
  );
  expect(calls).toEqual([['1', 'after p'], ['1', 'after p', 'before q', '2', 'after q']]);
});

test('callbacks after a process that was stopped run again when its steps have run', async () => {
  const ends: unknown[] = [];
  const { next } = lives(({ p, note }) => {
    p.customStep(note('1'), '1').next(note('2'), '2');
    p.afterProcess((_, ended) => void ends.push(ended));
  });
  await next((run) => run.on('step-started', () => run.process('p').stop()));
  expect((await next()).calls).toEqual(['2']);
  expect(ends).toEqual(['stopped', 'succeeded']);
});

test('D6: the callback that failed is where its own chain goes on, and no other', async () => {
  const calls = await untilSuccess(
    lives(({ flows, p, note }) => {
      for (const index of [1, 2, 3]) {
        flows.beforeStep(note(`d${index}`, ...(index === 3 ? [1] : [])), must);
        p.beforeStep(note(`p${index}`), must).afterStep(note(`a${index}`), must);
      }
      p.customStep(note('run'), '1');
    }),
  );
  expect(calls).toEqual([['d1', 'd2', 'd3'], ['d3', 'p1', 'p2', 'p3', 'run', 'a1', 'a2', 'a3']]);
});

test('a failed callback is named by the same error in the recorded result', async () => {
  const { next, registry } = lives(({ p, note }) => {
    p.customStep(note('1'), '1').beforeStep(note('before', 1), must);
  });
  const { result } = await next();
  const recorded = await registry().flows.result('r');
  expect(recorded?.errors).toEqual(result.errors);
  expect(recorded?.errors[0]?.error).toBeInstanceOf(CallbackError);
});
