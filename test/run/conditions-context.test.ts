import { key, optional, type ConditionContext, type StepContext } from 'millrace';
import { handStep, orderMatchers, settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { bench, fail, hands, internalErrors, pass, recorded, words } from './bench.ts';

expect.extend(orderMatchers);

const fine = (): string => 'done';
const no = (): boolean => false;

describe('when conditions are asked', () => {
  //   a ─┬─ c (asks)
  //   b ─┘
  test('right before the step would start, when all it waits for has ended', async () => {
    const { flow, p } = bench();
    const { a, b } = hands('a', 'b');
    const asked: unknown[] = [];
    const c = p.customStep(fine, 'c', p.customStep(a.run, 'a'), p.customStep(b.run, 'b'));
    c.when((s) => asked.push([s.outcome('a').status, s.outcome('b').status]) > 0);
    const run = flow.start();
    await pass(run, a);
    await settle();
    expect(asked).toEqual([]);
    await pass(run, b);
    await run.done;
    expect(asked).toEqual([['succeeded', 'succeeded']]);
  });

  test('once for the step, not for each attempt', async () => {
    const { flow, p } = bench();
    const { a } = hands('a');
    let asked = 0;
    p.customStep(a.run, 'a').when(() => (asked += 1) > 0).stepRetry(2);
    const run = flow.start();
    await fail(run, a);
    await fail(run, a);
    await pass(run, a);
    expect((await run.done).status).toBe('succeeded');
    expect([asked, a.count]).toEqual([1, 3]);
  });

  test('not at all for a step that is cancelled or stopped before', async () => {
    const { flow, p } = bench();
    const { a } = hands('a');
    let asked = 0;
    const yes = (): boolean => (asked += 1) > 0;
    p.customStep(a.run, 'a').next(fine, 'b').when(yes);
    const run = flow.start();
    await fail(run, a);
    const result = await run.done;
    expect([asked, result.outcome('b').status]).toEqual([0, 'cancelled']);
  });

  test('by groups, until one is true, and in a group until one is false', async () => {
    const { flow, p } = bench();
    const asked: string[] = [];
    const says = (name: string, answer: boolean) => (): boolean => asked.push(name) > 0 && answer;
    p.customStep(fine, 'a').when(says('1', false)).when(says('2', true)).or().when(says('3', true)).when(says('4', true)).or().when(says('5', true));
    await flow.run();
    expect(asked).toEqual(['1', '3', '4']);
  });

  test('not when the step waits for a slot', async () => {
    const { flow, p } = bench();
    flow.concurrency(1);
    const { a } = hands('a');
    let asked = 0;
    p.customStep(a.run, 'a');
    p.customStep(fine, 'b').when(() => (asked += 1) > 0);
    const run = flow.start();
    const call = await a.started(run.done);
    await settle();
    expect([asked, run.outcome('b').status]).toEqual([0, 'queued']);
    call.succeed();
    await run.done;
    expect(asked).toBe(1);
  });
});

describe('a skipped step', () => {
  test('ends without having started: no attempt, no step-started, no place in the timeline', async () => {
    const { flow, p } = bench();
    p.customStep(fine, 'a').when(no).next(fine, 'b');
    const run = flow.start();
    const events = recorded(run);
    const result = await run.done;
    expect(words(events)).toEqual(['run-started', 'step-ended p/a', 'step-started p/b', 'step-ended p/b', 'process-ended', 'run-ended']);
    expect(events[1]).toMatchObject({ attempts: 0, outcome: { status: 'skipped', reason: { kind: 'condition' } } });
    expect(result.timeline).toEqual([{ path: 'p/b', start: 0, end: 1 }]);
  });

  test('gives its slot back: that of its process and that of the registry', async () => {
    const { flow, p } = bench({ concurrency: 1 });
    p.concurrency(1);
    const ran: string[] = [];
    for (const name of ['a', 'b', 'c', 'd']) p.customStep((s) => void ran.push(s.name), name).when((s) => s.name > 'b');
    expect((await flow.run()).status).toBe('succeeded');
    expect(ran).toEqual(['c', 'd']);
  });

  test('has no timeout', async () => {
    const { flow, p, clock } = bench();
    const { b } = hands('b');
    p.processTimeout(10).customStep(fine, 'a').when(no).stepTimeout(5).next(b.run, 'b');
    const run = flow.start();
    const call = await b.started(run.done);
    await clock.advance(9);
    call.succeed();
    expect((await run.done).status).toBe('succeeded');
  });

  test('a run whose steps are all skipped has succeeded', async () => {
    const { flow, p } = bench();
    p.parallel({ a: fine, b: fine }).steps.a.when(no);
    p.customStep(fine, 'c', 'b').when(no);
    flow.process('empty');
    expect((await flow.run()).status).toBe('succeeded');
  });
});

describe('what conditions see', () => {
  const typed = key<number>('typed');

  test('what the step would see: keys and outcomes of ancestors, the input, never those of siblings', async () => {
    const { flow, p } = bench<{ readonly word: string; readonly typed: number }>();
    const seen: unknown[] = [];
    const a = p.customStep((s) => s.set(typed, 1), 'a');
    p.customStep((s) => s.set('sibling', 1), 'sibling');
    const b = p.customStep(fine, 'b', a);
    b.when((s) => {
      seen.push(s.get(typed), s.get('sibling'), s.get('word'), s.get('missing'), s.result(a), s.outcome('a'), s.input.word);
      seen.push(s.name, s.path, s.process, s.flow, s.runId, typeof s.logger.warn);
      return true;
    });
    await flow.run({ word: 'given', typed: 9 });
    expect(seen).toEqual([1, undefined, 'given', undefined, undefined, { status: 'succeeded', value: undefined }, 'given', 'b', 'p/b', 'p', 'f', 'r-1', 'function']);
  });

  test('a plain string key falls back to the input, a typed key does not', async () => {
    const { flow, p } = bench<{ readonly typed: number }>();
    p.customStep(fine, 'a').eq('typed', 1);
    p.customStep(fine, 'b').eq(typed, 1);
    const result = await flow.run({ typed: 1 });
    expect(['a', 'b'].map((name) => result.outcome(name).status)).toEqual(['succeeded', 'skipped']);
  });

  test('a view that cannot change the run: nothing to set, to wait for or to add', async () => {
    const { flow, p } = bench();
    const views: unknown[] = [];
    p.customStep(fine, 'a').when((s) => views.push(s) > 0);
    await flow.run();
    const [view] = views as [ConditionContext & Partial<StepContext>];
    expect([view.set, view.signal, view.attempt, Object.isFrozen(view), Object.keys(view)]).toEqual([undefined, undefined, undefined, true, []]);
    expect(() => Object.assign(view, { set: fine })).toThrow(TypeError);
  });

  //   slow ── (optional) ── b
  test('an ancestor that has not ended is not visible', async () => {
    const { flow, p } = bench();
    const { slow } = hands('slow');
    p.customStep(fine, 'b', optional(p.customStep(slow.run, 'slow'))).when((s) => s.outcome('slow').status === 'succeeded');
    const run = flow.start();
    const events = recorded(run);
    await pass(run, slow);
    const result = await run.done;
    expect(result.outcome('b').status).toBe('skipped');
    expect(internalErrors(events).map((event) => event.error.name)).toEqual(['NotVisibleError']);
  });
});

describe('predicates that do not answer', () => {
  test.each<[what: string, answer: () => unknown, message: string]>([
    ['a promise', () => Promise.resolve(true), "a condition of step 'p/a' returned a promise; return true or false at once"],
    ['a truthy value', () => 1, "a condition of step 'p/a' returned 1; return true or false at once"],
    ['nothing', () => undefined, "a condition of step 'p/a' returned undefined; return true or false at once"],
  ])('%s counts as no, and an event tells', async (_what, answer, message) => {
    const { flow, p } = bench();
    p.customStep(fine, 'a').when(answer as () => boolean); // what the compiler refuses
    const run = flow.start();
    const events = recorded(run);
    expect(await run.done).toHaveStatus('a', 'skipped');
    expect(internalErrors(events).map((event) => [event.stage, event.path, event.error.message])).toEqual([['condition', 'p/a', message]]);
  });

  test('a promise that rejects is reported, not left unhandled', async () => {
    const warnings: unknown[] = [];
    const nothing = (): void => undefined;
    const warn = (fields: unknown, message?: string): void => void warnings.push(message ?? fields);
    const { flow, p } = bench({ logger: { debug: nothing, info: nothing, error: nothing, warn } });
    p.customStep(fine, 'a').when((async () => Promise.reject(new Error('late'))) as unknown as () => boolean); // what the compiler refuses
    await flow.run();
    await settle();
    expect(warnings).toEqual(["a condition of step 'p/a' returned a promise; return true or false at once", 'late']);
  });
});

describe('a predicate that stops the run', () => {
  test.each(['drain', 'abort'] as const)('%s: its step does not start, whatever it says', async (mode) => {
    const { flow, p } = bench();
    const ran: string[] = [];
    const a = handStep('a');
    p.customStep(a.run, 'a').when(() => {
      run.stop('enough', { mode });
      return true;
    });
    p.customStep(() => ran.push('b'), 'b').when(no);
    const run = flow.start();
    const events = recorded(run);
    const result = await run.done;
    expect(result.outcome('a')).toEqual({ status: 'stopped', reason: 'enough' });
    expect([result.status, a.count, ran, result.timeline]).toEqual(['stopped', 0, [], []]);
    expect(words(events).filter((word) => word.startsWith('step'))).toEqual(['step-ended p/b', 'step-ended p/a']);
    expect(events.flatMap((event) => (event.type === 'step-ended' ? [event.attempts] : []))).toEqual([0, 0]);
  });

  test('no: its step is skipped', async () => {
    const { flow, p } = bench();
    p.customStep(fine, 'a').when(() => {
      run.stop('enough', { mode: 'abort' });
      return false;
    });
    const run = flow.start();
    expect((await run.done).outcome('a')).toEqual({ status: 'skipped', reason: { kind: 'condition' } });
  });
});

test('K7 a chain of skipped steps of any length does not overflow the stack', async () => {
  const { flow, p } = bench();
  p.customStep(fine, 's0').eq('never', 1);
  for (let index = 1; index < 20_000; index += 1) p.customStep(fine, `s${index}`, `s${index - 1}`).eq('never', 1);
  expect((await flow.run()).outcome('s19999').status).toBe('skipped');
});
