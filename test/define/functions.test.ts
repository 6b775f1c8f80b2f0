import { createFlows, step } from 'millrace';
import { describe, expect, test } from 'vitest';
import { definition, issuesOf, wrong } from './issues.ts';

function named(name: string): () => number {
  return Object.defineProperty(() => 1, 'name', { value: name });
}

describe('what is not a function', () => {
  test.for<[unknown, string]>([
    [undefined, 'of type undefined'],
    [null, 'null'],
    ['work', 'of type string'],
    [{}, 'of type object'],
    [Promise.resolve(1), 'of type object'],
  ])('%s cannot be the work of a step', ([work, shown]) => {
    const { flow, p } = definition();
    const a = p.customStep(() => 1, 'a');
    const refused: unknown = expect.objectContaining({ code: 'not-a-function', message: `the work of step 'b' is ${shown}; give a function (s) => value` });
    for (const define of [
      () => p.customStep(wrong(work), 'b'),
      () => p.syncAll(wrong(work), 'b'),
      () => p.always(wrong(work), 'b'),
      () => a.next(wrong(work), 'b'),
      () => a.same(wrong(work), 'b'),
      () => step(wrong(work), 'b'),
      () => p.parallel({ b: wrong(work) }),
    ]) {
      expect(define).toThrow(refused);
    }
    expect(flow.graph().size).toBe(1);
  });

  test('follow and parallel say which of theirs it is', () => {
    const { flow, p } = definition();
    const first = p.customStep(named('a'), 'first');
    const refused = (message: string): unknown => expect.objectContaining({ code: 'not-a-function', message: `${message}; give a function that has a name, or step(fn, 'name')` });
    expect(() => p.follow(named('a'), wrong('b'))).toThrow(refused("number 2 of follow is 'b'"));
    expect(() => p.follow(wrong(first))).toThrow(refused("number 1 of follow is step 'first', which is registered already"));
    expect(() => p.follow(wrong([named('a')]))).toThrow(refused('number 1 of follow is a list'));
    expect(() => p.parallel(named('a'), named('b'), wrong(null))).toThrow(refused('number 3 of parallel is null'));
    expect(() => p.parallel(wrong(first))).toThrow(refused("number 1 of parallel is step 'first', which is registered already"));
    expect(flow.graph().size).toBe(1);
  });

  test.for<[string, (p: ReturnType<typeof definition>['p']) => unknown]>([
    ['a handle', (p) => p.customStep(() => 1, 'a')],
    ['a group', (p) => p.parallel({ a: () => 1 })],
    ['a list', () => [named('b'), named('c')]],
  ])('parallel takes %s neither as a step nor as a record of steps', ([, make]) => {
    const { flow, p } = definition();
    const given = make(p);
    const { size } = flow.graph();
    expect(() => p.parallel(wrong(given))).toThrow('number 1 of parallel is ');
    expect(flow.graph().size).toBe(size);
  });
});

describe('a function whose name cannot name a step', () => {
  test.for<[string, () => unknown, string]>([
    ['an arrow function', () => (() => () => 1)(), 'no name'],
    ['a default export', () => named('default'), "the name 'default'"],
    ['a bound function', () => named('work').bind(undefined), "the name 'bound work'"],
  ])('%s is refused, and the message says what to do', ([, make, shown]) => {
    const { flow, p } = definition();
    for (const method of ['follow', 'parallel'] as const) {
      expect(() => p[method](named('a'), wrong(make()))).toThrow(
        expect.objectContaining({
          code: 'anonymous-function',
          message: `function number 2 of ${method} has ${shown}, so it cannot name a step; give step(fn, 'name') or parallel({ name: fn })`,
        }),
      );
    }
    expect(flow.graph().size).toBe(0);
  });

  test('a function with a name that no step can have is refused like such a name', () => {
    const { p } = definition();
    expect(() => p.follow(named('get value/of'))).toThrow(expect.objectContaining({ code: 'invalid-name' }));
  });

  test('a token, a record and customStep give any function a name', async () => {
    const flow = createFlows().registerFlow('f');
    const p = flow.process('p');
    p.follow(step(() => 1, 'one'));
    p.parallel({ two: () => 2 });
    p.customStep(() => 3, 'three');
    const result = await flow.run();
    expect(['one', 'two', 'three'].map((name) => result.value(name))).toEqual([1, 2, 3]);
  });
});

describe('two steps of one name', () => {
  test('are a problem of the definition, however they were registered', () => {
    const { flow, p } = definition();
    const a = p.customStep(() => 1, 'a');
    p.follow(named('a'));
    a.next(() => 1, 'b');
    p.parallel({ b: () => 1 });
    expect(issuesOf(flow)).toEqual([
      { code: 'duplicate-step', message: "step 'a' is defined twice in process 'p'; give each step its own name", at: 'p/a' },
      { code: 'duplicate-step', message: "step 'b' is defined twice in process 'p'; give each step its own name", at: 'p/b' },
    ]);
  });

  test('one function twice in a follow is a duplicate, not a cycle', () => {
    const { flow, p } = definition();
    const work = named('work');
    p.follow(work, work);
    expect(issuesOf(flow).map(({ code }) => code)).toEqual(['duplicate-step']);
  });

  test('in two processes they are two steps', () => {
    const { flow, p } = definition();
    p.customStep(() => 1, 'a');
    flow.process('q').customStep(() => 1, 'a');
    expect(flow.graph().size).toBe(2);
  });
});
