import { MissingResultError } from 'millrace';
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
    expect(() => result.process('something')).toThrow(
      expect.objectContaining({ code: 'unknown-process', message: "flow 'f' has no process 'something'; give the name of one of its processes" }),
    );
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

  test('the chain of causes names paths where there are several processes', async () => {
    const { flow, p } = bench();
    p.customStep(throwing(new Error('no paper')), 'print');
    flow.process('q').after(p).customStep(() => 1, 'send').next(() => 2, 'bill');
    expect((await flow.run()).explain('bill')).toBe('q/bill: cancelled ← q/send: cancelled ← p/print: failed: no paper');
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
