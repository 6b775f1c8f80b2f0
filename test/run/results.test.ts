import { AmbiguousStepError, MissingResultError, step, UnknownStepError } from 'millrace';
import { describe, expect, test } from 'vitest';
import { bench, hands, pass, throwing } from './bench.ts';

describe('the result of a run', () => {
  //   a ── b      bad ── never
  test('has ids, times, outcomes by path in graph order, and a timeline', async () => {
    const { clock, flow, p } = bench();
    const { a, b } = hands('a', 'b');
    p.follow(a, b);
    p.customStep(throwing(new Error('broken')), 'bad').next(() => 1, 'never');
    const run = flow.start(undefined, { runId: 'my-run' });
    await clock.advance(7);
    await pass(run, a, 'A');
    await clock.advance(3);
    await pass(run, b, 'B');
    const result = await run.done;
    expect([result.runId, run.id, result.flow, result.status, result.startedAt, result.endedAt]).toEqual(['my-run', 'my-run', 'f', 'failed', 0, 10]);
    expect([...result.steps.keys()]).toEqual(['p/a', 'p/bad', 'p/b', 'p/never']);
    expect(result.steps.get('p/b')).toEqual({ status: 'succeeded', value: 'B' });
    const moments = result.timeline.flatMap(({ path, start, end }) => [[start, `${path} starts`], [end, `${path} ends`]] as const);
    expect(moments.toSorted(([one], [other]) => one - other).map(([, moment]) => moment)).toEqual([
      'p/a starts', 'p/bad starts', 'p/bad ends', 'p/a ends', 'p/b starts', 'p/b ends',
    ]);
    expect([result.abandoned, result.reason]).toEqual([[], undefined]);
  });

  test('NEW-25 an undefined or null value is a value', async () => {
    const { flow, p } = bench();
    const nothing = p.customStep(() => undefined, 'nothing');
    const nil = p.customStep(() => Promise.resolve(null), 'nil');
    const reader = p.customStep((s) => ['nothing' in s.results, s.results.nothing, s.result(nil), s.outcome(nothing)], 'reader', nothing, nil);
    const result = await flow.run();
    expect([result.value(nothing), result.value(nil)]).toEqual([undefined, null]);
    expect(result.outcome(nothing)).toEqual({ status: 'succeeded', value: undefined });
    expect(result.value(reader)).toEqual([true, undefined, null, { status: 'succeeded', value: undefined }]);
  });

  test('a flow without steps succeeds', async () => {
    const { flow } = bench();
    const result = await flow.run();
    expect([result.status, result.steps.size, result.process('p').status]).toEqual(['succeeded', 0, 'succeeded']);
  });

  test('done is one promise for one result, also when it is first asked for after the end', async () => {
    const { flow, p } = bench();
    const { a } = hands('a');
    p.parallel(a);
    const run = flow.start();
    await pass(run, a);
    for (let turn = 0; run.status === 'running' && turn < 100; turn += 1) await Promise.resolve();
    expect(run.status).toBe('succeeded');
    expect(await run.done).toBe(await run.done);
  });

  test('the result of a process has its outcomes by step name and its errors', async () => {
    const { flow, p } = bench();
    const broken = new Error('broken');
    p.customStep(() => 1, 'a');
    const q = flow.process('q');
    q.customStep(throwing(broken), 'a');
    q.customStep(() => 2, 'b');
    const result = await flow.run();
    expect(result.process('p')).toEqual({ name: 'p', status: 'succeeded', steps: new Map([['a', { status: 'succeeded', value: 1 }]]), errors: [] });
    const other = result.process('q');
    expect([other.status, [...other.steps.keys()], other.errors]).toEqual(['failed', ['a', 'b'], [{ path: 'q/a', error: broken }]]);
    expect(() => result.process('r')).toThrow(
      expect.objectContaining({ code: 'unknown-process', message: "flow 'f' has no process 'r'; did you mean 'p'?" }),
    );
  });
});

describe('a ref at the result', () => {
  const work = (): string => 'worked';

  test('may be a handle, a token, a function, a name or a path', async () => {
    const { flow, p } = bench();
    const token = step(() => 'T', 'token');
    const handle = p.customStep(() => 'H', 'handle');
    p.parallel(work, token);
    const result = await flow.run();
    expect([result.value(handle), result.value(token), result.value(work), result.value('handle'), result.value('p/work')]).toEqual(['H', 'T', 'worked', 'H', 'worked']);
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
    for (const read of [result.value, result.outcome, result.path, result.explain]) {
      expect(() => read.call(result, ref as string)).toThrow(expect.objectContaining({ name: 'UnknownStepError', code: 'unknown-step', message }));
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

describe('a value that is not there', () => {
  //   charge ── pack ── ship
  test('throws with path, status and the chain of causes', async () => {
    const { flow, p } = bench();
    const declined = new Error('card declined');
    const ship = p.customStep(throwing(declined), 'charge').next(() => 1, 'pack').next(() => 2, 'ship');
    const result = await flow.run();
    expect(() => result.value(ship)).toThrow(MissingResultError);
    expect(() => result.value(ship)).toThrow(
      expect.objectContaining({
        code: 'missing-result',
        path: 'p/ship',
        status: 'cancelled',
        message:
          "'p/ship' has no result (ship: cancelled ← pack: cancelled ← charge: failed: card declined); " +
          'read its outcome instead, or wait for it with a timing that needs its success',
      }),
    );
    expect(() => result.value('charge')).toThrow(expect.objectContaining({ cause: declined, status: 'failed' }));
  });

  test('a long chain of causes is cut in the middle, and its root is kept', async () => {
    const { flow, p } = bench();
    let last = p.customStep(throwing(new Error('root cause')), 's0');
    for (let index = 1; index <= 50; index += 1) last = last.next(() => 1, `s${index}`) as typeof last;
    const text = (await flow.run()).explain('s50');
    expect(text).toBe(
      's50: cancelled ← s49: cancelled ← s48: cancelled ← s47: cancelled ← s46: cancelled ← s45: cancelled ← … ← s0: failed: root cause',
    );
  });
});
