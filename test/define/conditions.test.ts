import { FlowError, failed, InvalidOptionError, settled, step, type StepHandle } from 'millrace';
import { describe, expect, test } from 'vitest';
import { definition, issuesOf, wrong } from './issues.ts';

const one = (): number => 1;

/** The problems of a step `a` with conditions, with `b` after it and `other` beside it. */
function problems(condition: (a: StepHandle) => unknown): readonly string[] {
  const { flow, p } = definition();
  const a = p.customStep(one, 'a');
  a.next(one, 'b');
  p.customStep(one, 'other');
  condition(a);
  return issuesOf(flow).map(({ code, at, message }) => `${code} at ${at}: ${message}`);
}

describe('groups of conditions', () => {
  test.each<[row: string, where: string, condition: (a: StepHandle) => unknown]>([
    ['COND-52: or() first', 'before its first condition', (a) => a.or().eq('k', 1)],
    ['COND-52: or() twice', 'twice in a row', (a) => a.eq('k', 1).or().or().eq('k', 2)],
    ['COND-51: a trailing or()', 'after its last condition', (a) => a.eq('k', 1).or()],
    ['or() alone', 'before its first condition', (a) => a.or()],
  ])('%s is an issue, and not an always true group', (_row, where, condition) => {
    expect(problems(condition)).toEqual([`empty-or-group at p/a: step 'a' has an or() ${where}; put conditions on both sides of each or()`]);
  });

  test('an or() that gets its conditions later is complete', () => {
    expect(problems((a) => a.eq('k', 1).or().describe('text').eq('k', 2))).toEqual([]);
  });
});

describe('what a condition compares with is checked at the call', () => {
  test.each<[call: string, message: string, condition: (a: StepHandle) => unknown]>([
    ['eq of undefined', "eq of step 'p/a' compares with undefined, which a missing key has too; use when(predicate)", (a) => a.eq('k', undefined)],
    ['eq of NaN', "eq of step 'p/a' compares with NaN, which is equal to nothing; use when(predicate)", (a) => a.eq('k', NaN)],
    ['neq of NaN', "neq of step 'p/a' compares with NaN, which is equal to nothing; use when(predicate)", (a) => a.neq('k', NaN)],
    ['eq of an invalid date', "eq of step 'p/a' compares with an object, which is an invalid date and equal to nothing; use when(predicate)", (a) => a.eq('k', new Date(NaN))],
    ['eq of a plain object', "eq of step 'p/a' compares with an object, which is equal to nothing but itself; give an object with equals(other), or use when(predicate)", (a) => a.eq('k', {})],
    ['neq of a list', "neq of step 'p/a' compares with a list, which is equal to nothing but itself; give an object with equals(other)", (a) => a.neq('k', [1])],
    ['eq of an object that only has an order', "eq of step 'p/a' compares with an object, which is equal to nothing but itself", (a) => a.eq('k', { compare: () => 0 })],
    ['gt of a boolean', "gt of step 'p/a' compares with true, which has no order; give a number, a bigint, a string, a valid date or an object with compare(other)", (a) => a.gt('k', wrong(true))],
    ['lt of a function', "lt of step 'p/a' compares with function 'one', which has no order", (a) => a.lt('k', wrong(one))],
    ['lt of a symbol', "lt of step 'p/a' compares with Symbol(x), which has no order", (a) => a.lt('k', wrong(Symbol('x')))],
    ['lt of NaN', "lt of step 'p/a' compares with NaN, which has no order", (a) => a.lt('k', NaN)],
    ['gt of an invalid date', "gt of step 'p/a' compares with an object, which has no order", (a) => a.gt('k', new Date(NaN))],
    ['gte of null', "gte of step 'p/a' compares with null, which is not less, equal or greater", (a) => a.gte('k', wrong(null))],
    ['lte of a plain object', "lte of step 'p/a' compares with an object, which is not less, equal or greater", (a) => a.lte('k', wrong({}))],
  ])('%s', (_call, message, condition) => {
    const { p } = definition();
    const a = p.customStep(one, 'a');
    expect(() => condition(a)).toThrow(expect.objectContaining({ name: 'FlowError', code: 'invalid-condition', message: expect.stringContaining(message) as string }));
  });

  test.each([0, 0n, '', false, null, Symbol('x'), one, new Date(0), Buffer.from('a'), { equals: () => true }])('eq and neq take %o', (expected) => {
    const { p } = definition();
    expect(() => p.customStep(one, 'a').eq('k', expected).neq('k', expected)).not.toThrow();
  });

  test.each([null, 1, {}, undefined])('a key that is %o is refused', (key) => {
    const { p } = definition();
    const a = p.customStep(one, 'a');
    expect(() => a.eq(wrong(key), 1)).toThrow(expect.objectContaining({ code: 'invalid-option', message: expect.stringContaining("a key that eq of step 'p/a' reads is ") as string }));
  });

  test('a predicate is a function', () => {
    const { p } = definition();
    expect(() => p.customStep(one, 'a').when(wrong(true))).toThrow(new FlowError('not-a-function', "a condition of step 'p/a' is true; give a function (s) => boolean"));
  });

  test.each([[{ except: 'b' }], [null], [3]])('exceptions are a list: %o', (options) => {
    const { p } = definition();
    expect(() => p.customStep(one, 'a').skipWithDependents(wrong(options))).toThrow(InvalidOptionError);
  });

  test.each<[string, (a: StepHandle) => unknown]>([
    ['eq', (a) => a.eq('k', 1)],
    ['when', (a) => a.when(() => true)],
    ['or', (a) => a.or()],
    ['skipWithDependents', (a) => a.skipWithDependents()],
  ])('%s is refused when the flow is frozen', (_name, change) => {
    const { flow, p } = definition();
    const a = p.customStep(one, 'a');
    flow.compile();
    expect(() => change(a)).toThrow("flow 'f' is frozen");
  });
});

describe('exceptions of skipWithDependents', () => {
  const on = (a: StepHandle): StepHandle => a.when(() => true);

  test('names, handles, functions and tokens of dependents, direct or not, are fine', () => {
    const { flow, p } = definition();
    const last = step(one, 'last');
    function work(): void {}
    const a = p.customStep(one, 'a');
    const b = a.next(one, 'b');
    p.follow(work, last).after(b);
    p.customStep(one, 'weak', settled(b));
    a.when(() => true).skipWithDependents({ except: ['b', b, work] }).skipWithDependents({ except: [last, 'weak'] });
    expect(issuesOf(flow)).toEqual([]);
  });

  test.each<[string, string, (a: StepHandle) => unknown]>([
    ['a name that no step has', "unknown-step at p/a: step 'a' excepts what cannot be found: there is no step 'othr' in flow 'f'; did you mean 'other'?", (a) => on(a).skipWithDependents({ except: ['othr'] })],
    ['a step that does not wait for it', "invalid-exception at p/a: step 'a' excepts 'other' from what it skips, which does not wait for it; take 'other' away, or let it wait for 'a'", (a) => on(a).skipWithDependents({ except: ['other'] })],
    ['the step itself', "invalid-exception at p/a: step 'a' excepts itself from what it skips; name steps that wait for it", (a) => on(a).skipWithDependents({ except: [a] })],
    ['a function that is not registered', "unknown-step at p/a: step 'a' excepts what cannot be found: function 'definition' is not the work of a step of flow 'f'", (a) => on(a).skipWithDependents({ except: [definition] })],
    ['what is not a ref', "unknown-step at p/a: step 'a' excepts what cannot be found: object does not name a step", (a) => on(a).skipWithDependents({ except: [wrong({})] })],
    ['no condition', "invalid-condition at p/a: step 'a' skips its dependents and has no condition, so it is never skipped; add a condition, or take skipWithDependents away", (a) => a.skipWithDependents()],
  ])('%s is an issue', (_what, message, condition) => {
    const [first, ...others] = problems(condition);
    expect([first, others]).toEqual([expect.stringContaining(message), []]);
  });

  test('a step of another process is an issue, although it comes after', () => {
    const { flow, p } = definition();
    p.customStep(one, 'a').when(() => true).skipWithDependents({ except: ['q/z'] });
    flow.process('q').after(p).customStep(one, 'z');
    expect(issuesOf(flow)).toEqual([
      { code: 'invalid-exception', at: 'p/a', message: "step 'a' excepts 'q/z' from what it skips, which is not in process 'p'; except steps of its own process" },
    ]);
  });

  test('all problems are reported at once, and none that follows from another', () => {
    const { flow, p } = definition();
    const a = p.customStep(one, 'a').when(() => true).or().skipWithDependents({ except: ['b', 'c'] });
    p.customStep(one, 'b', 'aa', failed(a));
    p.customStep(one, 'z', 'nowhere');
    expect(issuesOf(flow).map(({ code, at }) => `${code} ${at}`)).toEqual(['unknown-step p/b', 'unknown-step p/z', 'empty-or-group p/a', 'unknown-step p/a']);
  });

  test('exceptions are part of the fingerprint, drawings show the timings as they were written', () => {
    const drawn = ([except]: readonly string[]): readonly string[] => {
      const { flow, p } = definition();
      const a = p.customStep(one, 'a').when(() => true);
      a.next(one, 'b');
      if (except !== undefined) a.skipWithDependents({ except: [except] });
      const graph = flow.graph();
      return [graph.fingerprint, graph.toTable(), graph.toMermaid(), graph.toDot()];
    };
    const [plain, ...drawings] = drawn([]);
    const [excepted, ...same] = drawn(['b']);
    expect(same).toEqual(drawings);
    expect(excepted).not.toBe(plain);
  });
});
