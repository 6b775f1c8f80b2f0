import fc from 'fast-check';
import { createFlows, failed, jsonCodec, memoryStore, RunError, step, type FlowResult, type Outcome, type Run } from 'millrace';
import { settle, virtualClock } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { DecodeError } from '../../src/durable/codec-errors.ts';
import { RecordedResult } from '../../src/durable/recorded-result.ts';
import { planned, type RunPlan, runPlan, stopOptions } from '../run/random-runs.ts';
import { answersOf } from './answers.ts';
import { cutsOf, storeOf } from './cuts.ts';

const codec = jsonCodec();

/** A result as it is after it was recorded. */
function readBack(result: FlowResult): FlowResult {
  const read = codec.decode(codec.encode(result));
  expect(read).toBeInstanceOf(RecordedResult);
  return read as FlowResult;
}

async function resultOf(plan: RunPlan): Promise<FlowResult> {
  const { clock, flow } = planned(plan);
  const run = flow.start(undefined, plan.options);
  let result: FlowResult | undefined;
  void run.done.then((ended) => (result = ended));
  for (let time = 0; time <= 12; time += 1) {
    for (const { at, what } of plan.controls) if (at === time && what !== 'pause' && what !== 'resume') run.stop('enough', stopOptions[what]);
    await clock.advance(1);
  }
  for (let turn = 0; turn < 500 && result === undefined; turn += 1) await clock.advanceToNext();
  await clock.advance(100); // what was given up has ended by then
  return result!;
}

describe('a result that was recorded', () => {
  test('answers as the one of the run, whatever became of that', async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(runPlan, async (plan) => {
        const result = await resultOf(plan);
        seen.add(result.status);
        const read = readBack(result);
        expect(answersOf(read)).toEqual(answersOf(result));
        expect(answersOf(readBack(read))).toEqual(answersOf(result));
        expect(codec.encode(read)).toBe(codec.encode(result));
      }),
      { numRuns: 200, seed: 1 },
    );
    expect(seen).toEqual(new Set(['succeeded', 'failed', 'stopped']));
  });

  test('knows functions, tokens and handles by their names', async () => {
    const flows = createFlows();
    const [flow, other] = [flows.registerFlow('f'), flows.registerFlow('other')];
    const [p, q, source] = [flow.process('p'), flow.process('q'), other.process('source')];
    const work = (): string => 'worked';
    const twice = (): number => 2;
    const token = step(() => 'T', 'token');
    const merged = source.customStep(() => 'M', 'merged');
    const foreign = source.customStep(() => 'x', 'a');
    p.merge(source);
    p.parallel(work, token);
    p.parallel({ one: twice, two: twice, once: () => 3 });
    const own = p.customStep(() => 1, 'first');
    const group = q.group((g) => g.customStep(work, 'first'), 'group');
    let inner: unknown;
    q.group((g) => (inner = g.customStep(work, 'first')), 'first');
    const stranger = createFlows().registerFlow('f').process('p').customStep(() => 1, 'stranger');
    const refs = [work, twice, token, merged, foreign, own, group, inner, stranger, () => 1, null, 7] as unknown as readonly string[]; // some are none
    const result = await flow.run();
    expect(answersOf(readBack(result), refs)).toEqual(answersOf(result, refs));
    expect(readBack(result).path(merged)).toBe('p/merged');
    expect(readBack(result).path(group)).toBe('q/group');
  });

  test('tells of skips, of branches that were not taken, and of callbacks', async () => {
    const flow = createFlows().registerFlow('f');
    const p = flow.process('p');
    const a = p.customStep(() => 1, 'a');
    const no = p.customStep(() => 1, 'no', a).when(() => false).skipWithDependents();
    p.customStep(() => 1, 'also no', no);
    const branch = p.customStep(() => 1, 'only then', failed(a));
    p.customStep(() => 1, 'nor then', branch);
    p.customStep(() => 1, 'odd').when(() => {
      throw new Error('who knows');
    });
    flow.process('q').beforeProcess(() => {
      throw new Error('closed');
    }).customStep(() => 1, 'b');
    const result = await flow.run();
    expect(result.explain('nor then')).toContain('←');
    expect(answersOf(readBack(result))).toEqual(answersOf(result));
  });

  test('throws a RunError that holds it', async () => {
    const flow = createFlows().registerFlow('f');
    flow.process('p').customStep(() => Promise.reject(new TypeError('no')), 'a');
    const result = readBack(await flow.run());
    expect(() => result.orThrow()).toThrow(RunError);
    expect(() => result.orThrow()).toThrow(expect.objectContaining({ code: 'run-failed', result, message: "run of flow 'f' failed, a step failed:\n  - p/a: no" }));
  });

  test('comes back in the error that it was thrown with, which is a RunError', async () => {
    const flow = createFlows().registerFlow('f');
    flow.process('p').customStep(() => Promise.reject(new TypeError('no')), 'a');
    const result = await flow.run();
    const error = await flow.run().then((ended) => ended.orThrow()).catch((thrown: unknown) => thrown);
    const read = codec.decode(codec.encode(error)) as RunError;
    expect(read).toBeInstanceOf(RunError);
    expect(read.code).toBe('run-failed');
    expect(read.errors[0]).toMatchObject({ path: 'p/a', error: { name: 'TypeError', message: 'no' } });
    expect(read.errors[0]!.error).toBe(read.cause);
    expect(read.result).toBeInstanceOf(RecordedResult);
    expect(read.result.explain('a')).toBe(result.explain('a'));
  });

  test('cannot be recovered', async () => {
    const flow = createFlows().registerFlow<string>('f');
    flow.process('p').customStep((s) => s.input === 'fail' && Promise.reject(new Error('no')), 'a');
    await expect(readBack(await flow.run('')).recover()).rejects.toMatchObject({ code: 'run-succeeded' });
    await expect(readBack(await flow.run('fail')).recover()).rejects.toMatchObject({ code: 'no-store' });
  });

  test('keeps in place of a reason that cannot be kept an error that says what it was', async () => {
    const flow = createFlows().registerFlow('f');
    flow.process('p').customStep(() => new Promise(() => undefined), 'a');
    const run = flow.start(undefined);
    run.stop(() => 'because', { mode: 'abort', grace: 0 });
    const result = readBack(await run.done);
    expect(result.reason).toMatchObject({ message: expect.stringContaining('a reason that cannot be recorded: ') as string });
    const [outcome] = result.steps.values();
    expect((outcome as Outcome & { status: 'stopped' }).reason).toBe(result.reason);
  });

  test('with a value that cannot be kept is refused, with the place of that', async () => {
    const flow = createFlows().registerFlow('f');
    flow.process('p').customStep(() => ({ send: () => 1 }), 'a');
    const result = await flow.run();
    expect(() => codec.encode({ result })).toThrow(expect.objectContaining({ code: 'encode', path: 'value.result.steps[0].outcome.value.send' }));
    const error = Object.assign(new Error('with a result'), { result });
    expect(codec.decode(codec.encode(error))).not.toHaveProperty('result');
  });

  test('a text of another shape is corrupt', () => {
    for (const data of ['0', '{}', '{"steps":2,"callbacks":1,"processes":1,"timeline":1,"abandoned":1}']) {
      expect(() => codec.decode(`[["as",1],[2,3],"millrace/FlowResult",${data}]`)).toThrow(DecodeError);
    }
  });
});

/** Runs a flow to its end, then from every place where a crash can have cut it off. */
async function everywhere(define: (flows: ReturnType<typeof durable>, first: boolean) => void, check: (result: FlowResult) => void): Promise<void> {
  const store = memoryStore();
  const first = durable(store, 0);
  define(first, true);
  check(await first.over(first.flows.get('main')!.start(undefined, { runId: 'r' })));
  await first.flows.idle();
  check((await first.flows.result('r'))!);
  for (const { rows, name, facts } of cutsOf((await store.load('r'))!.rows)) {
    if (facts.at(-1)!.entries.at(-1)!.t === 'ended') continue;
    const again = durable(await storeOf('r', rows), rows.at(-1)!.at);
    define(again, false);
    try {
      check(await again.over(await again.flows.resume('r')));
      await again.flows.idle();
      check((await again.flows.result('r'))!);
    } catch (error) {
      throw new Error(`after ${name}: ${String(error)}`, { cause: error });
    }
  }
}

function durable(store: ReturnType<typeof memoryStore>, at: number) {
  const clock = virtualClock(at);
  const flows = createFlows({ store, clock });
  const over = async (run: Run): Promise<FlowResult> => {
    let isOver = false;
    void run.done.finally(() => (isOver = true));
    for (let turn = 0; turn < 200 && !isOver; turn++) {
      await settle();
      if (!isOver && !(await clock.advanceToNext())) break;
    }
    return run.done;
  };
  return { flows, over };
}

describe('a result that leaves its call', () => {
  const shape = (value: unknown): unknown => {
    const { status, flow, errors } = value as FlowResult;
    return [flow, status, (value as FlowResult).steps.get('q/one'), errors.length];
  };
  const good = (input: number): unknown => ['sub', 'succeeded', { status: 'succeeded', value: input + 1 }, 0];

  test('comes out of groups, branches, loops and items, and of a step that returns it, wherever the process dies', async () => {
    await everywhere(
      ({ flows }) => {
        const sub = flows.registerFlow<number>('sub');
        sub.process('q').customStep((s) => s.input + 1, 'one');
        const p = flows.registerFlow('main').process('p');
        p.group((g) => g.group((h) => h.call(sub, 'run', () => 1), 'inner'), 'group');
        p.case(() => false, 'case', (c) => c.customStep(() => 1, 'no'), (c) => c.call(sub, 'run', () => 2));
        p.loopUntil((l) => l.call(sub, 'run', () => 3), 'loop', (_, result, i) => i === 2 && result.value('one') === 4);
        p.retry((r) => r.call(sub, 'run', () => 4), 'retry', 2);
        p.forEach([5, 6], 'each', (each) => each.call(sub, 'run', (s) => s.result(each.item)));
        const called = p.call(sub, 'call', () => 7);
        const read = p.customStep((s) => s.result(called), 'read').after(called);
        p.customStep((s) => {
          s.set('result', s.result(read));
          return s.result(read).value('one');
        }, 'last').after(read);
      },
      (result) => {
        expect(result.status).toBe('succeeded');
        expect(['group', 'case', 'loop', 'retry', 'read'].map((name) => shape(result.value(name)))).toEqual([1, 2, 3, 4, 7].map(good));
        expect((result.value('each') as readonly unknown[]).map(shape)).toEqual([5, 6].map(good));
        expect(result.value('last')).toBe(8);
      },
    );
  });

  test('comes out of a call in a call', async () => {
    await everywhere(
      ({ flows }) => {
        const low = flows.registerFlow<number>('low');
        low.process('q').customStep((s) => s.input, 'one');
        const high = flows.registerFlow<number>('high');
        high.process('m').group((g) => g.call(low, 'run', (s) => s.input), 'each');
        const p = flows.registerFlow('main').process('p');
        p.group((g) => g.call(high, 'run', () => 9), 'outer');
      },
      (result) => {
        const outer = result.value('outer') as FlowResult;
        expect([outer.flow, (outer.value('each') as FlowResult).value('q/one')]).toEqual(['high', 9]);
      },
    );
  });

  test('of which items fail: all outcomes with collect, the first failure with fail-fast', async () => {
    await everywhere(
      ({ flows }) => {
        const sub = flows.registerFlow<number>('sub');
        sub.process('q').customStep((s) => (s.input === 2 ? Promise.reject(new RangeError('two')) : s.input), 'one');
        const p = flows.registerFlow('main').process('p');
        p.forEach([1, 2, 3], 'collect', (each) => each.call(sub, 'run', (s) => s.result(each.item)), { onError: 'collect' });
        p.forEach([1, 2, 3], 'fast', (each) => each.call(sub, 'run', (s) => s.result(each.item)));
      },
      (result) => {
        const outcomes = result.value('collect') as readonly Outcome<FlowResult>[];
        expect(outcomes.map(({ status }) => status)).toEqual(['succeeded', 'failed', 'succeeded']);
        const fast = result.outcome('fast');
        for (const one of [outcomes[1]!, fast]) {
          const { error } = one as Outcome & { status: 'failed' };
          expect(error).toBeInstanceOf(RunError);
          const { errors, result: inner } = error as RunError;
          expect(errors.map(({ path, error: { name, message } }) => [path, name, message])).toEqual([['q/one', 'RangeError', 'two']]);
          expect([inner.status, inner.explain('one')]).toEqual(['failed', 'one: failed: two']);
        }
      },
    );
  });
});
