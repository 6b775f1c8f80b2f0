import { key, type ConditionContext, type StepContext } from 'millrace';
import { orderMatchers, settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { bench, hands, internalErrors, pass, recorded, throwing, tracer, words } from './bench.ts';

expect.extend(orderMatchers);

const fine = (): string => 'done';
const no = (): boolean => false;
const yes = (): boolean => true;
const mode = key<string>('mode');

describe('conditions and callbacks', () => {
  test('a skipped step gets no callbacks and no record, whatever their level, and the callbacks of the others run', async () => {
    const { flow, flows, p } = bench();
    const log: string[] = [];
    const note = (at: string) => (s: { readonly name: string }) => void log.push(`${at} ${s.name}`);
    flows.records({ step: { insert: ({ step }) => log.push(`insert ${step}`), update: ({ step }) => log.push(`update ${step}`) } });
    flows.beforeStep(note('registry')).afterStep(note('registry after'), { always: true });
    p.beforeStep(note('process'), { must: true });
    const a = p.customStep(fine, 'a').when(no).beforeStep(note('own')).afterStep(note('own after'), { always: true });
    a.next(fine, 'b');
    await flow.run();
    expect(log).toEqual(['insert b', 'registry b', 'process b', 'registry after b', 'update b']);
  });

  test('nor does a branch that was not taken along with it, and afterProcess sees how both ended', async () => {
    const { flow, p } = bench();
    const log: unknown[] = [];
    p.beforeStep((s) => void log.push(s.name));
    p.customStep(fine, 'a').when(no).skipWithDependents().next(fine, 'b');
    p.afterProcess((c, status) => void log.push([status, c.outcome('a'), c.outcome('b').status]), { when: 'succeeded' });
    await flow.run();
    expect(log).toEqual([['succeeded', { status: 'skipped', reason: { kind: 'condition' } }, 'skipped']]);
  });

  test('a condition reads what beforeFlow and beforeProcess have set', async () => {
    const { flow, p } = bench();
    flow.beforeFlow(async (c) => {
      await Promise.resolve();
      c.set(mode, 'of the flow');
      c.set('word', 'of the flow');
    });
    p.beforeProcess((c) => c.set(mode, 'of the process'));
    p.customStep(fine, 'process').eq(mode, 'of the process');
    p.customStep(fine, 'flow').eq('word', 'of the flow');
    flow.process('q').customStep(fine, 'other').eq(mode, 'of the flow');
    const result = await flow.run();
    expect(['process', 'flow', 'other'].map((name) => result.outcome(name).status)).toEqual(['succeeded', 'succeeded', 'succeeded']);
  });

  test('it reads what afterStep of an ancestor has set, and not what its own beforeStep sets', async () => {
    const { flow, p } = bench();
    const log: string[] = [];
    const a = p.customStep(fine, 'a').afterStep((s) => s.set(mode, 'after a'));
    const own = (s: StepContext): void => {
      log.push(s.name);
      s.set(mode, 'own');
    };
    a.next(fine, 'b').eq(mode, 'after a').beforeStep(own);
    a.next(fine, 'c').eq(mode, 'own').beforeStep(own);
    const result = await flow.run();
    expect([result.outcome('b').status, result.outcome('c').status, log]).toEqual(['succeeded', 'skipped', ['b']]);
  });

  test('a predicate gets a view that nothing can be set, attached or registered with', async () => {
    const { flow, p } = bench();
    const views: (ConditionContext & Partial<StepContext>)[] = [];
    p.beforeProcess((c) => c.set(mode, 'set'));
    p.customStep(fine, 'a').when((s) => views.push(s) > 0 && s.get(mode) === 'set');
    await flow.run();
    expect((['set', 'attach', 'acquire', 'signal', 'attempt', 'results'] as const).map((member) => views[0]?.[member])).toEqual([undefined, undefined, undefined, undefined, undefined, undefined]);
    expect(Object.isFrozen(views[0])).toBe(true);
  });

  test('a step whose beforeProcess failed is cancelled without being asked', async () => {
    const { flow, p } = bench();
    let asked = 0;
    p.beforeProcess(throwing(), { must: true });
    p.customStep(fine, 'a').when(() => (asked += 1) > 0);
    expect((await flow.run()).outcome('a').status).toBe('cancelled');
    expect(asked).toBe(0);
  });

  test('a predicate that throws skips the step without its callbacks, and tells', async () => {
    const { flow, p } = bench();
    const log: string[] = [];
    p.customStep(fine, 'a').when(throwing(new Error('wrong'))).beforeStep(() => void log.push('never'), { must: true });
    const run = flow.start();
    const events = recorded(run);
    const result = await run.done;
    expect([result.status, result.outcome('a').status, log]).toEqual(['succeeded', 'skipped', []]);
    expect(internalErrors(events).map((event) => [event.stage, event.path, event.error.message])).toEqual([['condition', 'p/a', 'wrong']]);
  });
});

describe('when conditions are asked', () => {
  test('once, however many attempts the step with callbacks makes', async () => {
    const { clock, flow, p } = bench();
    const { a } = hands('a');
    const log: string[] = [];
    p.customStep(a.run, 'a')
      .when(() => log.push('asked') > 0)
      .beforeStep(() => void log.push('before'))
      .afterStep((_, { status }) => void log.push(status))
      .stepRetry({ retries: 2, delay: '1s' });
    const run = flow.start();
    for (const _ of [1, 2]) {
      (await a.started(run.done)).fail(new Error('again'));
      await clock.advanceToNext();
    }
    await pass(run, a);
    await run.done;
    expect(log).toEqual(['asked', 'before', 'succeeded']);
  });

  test('not while the run or the process is paused', async () => {
    for (const whole of [true, false]) {
      const { flow, p } = bench();
      const { a } = hands('a');
      let asked = 0;
      p.customStep(a.run, 'a').next(fine, 'b').when(() => (asked += 1) > 0);
      const run = flow.start();
      const call = await a.started(run.done);
      const control = whole ? run : run.process('p');
      control.pause();
      call.succeed();
      await settle();
      expect([asked, run.outcome('b').status]).toEqual([0, 'queued']);
      control.resume();
      expect((await run.done).outcome('b').status).toBe('succeeded');
      expect(asked).toBe(1);
    }
  });

  test('not for a step whose process is stopped, but for its always steps, unless that is forced', async () => {
    for (const force of [false, true]) {
      const { flow, p } = bench();
      const { a } = hands('a');
      const asked: string[] = [];
      const ask = (s: ConditionContext): boolean => asked.push(s.name) > 0;
      p.customStep(a.run, 'a').next(fine, 'b').when(ask);
      p.always(fine, 'last').when(ask);
      const run = flow.start();
      const call = await a.started(run.done);
      run.process('p').stop('enough', { mode: 'abort', force });
      call.succeed();
      const result = await run.done;
      expect([asked, result.outcome('b').status, result.outcome('last').status]).toEqual(force ? [[], 'stopped', 'stopped'] : [['last'], 'stopped', 'succeeded']);
    }
  });

  test('a condition of an always step decides about it alone, and knows how the others ended', async () => {
    const { flow, p } = bench();
    const { log, trace } = tracer();
    p.customStep(throwing(), 'a');
    const alarm = p.always(trace, 'alarm').when((s) => s.outcome('a').status === 'failed');
    p.always(trace, 'praise').when((s) => s.outcome('a').status === 'succeeded').skipWithDependents();
    p.always(trace, 'last').after(alarm);
    const result = await flow.run();
    expect([log, result.outcome('praise').status, result.status]).toEqual([['alarm', 'last'], 'skipped', 'failed']);
  });
});

describe('conditions and limits', () => {
  test('a skipped step gives back the slots of run, process and registry, also when callbacks wait for them', async () => {
    const { flow, flows, p } = bench({ concurrency: 1 });
    flow.concurrency(1);
    p.concurrency(1);
    const log: string[] = [];
    p.beforeStep(async (s) => {
      await Promise.resolve();
      log.push(s.name);
    });
    for (const name of ['a', 'b', 'c', 'd']) p.customStep(fine, name).when((s) => s.name === 'b' || s.name === 'd');
    const other = flows.registerFlow('other');
    other.process('q').customStep(fine, 'x').when(no).next(fine, 'y');
    const results = await Promise.all([flow.run(), other.run(), flow.run()]);
    expect(results.map(({ status }) => status)).toEqual(['succeeded', 'succeeded', 'succeeded']);
    expect(log.toSorted()).toEqual(['b', 'b', 'd', 'd']);
  });

  test('a predicate of one run that starts another one does not disturb the slots', async () => {
    const { flow, flows, p } = bench({ concurrency: 1 });
    const other = flows.registerFlow('other');
    const { x } = hands('x');
    other.process('q').parallel(x);
    const inner: { done?: Promise<unknown> } = {};
    p.customStep(fine, 'a').when(() => {
      inner.done = other.run();
      return false;
    });
    p.customStep(fine, 'b');
    const run = flow.start();
    (await x.started()).succeed();
    await inner.done;
    expect((await run.done).outcome('b').status).toBe('succeeded');
  });

  // tier 0: a (no), b    tier 1: c after a    tier 2: d after c and b
  test('by tiers a skipped step is done with its tier', async () => {
    const { flow, p } = bench();
    const { b, c } = hands('b', 'c');
    const a = p.customStep(fine, 'a').when(no);
    p.parallel(b);
    p.customStep(c.run, 'c', a);
    p.customStep(fine, 'd', 'c', 'b').when(no);
    const run = flow.start(undefined, { schedule: 'tiers' });
    const call = await b.started(run.done);
    await settle();
    expect([run.outcome('a').status, c.count]).toEqual(['skipped', 0]);
    call.succeed();
    await pass(run, c);
    const result = await run.done;
    expect([result.status, result.outcome('d').status]).toEqual(['succeeded', 'skipped']);
  });

  test('by tiers a tier that is skipped as a whole lets the next one start', async () => {
    const { flow, p } = bench();
    const group = p.parallel({ a: fine, b: fine });
    group.steps.a.when(no);
    group.steps.b.when(no).skipWithDependents();
    p.customStep(fine, 'c', 'a');
    p.customStep(fine, 'd', 'b');
    const result = await flow.run(undefined, { schedule: 'tiers' });
    expect(['a', 'b', 'c', 'd'].map((name) => result.outcome(name).status)).toEqual(['skipped', 'skipped', 'succeeded', 'skipped']);
  });
});

describe('skipped members', () => {
  test('of a sync point and of syncAll do not hold it back, and have no value there', async () => {
    const { flow, p } = bench();
    const group = p.parallel({ a: () => 1, b: () => 2 });
    group.steps.a.when(no);
    const join = p.customStep((s) => [s.outcome('a').status, s.results.b], 'join', group);
    const end = p.syncAll((s) => s.outcome('join').status, 'end');
    const result = await flow.run();
    expect([result.value(join), result.value(end)]).toEqual([['skipped', 2], 'succeeded']);
  });

  test('all of them: what follows the group runs after plain skips, and is not taken after skips with dependents', async () => {
    for (const along of [false, true]) {
      const { flow, p } = bench();
      const group = p.parallel({ a: fine, b: fine });
      for (const step of [group.steps.a, group.steps.b]) {
        step.when(no);
        if (along) step.skipWithDependents();
      }
      p.customStep(fine, 'join', group);
      flow.process('q').after(p).customStep(fine, 'next');
      const result = await flow.run();
      expect([result.outcome('join').status, result.outcome('next').status, result.status]).toEqual(along ? ['skipped', 'skipped', 'succeeded'] : ['succeeded', 'succeeded', 'succeeded']);
    }
  });

  test('in a process with callbacks the next process runs as it does without', async () => {
    for (const callbacks of [false, true]) {
      const { flow, p } = bench();
      p.customStep(fine, 'a').when(no).skipWithDependents().next(fine, 'b');
      p.customStep(fine, 'c').when(yes);
      const q = flow.process('q').after(p);
      q.customStep(fine, 'd');
      if (callbacks) for (const process of [p, q]) process.beforeProcess(fine as () => void).afterProcess(fine as () => void);
      const run = flow.start();
      const events = recorded(run);
      const result = await run.done;
      expect([result.outcome('d').status, result.process('p').status]).toEqual(['succeeded', 'succeeded']);
      expect(words(events).filter((word) => word === 'process-ended')).toHaveLength(2);
    }
  });

  test('in a process with callbacks of which all steps were skipped with their dependents, the next process is not taken, as without', async () => {
    for (const callbacks of [false, true]) {
      const { flow, p } = bench();
      p.customStep(fine, 'a').when(no).skipWithDependents().next(fine, 'b');
      const q = flow.process('q').after(p);
      q.customStep(fine, 'd');
      if (callbacks) for (const process of [p, q]) process.beforeProcess(() => undefined).afterProcess(() => undefined);
      const result = await flow.run();
      expect([callbacks, result.outcome('d').status, result.status]).toEqual([callbacks, 'skipped', 'succeeded']);
    }
  });
});
