import { AmbiguousStepError, step, UnknownStepError } from 'millrace';
import { describe, expect, test } from 'vitest';
import { bench } from './bench.ts';

describe('a ref at the result', () => {
  const work = (): string => 'worked';

  test('may be a handle, a token, a function, a name or a path', async () => {
    const { flow, p } = bench();
    const token = step(() => 'T', 'token');
    const handle = p.customStep(() => 'H', 'handle');
    p.parallel(work, token);
    const result = await flow.run();
    expect([handle, token, work, 'handle', 'p/work'].map((ref) => result.value(ref))).toEqual(['H', 'T', 'worked', 'H', 'worked']);
    expect([result.path(handle), result.path(work), result.path('token')]).toEqual(['p/handle', 'p/work', 'p/token']);
  });

  test('a name that two processes have is ambiguous, a path and a handle are not', async () => {
    const { flow, p } = bench();
    const first = p.customStep(() => 1, 'a');
    flow.process('q').customStep(() => 2, 'a');
    const result = await flow.run();
    expect(() => result.value('a')).toThrow(AmbiguousStepError);
    expect(() => result.value('a')).toThrow(
      expect.objectContaining({ code: 'ambiguous-step', candidates: ['p/a', 'q/a'], message: "step 'a' could be 'p/a' or 'q/a'; give the path or the handle" }),
    );
    expect([result.value(first), result.value('q/a')]).toEqual([1, 2]);
  });

  test('a function that works for two steps is ambiguous, unless one of them has its name', async () => {
    const { flow, p } = bench();
    const other = (): number => 1;
    p.parallel({ work, again: work });
    p.parallel({ one: other, two: other });
    const result = await flow.run();
    expect(result.path(work)).toBe('p/work');
    expect(() => result.value(other)).toThrow(
      expect.objectContaining({ code: 'ambiguous-step', message: "function 'other' could be 'p/one' or 'p/two'; give the path or the handle" }),
    );
  });

  test.for<[unknown, string]>([
    ['biuld', "there is no step 'biuld' in flow 'f'; did you mean 'build'?"],
    ['p/biuld', "there is no step 'p/biuld' in flow 'f'; did you mean 'p/build'?"],
    ['something else', "there is no step 'something else' in flow 'f'; give the name or path of one of its steps"],
    [work, "function 'work' is not the work of a step of flow 'f'; register it, or give the name of a step"],
    [null, 'null does not name a step; give a name, a path, a handle, a token or a function'],
    [{ name: 'build' }, 'object does not name a step; give a name, a path, a handle, a token or a function'],
  ])('%s is unknown', async ([ref, message]) => {
    const { flow, p } = bench();
    p.customStep(() => 1, 'build');
    const result = await flow.run();
    for (const read of ['value', 'outcome', 'path', 'explain'] as const) {
      expect(() => result[read](ref as string)).toThrow(expect.objectContaining({ name: 'UnknownStepError', code: 'unknown-step', message }));
    }
  });

  test('a handle of another flow or registry is unknown, also under the same name', async () => {
    const { flow, flows, p } = bench();
    p.customStep(() => 1, 'a');
    const other = flows.registerFlow('other').process('p').customStep(() => 2, 'a');
    const result = await flow.run();
    expect(() => result.value(other)).toThrow(UnknownStepError);
    expect(() => result.value(other)).toThrow("step 'p/a' of flow 'other' is not in this run of flow 'f'; give a handle of this flow");
  });
});
