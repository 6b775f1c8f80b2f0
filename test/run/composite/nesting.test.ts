import { orderMatchers, settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { bench, recorded, words } from '../bench.ts';
import { keyPlaceOf, kinds, nested, pairs, placeOf, seen, valueOf } from './kinds.ts';

expect.extend(orderMatchers);

const place = (names: readonly string[], of: Readonly<Record<string, string>>): string => names.map((name) => of[name]).join('/');

describe.each(Object.keys(kinds))('%s', (kind) => {
  test('has the value of its body', async () => {
    const { flow, p } = bench();
    const step = nested(p, [kind], (scope) => scope.customStep(() => 42, 'x'));
    const after = p.customStep((s) => s.result(step), 'after', step);
    const result = await flow.run();
    expect([result.value(step), result.value(after)]).toEqual([valueOf(kind, 42), valueOf(kind, 42)]);
  });

  test('has no value without one', async () => {
    const { flow, p } = bench();
    const step = nested(p, [kind], (scope) => {
      scope.customStep(() => 42, 'x');
      return undefined as never;
    });
    expect((await flow.run()).value(step)).toEqual(valueOf(kind, undefined));
  });

  test('has an empty body', async () => {
    const { flow, p } = bench();
    const step = nested(p, [kind], () => undefined as never);
    expect((await flow.run()).value(step)).toEqual(valueOf(kind, undefined));
  });

  test('tells of its own start, of what is inside, and of its end', async () => {
    const { flow, p } = bench();
    nested(p, [kind], (scope) => {
      const x = scope.customStep(() => 1, 'x');
      return scope.customStep(async (s) => s.result(x), 'y', x);
    });
    const run = flow.start();
    const events = recorded(run);
    expect(await run.done).toHaveStatus('succeeded');
    const at = `p/${placeOf[kind]}`;
    const own = `p/${kind}`;
    expect(words(events).filter((word) => word.includes(own))).toEqual([
      `step-started ${own}`,
      `step-started ${at}/x`,
      `step-ended ${at}/x`,
      `step-started ${at}/y`,
      `step-ended ${at}/y`,
      `step-ended ${own}`,
    ]);
  });

  test('is not there twice when a flow runs twice at once', async () => {
    const { flow, p } = bench();
    const step = nested(p, [kind], (scope) => scope.customStep(async (s) => s.runId, 'x'));
    const results = await Promise.all([flow.run(), flow.run()]);
    expect(results.map((result) => result.value(step))).toEqual([valueOf(kind, 'r-1'), valueOf(kind, 'r-2')]);
  });
});

describe.each(pairs)('%s with %s inside', (outer, inner) => {
  const names = [outer, inner];

  test('passes on the value', async () => {
    const { flow, p } = bench();
    const step = nested(p, names, (scope) => scope.customStep(async () => 'deep', 'x'));
    expect((await flow.run()).value(step)).toEqual(valueOf(outer, valueOf(inner, 'deep')));
  });

  test('has the paths and the keys of both', async () => {
    const { flow, p } = bench();
    let here: unknown;
    nested(p, names, (scope) => scope.customStep((s) => void (here = seen(s)), 'x'));
    await flow.run();
    expect(here).toEqual({ path: `p/${place(names, placeOf)}/x`, key: `r-1/p/${place(names, keyPlaceOf)}/x`, process: 'p' });
  });

  test('fails with the error itself', async () => {
    const { flow, p } = bench();
    const broken = new Error('broken');
    const step = nested(p, names, (scope) =>
      scope.customStep(() => {
        throw broken;
      }, 'x'),
    );
    const result = await flow.run();
    expect(result.outcome(step)).toEqual({ status: 'failed', error: broken });
    expect(result.errors[0]?.error).toBe(broken);
    expect(result.errors).toHaveLength(1);
  });
});

test('three kinds inside of one another, each in each', async () => {
  const { flow, p } = bench();
  const names = Object.keys(kinds);
  const triples = names.flatMap((a) => names.flatMap((b) => names.map((c) => [a, b, c])));
  const steps = triples.map((triple, at) => p.group((scope) => nested(scope, triple, (inner) => inner.customStep(async (s) => s.path, 'x')), `g${at}`));
  const result = await flow.run();
  const expected = triples.map((triple, at) => triple.reduceRight<unknown>((value, kind) => valueOf(kind, value), `p/g${at}/${place(triple, placeOf)}/x`));
  expect(steps.map((step) => result.value(step))).toEqual(expected);
});

test.each([
  ['sync', (): unknown => 'done'],
  ['async', (): unknown => Promise.resolve('done')],
] as const)('a hundred and fifty inside of one another (%s)', async (_, work) => {
  const { flow, p } = bench();
  const names = Object.keys(kinds).filter((kind) => kind !== 'forEach' && kind !== 'items');
  const deep = Array.from({ length: 150 }, (_value, at) => names[at % names.length] ?? '');
  const step = nested(p, deep, (scope) => scope.customStep(work, 'x'));
  const run = flow.start();
  await settle();
  expect((await run.done).value(step)).toBe('done');
});
