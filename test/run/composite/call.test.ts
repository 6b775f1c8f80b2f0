import type { StandardSchemaV1 } from '@standard-schema/spec';
import { createFlows, InputError, RunError } from 'millrace';
import { orderMatchers, settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { bench, hands, pass, recorded, throwing, words } from '../bench.ts';
import { counted } from '../shared.ts';

expect.extend(orderMatchers);

/** A Standard Schema that takes numbers and makes texts of them. */
function texts(isAsync: boolean): StandardSchemaV1<number, string> {
  const validate = (value: unknown): StandardSchemaV1.Result<string> => (typeof value === 'number' ? { value: String(value) } : { issues: [{ message: 'expected a number' }] });
  return { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => (isAsync ? Promise.resolve(validate(value)) : validate(value)) } };
}

describe('a call', () => {
  test('runs the other flow with its input, and has its result', async () => {
    const { flows, flow, p } = bench();
    const other = flows.registerFlow<{ n: number }>('other');
    const q = other.process('q');
    const doubled = q.customStep((s) => s.input.n * 2, 'doubled');
    const seen = q.customStep((s) => [s.path, s.idempotencyKey, s.runId, s.flow, s.process], 'seen');
    const first = p.customStep(() => 4, 'first');
    const step = p.call(other, 'other', (s) => ({ n: s.result(first) })).after(first);
    const after = p.customStep((s) => s.result(step).value(doubled), 'after', step);
    const result = await flow.run();
    expect([result.value(after), result.value(step).status, result.value(step).runId]).toEqual([8, 'succeeded', 'r-1']);
    expect(result.value(step).value(seen)).toEqual(['p/other/q/seen', 'r-1/p/other/q/seen', 'r-1', 'other', 'q']);
    expect([...result.value(step).steps.keys()]).toEqual(['q/doubled', 'q/seen']);
  });

  test.each([true, false])('checks the input by the schema of the other flow (async: %s)', async (isAsync) => {
    const { flows, flow, p } = bench();
    const other = flows.registerFlow('other', { input: texts(isAsync) });
    const seen = other.process('q').customStep((s) => s.input, 'seen');
    const good = p.call(other, 'good', () => 5);
    const bad = p.call(other, 'bad', (async () => 'five') as never);
    const result = await flow.run();
    expect(result.value(good).value(seen)).toBe('5');
    const outcome = result.outcome(bad);
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'invalid-input', message: "the input of flow 'other' does not fit its schema:\n  - expected a number" } });
    expect(outcome.status === 'failed' && outcome.error).toBeInstanceOf(InputError);
  });

  test.each([
    ['throws', throwing(new Error('unclear'))],
    ['rejects', () => Promise.reject(new Error('unclear'))],
  ])('fails when the function of the input %s', async (_, mapInput) => {
    const { flows, flow, p } = bench();
    const other = flows.registerFlow<undefined>('other');
    const step = p.call(other, 'other', mapInput);
    expect((await flow.run()).outcome(step)).toMatchObject({ status: 'failed', error: { message: 'unclear' } });
  });

  test('fails with the RunError of the other run', async () => {
    const { flows, flow, p } = bench();
    const other = flows.registerFlow<undefined>('other');
    const broken = new Error('broken');
    other.process('q').customStep(throwing(broken), 'x');
    const step = p.call(other, 'other', () => undefined);
    const outcome = (await flow.run()).outcome(step);
    expect(outcome).toMatchObject({ status: 'failed', error: { name: 'RunError', code: 'run-failed' } });
    expect(outcome.status === 'failed' && outcome.error.cause).toBe(broken);
  });

  test('does not see the steps and keys of its caller', async () => {
    const { flows, flow, p } = bench();
    const first = p.customStep((s) => s.set('color', 'red'), 'first');
    const other = flows.registerFlow<undefined>('other');
    const seen = other.process('q').customStep((s) => {
      expect(() => s.result(first)).toThrow("step 'p/first' of flow 'f' is not in this run of flow 'other'; give a handle of this flow");
      return s.get('color');
    }, 'seen');
    const step = p.call(other, 'other', () => undefined).after(first);
    expect((await flow.run()).value(step).value(seen)).toBeUndefined();
  });

  test('calls itself as long as the data say', async () => {
    const { flows } = bench();
    const sum = flows.registerFlow<number>('sum');
    const p = sum.process('p');
    const total = p.case(
      (s) => s.input > 0,
      'more',
      (body) => {
        const rest = body.call(sum, 'rest', (s) => s.input - 1);
        return body.customStep((s) => s.input + (s.result(rest).value('more' as never) as number), 'add', rest);
      },
      (body) => body.customStep(() => 0, 'zero'),
    );
    expect((await sum.run(50)).value(total)).toBe(1_275);
  });

  test('of itself without an end fails at a depth, and names the flow', async () => {
    const { flows } = bench();
    const endless = flows.registerFlow<number>('endless');
    endless.process('p').call(endless, 'self', (s) => s.input + 1);
    const result = await endless.run(0);
    const [{ path, error } = { path: '', error: undefined }] = result.errors;
    expect(path).toBe(Array.from({ length: 101 }, () => 'p/self').join('/'));
    expect(error).toMatchObject({ code: 'call-depth' });
    expect(error?.message).toContain("calls flow 'endless' at depth 101; let the calls of flow 'endless' come to an end: at most 100 may be inside of one another");
  });

  test('has the processes, orders, callbacks, and records of the other flow', async () => {
    const { flows, flow, p } = bench();
    const log: string[] = [];
    const other = flows.registerFlow<undefined>('other');
    other.beforeFlow((f) => void log.push(`before ${f.name}`)).afterFlow((f, status) => void log.push(`after ${f.name} ${status}`));
    const q = other.process('q');
    q.beforeProcess((one) => void log.push(`before ${one.name}`)).afterProcess((one, status) => void log.push(`after ${one.name} ${status}`));
    q.customStep((s) => log.push(s.path), 'x');
    const r = other.process('r').after(q);
    r.customStep((s) => log.push(s.path), 'y');
    p.call(other, 'other', () => undefined);
    const run = flow.start();
    const events = recorded(run);
    expect(await run.done).toHaveStatus('succeeded');
    expect(log).toEqual(['before other', 'before q', 'p/other/q/x', 'after q succeeded', 'p/other/r/y', 'after other succeeded']);
    expect(words(events)).toEqual([
      'run-started',
      'step-started p/other',
      'step-started p/other/q/x',
      'step-ended p/other/q/x',
      'step-started p/other/r/y',
      'step-ended p/other/r/y',
      'step-ended p/other',
      'process-ended',
      'run-ended',
    ]);
  });

  test('has the resources of the other flow, which are released before it ends', async () => {
    const { flows, flow, p } = bench();
    const { pool, log } = counted('pool');
    const other = flows.registerFlow<undefined>('other');
    other.process('q').customStep(async (s) => void (await s.attach(pool)), 'x');
    const step = p.call(other, 'other', () => undefined);
    p.customStep(() => log.push('after'), 'after', step);
    await flow.run();
    expect(log).toEqual(['initialize pool 1', 'release pool 1', 'after']);
  });

  test('has the times of the other flow', async () => {
    const { clock, flows, flow, p } = bench();
    const { a, b } = hands('a', 'b');
    const slow = flows.registerFlow<undefined>('slow').flowTimeout('10s');
    slow.process('q').follow(a);
    const slower = flows.registerFlow<undefined>('slower');
    slower.process('q').processTimeout('20s').follow(b);
    const one = p.call(slow, 'one', () => undefined);
    const two = p.call(slower, 'two', () => undefined);
    const run = flow.start(undefined, { grace: 0 });
    await clock.advance('20s');
    const result = await run.done;
    const reasons = [one, two].map((step) => {
      const outcome = result.outcome(step);
      return outcome.status === 'failed' && outcome.error instanceof RunError && (outcome.error.result.reason as Error).message;
    });
    expect(reasons).toEqual([expect.stringContaining("flow 'slow'"), expect.stringContaining("process 'q'")]);
    expect(result.abandoned).toEqual(['p/one/q/a', 'p/two/q/b']);
  });

  test('has the limits of the other flow', async () => {
    const { flows, flow, p } = bench();
    const { a, b, c } = hands('a', 'b', 'c');
    const other = flows.registerFlow<undefined>('other').concurrency(1);
    other.process('q').parallel(a, b);
    p.call(other, 'other', () => undefined);
    p.follow(c);
    const run = flow.start();
    await settle();
    expect([a.running, b.running, c.running]).toEqual([1, 0, 1]);
    for (const step of [a, b, c]) await pass(run, step);
    expect(await run.done).toHaveStatus('succeeded');
  });

  test('is stopped with its caller', async () => {
    const { flows, flow, p } = bench();
    const { a, b } = hands('a', 'b');
    const other = flows.registerFlow<undefined>('other');
    other.process('q').follow(a, b);
    const step = p.call(other, 'other', () => undefined);
    const run = flow.start();
    const call = await a.started(run.done);
    run.stop('enough');
    call.succeed();
    const result = await run.done;
    expect([result.status, result.outcome(step), b.count]).toEqual(['stopped', { status: 'stopped', reason: 'enough' }, 0]);
  });

  test('has succeeded if a stop has prevented nothing', async () => {
    const { flows, flow, p } = bench();
    const { a } = hands('a');
    const other = flows.registerFlow<undefined>('other');
    other.process('q').follow(a);
    p.call(other, 'other', () => undefined);
    const run = flow.start();
    const call = await a.started(run.done);
    run.stop('enough');
    call.succeed();
    expect((await run.done).status).toBe('succeeded');
  });

  test('is refused for flows of another registry, and for what is no flow', () => {
    const { p } = bench();
    const other = createFlows().registerFlow<undefined>('other');
    expect(() => p.call(other, 'other', () => undefined)).toThrow("step 'other' calls flow 'other' of another registry; give a flow of the same registry");
    expect(() => p.call({ name: 'x' } as never, 'other', () => undefined as never)).toThrow("step 'other' calls an object; give a flow, as registerFlow returns it");
  });
});
