import { key, NotVisibleError, UnknownStepError, type StepHandle } from 'millrace';
import { orderMatchers } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { bench } from '../bench.ts';
import { kinds, nested } from './kinds.ts';

expect.extend(orderMatchers);

const color = key<string>('color');

function caught(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    return error;
  }
}

describe.each(Object.keys(kinds))('in the body of %s', (kind) => {
  test('results, outcomes and keys of the steps are seen that the composite step waits for, however deep', async () => {
    const { flow, p } = bench();
    const first = p.customStep((s) => {
      s.set(color, 'red');
      return 'first';
    }, 'first');
    const read: unknown[] = [];
    nested(p, [kind, 'group', 'loop'], (scope) =>
      scope.customStep((s) => {
        read.push(s.result(first), s.outcome(first), s.get(color), s.getByStep(first, color), [...s.endValues(color)], s.result('first' as never));
      }, 'x'),
    ).after(first);
    expect(await flow.run()).toHaveStatus('succeeded');
    expect(read).toEqual(['first', { status: 'succeeded', value: 'first' }, 'red', 'red', [['p/first', 'red']], 'first']);
  });

  test('nothing is seen of steps that the composite step does not wait for', async () => {
    const { flow, p } = bench();
    const other = p.customStep((s) => s.set(color, 'blue'), 'other');
    let error: unknown;
    let seen: unknown;
    nested(p, [kind], (scope) =>
      scope.customStep((s) => {
        error = caught(() => s.result(other));
        seen = s.get(color);
      }, 'x'),
    );
    await flow.run();
    expect(seen).toBeUndefined();
    expect(error).toBeInstanceOf(NotVisibleError);
    expect((error as Error).message).toBe(`'p/${kind}' reads 'p/other', which it does not wait for; add it to its timings`.replace(/^/u, 'step '));
  });

  test('a name means a step of the body before one outside', async () => {
    const { flow, p } = bench();
    const outer = p.customStep(() => 'outer', 'same');
    const step = nested(p, [kind], (scope) => {
      scope.customStep(() => 'inner', 'same');
      return scope.customStep((s) => [s.results, s.result('same' as never), s.result(outer)].slice(1), 'x', 'same');
    }).after(outer);
    const value = (await flow.run()).value(step);
    expect(JSON.stringify(value)).toContain('["inner","outer"]');
  });

  test('what is set inside stays inside', async () => {
    const { flow, p } = bench();
    const first = p.customStep((s) => s.set(color, 'red'), 'first');
    const step = nested(p, [kind], (scope) => {
      const sets = scope.customStep((s) => s.set(color, 'green'), 'sets');
      return scope.customStep((s) => s.get(color), 'x', sets);
    }).after(first);
    const last = p.customStep((s) => s.get(color), 'last', step);
    const result = await flow.run();
    expect([JSON.stringify(result.value(step)).includes('green'), result.value(last)]).toEqual([true, 'red']);
  });

  test('the steps of a body are not seen outside of it', async () => {
    const { flow, p } = bench();
    let inner: StepHandle | undefined;
    const step = nested(p, [kind], (scope) => (inner = scope.customStep(() => 1, 'inner') as never));
    let error: unknown;
    p.customStep((s) => (error = caught(() => s.result(inner as never))), 'after', step);
    const result = await flow.run();
    expect(error).toBeInstanceOf(NotVisibleError);
    expect((error as Error).message).toMatch(/^step 'p\/.*\/inner' is in the body of 'p\/.*', and is not seen outside of it; read the value of that step$/u);
    expect(() => result.value(inner as never)).toThrow(NotVisibleError);
    expect(() => result.value('inner')).toThrow(UnknownStepError);
  });

  test('conditions of the steps inside see what those see', async () => {
    const { flow, p } = bench();
    const first = p.customStep((s) => s.set(color, 'red'), 'first');
    const ran: string[] = [];
    nested(p, [kind], (scope) => {
      scope.customStep(() => ran.push('red'), 'red').eq(color, 'red');
      scope.customStep(() => ran.push('blue'), 'blue').eq(color, 'blue');
      return scope.customStep(() => ran.push('when'), 'when').when((s) => s.outcome(first).status === 'succeeded');
    }).after(first);
    await flow.run();
    expect(ran).toEqual(['red', 'when']);
  });

  test('what a condition inside throws is told with the whole path', async () => {
    const { flow, p } = bench();
    nested(p, [kind], (scope) =>
      scope.customStep(() => 1, 'x').when(() => {
        throw new Error('unclear');
      }),
    );
    const run = flow.start();
    const paths: unknown[] = [];
    run.on('internal-error', ({ path }) => paths.push(path));
    await run.done;
    expect(paths).toEqual([expect.stringMatching(/^p\/.*\/x$/u)]);
  });

  test('a composite step has conditions of its own: if they do not hold, nothing inside runs', async () => {
    const { flow, p } = bench();
    let ran = 0;
    const step = nested(p, [kind], (scope) => scope.customStep(() => (ran += 1), 'x')).when(() => false);
    const result = await flow.run();
    expect(result).toHaveStatus('succeeded');
    expect([result.outcome(step), ran]).toEqual([{ status: 'skipped', reason: { kind: 'condition' } }, 0]);
  });

  test('a key is restricted for all that is inside, or for a step of the body', async () => {
    const { flow, p } = bench();
    const red = p.customStep((s) => s.set(color, 'red'), 'red');
    const blue = p.customStep((s) => s.set(color, 'blue'), 'blue');
    const step = nested(p, [kind], (scope) => {
      const green = scope.customStep((s) => s.set(color, 'green'), 'green');
      const pink = scope.customStep((s) => s.set(color, 'pink'), 'pink');
      const inner = scope.customStep((s) => s.get(color), 'inner', green, pink).restrict(color, green);
      return scope.customStep((s) => [s.result(inner)], 'x', inner);
    })
      .after(red, blue)
      .restrict(color, red);
    const outer = p.group((scope) => scope.customStep((s) => s.get(color), 'x'), 'outer').after(red, blue).restrict(color, red);
    const result = await flow.run();
    expect([JSON.stringify(result.value(step)).includes('green'), result.value(outer)]).toEqual([true, 'red']);
  });
});

describe('the functions of composite steps', () => {
  test('see what their step sees, and set keys that the body and later steps see', async () => {
    const { flow, p } = bench();
    const first = p.customStep(() => 3, 'first');
    const read: unknown[] = [];
    const step = p
      .case(
        (s) => {
          s.set(color, 'red');
          return s.result(first) === 3;
        },
        'case',
        (body) => body.customStep((s) => read.push(s.get(color)), 'x'),
      )
      .after(first);
    p.customStep((s) => read.push(s.get(color)), 'after', step);
    await flow.run();
    expect(read).toEqual(['red', 'red']);
  });
});

describe('item and index', () => {
  test('are seen in the body and in all bodies inside of it', async () => {
    const { flow, p } = bench();
    const read: unknown[] = [];
    p.forEach(['a', 'b'], 'lines', (each) =>
      each.group(
        (inner) =>
          inner.loopUntil(
            (body) => body.forEach(['x'], 'deep', (more) => more.customStep((s) => read.push([s.result(each.item), s.result(each.index), s.result(more.item), s.result(more.index)]), 'x')),
            'loop',
            (s) => s.result(each.index) >= 0,
          ),
        'group',
      ),
    );
    expect(await flow.run()).toHaveStatus('succeeded');
    expect(read).toEqual([
      ['a', 0, 'x', 0],
      ['b', 1, 'x', 0],
    ]);
  });

  test('are not seen outside, and not in the body of another forEach', async () => {
    const { flow, p } = bench();
    let item: unknown;
    p.forEach([1], 'one', (each) => {
      item = each.item;
      return each.customStep(() => 1, 'x');
    });
    const errors: unknown[] = [];
    p.forEach([1], 'two', (each) => each.customStep((s) => errors.push(caught(() => s.result(item as never))), 'x'));
    p.customStep((s) => errors.push(caught(() => s.result(item as never))), 'outside');
    await flow.run();
    expect(errors.map(String).toSorted()).toEqual([
      "NotVisibleError: step 'p/outside' reads the item of 'p/one', which it is not inside of; read it in the body of that step",
      "NotVisibleError: step 'p/two/0/x' reads the item of 'p/one', which it is not inside of; read it in the body of that step",
    ]);
    expect(errors.every((error) => error instanceof NotVisibleError)).toBe(true);
  });

  test('are `undefined` where an item is', async () => {
    const { flow, p } = bench();
    const step = p.forEach([undefined, null], 'lines', (each) => each.customStep((s) => [s.result(each.item)], 'x'));
    expect((await flow.run()).value(step)).toEqual([[undefined], [null]]);
  });
});
