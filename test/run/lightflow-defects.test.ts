import { defineResource, FlowDefinitionError, key, type StepContext } from 'millrace';
import { settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { bench, hands, pass, recorded, throwing, tracer } from './bench.ts';
import { counted } from './shared.ts';

/*
 * What LightFlow 1.6 gets wrong, one test for each defect: it would fail on a library that has it. The numbers are those of the list
 * of its defects; those of recovery and of Go are not here.
 */

const fine = (): string => 'done';
const word = key<string>('word');

describe('arranging', () => {
  test('D1: a chain that waits for its own end is refused with the cycle, at once and without a run', async () => {
    const { flow, p } = bench();
    const { trace, log } = tracer();
    p.customStep(trace, 'a').next(trace, 'b');
    p.customStep(trace, 'alone').after('alone');
    p.customStep(trace, 'c', 'b').next(trace, 'd');
    p.parallel({ e: trace }).after('d').steps.e.after('e');
    await expect(flow.run()).rejects.toThrow(FlowDefinitionError);
    await expect(flow.run()).rejects.toThrow('steps wait for one another: alone → alone');
    expect(log).toEqual([]);
  });

  test('D18: a step that is registered after the first run is refused, not half there', async () => {
    const { flow, p } = bench();
    p.customStep(fine, 'a');
    await flow.run();
    expect(() => p.customStep(fine, 'b', 'a')).toThrow(expect.objectContaining({ code: 'frozen' }));
    expect([...(await flow.run()).steps.keys()]).toEqual(['p/a']);
  });

  test('D19: a closure inside a closure has no name that a step could get', () => {
    const { p } = bench();
    const made = ((): (() => unknown) => () => () => 1)();
    expect(() => p.follow(made() as () => number)).toThrow(expect.objectContaining({ code: 'anonymous-function' }));
    expect(() => p.parallel(() => 1)).toThrow(expect.objectContaining({ code: 'anonymous-function' }));
  });
});

describe('the context', () => {
  // x0 ── x1 ── … ── x5 ── a ── b ── c        a is wired behind x5 when b is there already
  test('D2: what is wired before the head of a chain is seen at its end', async () => {
    const { flow, p } = bench();
    const a = p.customStep((s) => s.set(word, 'of a'), 'a');
    const c = a.next(fine, 'b').next((s) => [s.get(word), s.get('deep'), s.result(a), s.result('x0' as never)], 'c');
    let deep = p.customStep((s) => (s.set('deep', 'of x0'), 'x0'), 'x0');
    for (const name of ['x1', 'x2', 'x3', 'x4', 'x5']) deep = deep.next(fine, name) as unknown as typeof deep;
    a.after(deep);
    expect((await flow.run()).value(c)).toEqual(['of a', 'of x0', undefined, 'x0']);
  });

  test('D3: a value belongs to the step that set it, also when that one was registered first and waits for a later one', async () => {
    const { flow, p } = bench();
    const a = p.customStep((s) => s.set(word, 'of a'), 'a');
    const end = a.next((s) => [s.getByStep('a', word), s.getByStep('x', word), [...s.endValues(word)]], 'end');
    a.after(p.customStep(fine, 'x'));
    let after: unknown;
    p.afterProcess((c) => void (after = [c.getByStep('a', word), c.getByStep('x', word)]));
    expect((await flow.run()).value(end)).toEqual(['of a', undefined, [['p/a', 'of a']]]);
    expect(after).toEqual(['of a', undefined]);
  });

  test.for([['a', 'b'], ['b', 'a']] as const)('D13: of parallel writers the later declared one wins, when %s ends first', async (order) => {
    const { flow, p } = bench();
    const steps = hands('a', 'b');
    const writers = (['a', 'b'] as const).map((name) =>
      p.customStep(async (s) => {
        await steps[name].run(s);
        s.set(word, `of ${name}`);
      }, name),
    );
    const end = p.customStep((s) => s.get(word), 'end', ...writers);
    const run = flow.start();
    for (const name of order) {
      await pass(run, steps[name]);
      await settle();
    }
    expect((await run.done).value(end)).toBe('of b');
  });

  test('D15: the input stays as it is, and setting a key in beforeFlow needs none', async () => {
    const { flows } = bench();
    const flow = flows.registerFlow<{ readonly word: string } | undefined>('g');
    flow.beforeFlow((c) => c.set('word', 'of beforeFlow'), { must: true });
    const read = flow.process('p').customStep((s) => {
      const seen = s.get('word');
      s.set('word', 'of the step');
      return seen;
    }, 'a');
    const input = { word: 'given' };
    expect((await flow.run(input)).value(read)).toBe('of beforeFlow');
    expect(input).toEqual({ word: 'given' });
    const without = await flow.run();
    expect([without.status, without.value(read)]).toEqual(['succeeded', 'of beforeFlow']);
  });
});

describe('conditions', () => {
  test('D8: nothing is greater than itself, and nothing is greater than what it cannot be compared with', async () => {
    const { flow, p } = bench();
    const set = p.customStep((s) => (s.set('one', 1), s.set('text', 'b'), s.set('object', {})), 'set');
    const greater: Record<string, (step: ReturnType<typeof p.customStep>) => unknown> = {
      same: (step) => step.gt('one', 1),
      text: (step) => step.gt('one', '0'),
      number: (step) => step.gt('text', 0),
      object: (step) => step.gt('object', 0),
      'object too': (step) => step.gte('object', 0),
      date: (step) => step.gte('one', new Date(0)),
    };
    for (const [name, condition] of Object.entries(greater)) condition(p.customStep(fine, name, set));
    p.customStep(fine, 'less', set).gt('one', 0);
    const ran = [...(await flow.run()).steps].flatMap(([path, { status }]) => (status === 'succeeded' ? [path] : []));
    expect(ran).toEqual(['p/set', 'p/less']);
  });

  // 1 ── 2 (no, except 4) ── 3
  //      └── 4 ── 5 ── 6
  test('D14: the dependents of an exception that ran run too', async () => {
    const { flow, p } = bench();
    const { trace, log } = tracer();
    const two = p.customStep(trace, '1').next(trace, '2').when(() => false).skipWithDependents({ except: ['4'] });
    two.next(trace, '3');
    two.next(trace, '4').next(trace, '5').next(trace, '6');
    await flow.run();
    expect(log).toEqual(['1', '4', '5', '6']);
  });
});

describe('settings and merge', () => {
  test('D9: retry and timeout of the registry reach steps that say nothing themselves', async () => {
    const { clock, flow, p } = bench({ stepRetry: 2, stepTimeout: '10s' });
    let attempts = 0;
    p.customStep(() => {
      attempts += 1;
      throw new Error('broken');
    }, 'a');
    const { slow } = hands('slow');
    p.customStep(slow.run, 'slow').stepRetry(0);
    const run = flow.start();
    const call = await slow.started(run.done);
    await clock.advance('10s');
    expect([attempts, call.signal.aborted]).toEqual([3, true]);
    call.fail(call.signal.reason);
    expect((await run.done).outcome('slow')).toMatchObject({ error: { code: 'timeout' } });
  });

  test('D10: a condition and a restriction of the merged copy are not those of the source', async () => {
    const { flow, flows, p } = bench();
    const from = flows.registerFlow('source');
    const source = from.process('s');
    const a = source.customStep((s) => s.set(word, 'of a'), 'a');
    const b = source.customStep((s) => s.set(word, 'of b'), 'b', a);
    source.customStep((s) => s.get(word), 'end', a, b).restrict(word, a).when(() => true);
    p.customStep(fine, 'end');
    p.merge(source).step('end').restrict(word, 'b').when(() => false);
    expect((await from.run()).value('end')).toBe('of a');
    expect((await flow.run()).outcome('end').status).toBe('skipped');
  });
});

describe('stops, time and resources', () => {
  test('D5: a step whose time is up is told so, and can change nothing any more', async () => {
    const { clock, flow, p } = bench({ stepTimeout: '1s' });
    const contexts: StepContext<undefined>[] = [];
    const { log, pool } = counted('pool');
    const { a } = hands('a');
    const step = p.customStep(async (s) => {
      contexts.push(s);
      await s.attach(pool);
      await a.run(s);
      return 'late';
    }, 'a');
    const run = flow.start();
    const call = await a.started(run.done);
    await clock.advance('1s');
    expect([call.signal.aborted, log]).toEqual([true, ['initialize pool 1']]);
    await clock.advance('5s');
    const result = await run.done;
    expect([result.outcome(step).status, result.abandoned, log]).toEqual(['failed', ['p/a'], ['initialize pool 1', 'release pool 1']]);
    call.succeed();
    await settle();
    expect(() => contexts[0]?.set(word, 'late')).toThrow(expect.objectContaining({ code: 'step-ended' }));
    expect([result.outcome(step).status, a.count]).toEqual(['failed', 1]);
  });

  test('D11, NEW-15: a stop ends a paused run, a resume ends a pause, and after the end nothing changes', async () => {
    const { flow, p } = bench();
    const { a, b } = hands('a', 'b');
    p.follow(a, b);
    const stopped = flow.start();
    await a.started(stopped.done);
    stopped.pause();
    a.calls[0]?.succeed();
    await settle();
    stopped.stop('enough');
    stopped.resume();
    expect([(await stopped.done).outcome('b').status, b.count]).toEqual(['stopped', 0]);
    const resumed = flow.start();
    resumed.pause();
    expect(resumed.status).toBe('paused');
    resumed.resume();
    expect(resumed.status).toBe('running');
    await pass(resumed, a);
    await pass(resumed, b);
    expect((await resumed.done).status).toBe('succeeded');
    resumed.stop('too late', { mode: 'abort' });
    expect([resumed.status, (await resumed.done).status]).toEqual(['succeeded', 'succeeded']);
  });

  test('D12: steps that attach at once initialize once, and a release that throws holds back no other', async () => {
    const { flow, p } = bench();
    const { log, pool } = counted('pool');
    const wrong = defineResource({ name: 'wrong', release: throwing() });
    const open = async (s: StepContext): Promise<unknown> => Promise.all([s.attach(pool), s.attach(wrong)]);
    p.parallel({ a: open, b: open, c: open });
    expect((await flow.run()).status).toBe('succeeded');
    expect(log).toEqual(['initialize pool 1', 'release pool 1']);
  });

  test('D16: an event names the process and the step, each by its own name, and the logger that nobody gave does nothing', async () => {
    const { flow, p } = bench();
    p.customStep((s) => {
      for (const level of ['debug', 'info', 'warn', 'error'] as const) s.logger[level]({ step: s.name }, 'said');
    }, 'a').afterStep(throwing(new Error('wrong')));
    const run = flow.start();
    const events = recorded(run);
    expect((await run.done).status).toBe('succeeded');
    const [ended] = events.filter(({ type }) => type === 'step-ended');
    expect(ended).toMatchObject({ process: 'p', step: 'a', path: 'p/a', flow: 'f' });
    expect(events.find(({ type }) => type === 'process-ended')).toMatchObject({ process: 'p' });
    expect(events.find(({ type }) => type === 'internal-error')).toMatchObject({ stage: 'callback', path: 'p/a', flow: 'f' });
  });
});
