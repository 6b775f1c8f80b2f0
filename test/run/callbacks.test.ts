import { createFlows, type StepHandle } from 'millrace';
import { describe, expect, test } from 'vitest';
import { hands, pass, recorded, words } from './bench.ts';
import { by, kinds, logBench, must } from './callback-log.ts';

describe('the order of callbacks', () => {
  test('CB-01 must and optional ones may be registered in any order, and run in it', async () => {
    const { flow, p, log, note } = logBench();
    p.customStep(note('body'), 'a');
    p.beforeStep(note('optional')).beforeStep(note('must'), must).beforeStep(note('optional again'));
    expect((await flow.run()).status).toBe('succeeded');
    expect(log).toEqual(['optional', 'must', 'optional again', 'body']);
  });

  test('CB-02 a process, its step and its body are each between what is before and after them', async () => {
    const { flow, p, log, note } = logBench();
    p.customStep(note('body'), 'a');
    for (const kind of ['beforeProcess', 'beforeStep', 'afterStep', 'afterProcess'] as const) p[kind](note(`${kind} must`), must)[kind](note(kind));
    await flow.run();
    expect(log).toEqual([
      'beforeProcess must', 'beforeProcess', 'beforeStep must', 'beforeStep', 'body',
      'afterStep must', 'afterStep', 'afterProcess must', 'afterProcess',
    ]);
  });

  test.for(['registry', 'flow'] as const)('CB-03, CB-04 all six kinds at the level of the %s', async (level) => {
    const { flows, flow, p, log, note } = logBench();
    p.customStep(note('body'), 'a');
    const at = level === 'registry' ? flows : flow;
    for (const kind of kinds) at[kind](note(kind), must);
    await flow.run();
    expect(log).toEqual(['beforeFlow', 'beforeProcess', 'beforeStep', 'body', 'afterStep', 'afterProcess', 'afterFlow']);
  });

  test('CB-05, CB-06 registry, flow, process and step go in this order before and after, whatever the order of registration', async () => {
    const { flows, flow, p, log, note } = logBench();
    const a = p.customStep(note('body'), 'a');
    a.afterStep(note('step: afterStep')).beforeStep(note('step: beforeStep'));
    for (const kind of ['afterProcess', 'afterStep', 'beforeStep', 'beforeProcess'] as const) p[kind](note(`process: ${kind}`));
    for (const kind of kinds) flow[kind](note(`flow: ${kind}`));
    for (const kind of kinds) flows[kind](note(`registry: ${kind}`));
    await flow.run();
    expect(log).toEqual([
      'registry: beforeFlow', 'flow: beforeFlow',
      'registry: beforeProcess', 'flow: beforeProcess', 'process: beforeProcess',
      'registry: beforeStep', 'flow: beforeStep', 'process: beforeStep', 'step: beforeStep',
      'body',
      'registry: afterStep', 'flow: afterStep', 'process: afterStep', 'step: afterStep',
      'registry: afterProcess', 'flow: afterProcess', 'process: afterProcess',
      'registry: afterFlow', 'flow: afterFlow',
    ]);
  });

  test('each waits for the one before it, be they async or not', async () => {
    const { flows, flow, p, log, note, later } = logBench();
    p.customStep(later('body'), 'a').beforeStep(later('3')).beforeStep(note('4')).afterStep(note('5'));
    flows.beforeStep(later('1')).beforeFlow(later('0')).afterStep(note('after 1'));
    flow.beforeStep(note('2')).afterStep(later('after 2')).afterFlow(later('end')).afterFlow(note('very end'));
    await flow.run();
    expect(log).toEqual(['0', '1', '2', '3', '4', 'body', 'after 1', 'after 2', '5', 'end', 'very end']);
  });

  test('a callback may return a promise of any make', async () => {
    const { flow, p, log, note } = logBench();
    p.customStep(note('body'), 'a');
    const thenable = { then: (resolve: (value: 'break') => unknown) => void resolve('break') } as unknown as PromiseLike<'break'>;
    p.beforeStep(() => thenable).beforeStep(note('passed over'));
    await flow.run();
    expect(log).toEqual(['body']);
  });

  test('the same function may be registered several times', async () => {
    const { flow, p, log, note } = logBench();
    const again = note('again');
    p.customStep(note('body'), 'a').beforeStep(again).beforeStep(again);
    p.beforeStep(again);
    await flow.run();
    expect(log).toEqual(['again', 'again', 'again', 'body']);
  });
});

describe('which units have callbacks', () => {
  test('CB-08, ARR-07 callbacks of the registry are for each step of a chain, in its order', async () => {
    const { flows, flow, p, log, note } = logBench();
    const { a, b, c, d } = { a: note('a'), b: note('b'), c: note('c'), d: note('d') };
    p.customStep(a, 'a').next(b, 'b').next(c, 'c').next(d, 'd');
    for (const kind of kinds) if (!kind.endsWith('Step')) flows[kind](note(kind), must);
    flows.beforeStep((s) => void log.push(`before ${s.name}`), must).afterStep((s) => void log.push(`after ${s.name}`), must);
    await flow.run();
    const steps = ['a', 'b', 'c', 'd'].flatMap((name) => [`before ${name}`, name, `after ${name}`]);
    expect(log).toEqual(['beforeFlow', 'beforeProcess', ...steps, 'afterProcess', 'afterFlow']);
    expect(log).toHaveLength(16);
  });

  test('CB-09 the levels add up', async () => {
    const { flows, flow, p, log, note } = logBench();
    p.customStep(note('1'), '1').next(note('2'), '2').next(note('3'), '3').next(note('4'), '4');
    for (const kind of kinds) flows[kind](note(kind));
    flow.beforeProcess(note('of the flow'));
    p.afterProcess(note('of the process'));
    await flow.run();
    expect(log).toHaveLength(18);
  });

  test('CB-10 those of a process are for its steps', async () => {
    const { flow, p, log, note } = logBench();
    p.customStep(note('1'), '1').next(note('2'), '2').next(note('3'), '3').next(note('4'), '4');
    for (const kind of kinds) if (kind !== 'beforeFlow' && kind !== 'afterFlow') p[kind](note(kind));
    flow.process('q').customStep(() => 1, 'not mine');
    await flow.run();
    expect(log).toHaveLength(14);
  });

  test('those of a step are for this one', async () => {
    const { flow, p, log, note } = logBench();
    p.customStep(note('a'), 'a').beforeStep(note('before a')).afterStep(note('after a'));
    p.customStep(note('b'), 'b', 'a');
    await flow.run();
    expect(log).toEqual(['before a', 'a', 'after a', 'b']);
  });

  test('always steps and syncAll steps have callbacks as all others', async () => {
    const { flow, p, log } = logBench();
    p.customStep(() => 1, 'a');
    p.syncAll(() => 1, 'all');
    p.always(() => 1, 'end');
    p.beforeStep((s) => void log.push(`before ${s.name}`)).afterStep((s) => void log.push(`after ${s.name}`));
    await flow.run();
    expect(log).toEqual(['before a', 'after a', 'before all', 'after all', 'before end', 'after end']);
  });

  test('an empty process has callbacks before and after, and ends after those', async () => {
    const { flow, p, log, note } = logBench();
    p.beforeProcess(note('before')).afterProcess((_context, ended) => void log.push(ended));
    const q = flow.process('q').after(p);
    q.customStep(note('after the empty one'), 'a');
    const run = flow.start();
    const events = recorded(run);
    expect((await run.done).status).toBe('succeeded');
    expect(log).toEqual(['before', 'succeeded', 'after the empty one']);
    expect(events.filter(({ type }) => type === 'process-ended')).toHaveLength(2);
  });

  test('a flow without any steps has callbacks', async () => {
    const flows = createFlows();
    const log: string[] = [];
    flows.registerFlow('empty').beforeFlow(() => void log.push('before')).afterFlow((_s, ended) => void log.push(ended));
    expect((await flows.run('empty')).status).toBe('succeeded');
    expect(log).toEqual(['before', 'succeeded']);
  });

  test('a callback of the registry that is added after a run is there for later runs, also of frozen flows', async () => {
    const { flows, flow, p, log, note } = logBench();
    p.customStep(note('body'), 'a');
    await flow.run();
    const started = flow.start();
    flows.beforeStep(note('added')).beforeFlow(note('added to the flow'));
    await started.done;
    expect(log).toEqual(['body', 'body']);
    await flow.run();
    expect(log.slice(2)).toEqual(['added to the flow', 'added', 'body']);
  });

  test('CB-12 disableDefaults of a flow leaves out all those of the registry, of a process those about it and its steps', async () => {
    const { flows, flow, p, log, note } = logBench();
    p.disableDefaults().customStep(note('body'), 'a').beforeStep(note('own'));
    for (const kind of kinds) flows[kind](note(kind));
    flow.process('q').customStep(note('q'), 'b');
    await flow.run();
    expect(log.filter((word) => !['own', 'body', 'q'].includes(word)).sort()).toEqual([...kinds].sort());
    const other = flows.registerFlow('other').disableDefaults().beforeStep(note('of the flow'));
    other.process('p').customStep(note('other body'), 'a');
    log.length = 0;
    await other.run();
    expect(log).toEqual(['of the flow', 'other body']);
  });

  test('K7 neither a chain of 20,000 steps with callbacks nor 5,000 callbacks of one step overflow the stack', async () => {
    const { flow, p, log, note, later } = logBench();
    let last: StepHandle<string, number, undefined> = p.customStep(() => 0, 's0');
    for (let step = 1; step < 20_000; step++) last = last.next(() => step, `s${step}`);
    for (let at = 0; at < 2_500; at++) last.afterStep(note('sync')).afterStep(later('async'));
    p.beforeStep(note('before')).afterStep(note('after'));
    expect((await flow.run()).status).toBe('succeeded');
    expect(log).toHaveLength(45_000);
  });

  test('ARR-21 62 roots with must callbacks before and after', async () => {
    const { flow, p, log, note } = logBench();
    for (let step = 0; step < 62; step++) p.customStep(note('body'), `s${step}`);
    p.beforeStep(note('before'), must).afterStep(note('after'), must);
    expect((await flow.run()).status).toBe('succeeded');
    expect(log).toHaveLength(186);
  });

  test('ARR-23 100 processes of 62 steps with callbacks', async () => {
    const { flow, log, note, later } = logBench();
    for (let process = 0; process < 100; process++) {
      const q = flow.process(`q${process}`).beforeStep(note('before')).afterStep(process % 2 === 0 ? note('after') : later('after'));
      for (let step = 0; step < 62; step++) q.customStep(note('body'), `s${step}`);
    }
    expect((await flow.run()).status).toBe('succeeded');
    expect(log).toHaveLength(18_600);
  });
});

describe('when callbacks run', () => {
  test('what waits for a step waits for the callbacks after it, and those of a process for the callbacks of all its steps', async () => {
    const { flow, p } = logBench();
    const { before, a, after, b } = hands('before', 'a', 'after', 'b');
    p.follow(a, b);
    p.beforeStep(by(before), { onlyFor: 'a' });
    p.afterStep(by(after), { onlyFor: 'a' });
    const run = flow.start();
    await pass(run, before);
    expect(run.outcome('a')).toEqual({ status: 'running' });
    await pass(run, a);
    await after.started(run.done);
    expect([run.outcome('a'), b.count]).toEqual([{ status: 'running' }, 0]);
    after.calls[0]?.succeed();
    await pass(run, b);
    expect((await run.done).status).toBe('succeeded');
  });

  test('events: a step has started after what is before it, and ended after what is after it; so have process and run', async () => {
    const { flow, p, later } = logBench();
    p.customStep(() => 1, 'a');
    const seen: string[] = [];
    const say = (word: string) => async () => {
      await later(word)();
      seen.push(word);
    };
    for (const kind of kinds) flow[kind](say(kind));
    const run = flow.start();
    run.on('*', (event) => void seen.push(words([event])[0] ?? ''));
    await run.done;
    expect(seen).toEqual([
      'run-started', 'beforeFlow', 'beforeProcess', 'beforeStep', 'step-started p/a', 'afterStep', 'step-ended p/a',
      'afterProcess', 'process-ended', 'afterFlow', 'run-ended',
    ]);
  });

  test('the status of a process is running as long as its callbacks run', async () => {
    const { flow, p } = logBench();
    const { before, after } = hands('before', 'after');
    p.customStep(() => 1, 'a');
    p.beforeProcess(by(before)).afterProcess(by(after));
    const run = flow.start();
    await before.started(run.done);
    expect([run.process('p').status, run.outcome('a').status]).toEqual(['running', 'pending']);
    before.calls[0]?.succeed();
    await after.started(run.done);
    expect([run.process('p').status, run.outcome('a').status]).toEqual(['running', 'succeeded']);
    after.calls[0]?.succeed();
    await run.done;
    expect(run.process('p').status).toBe('succeeded');
  });

  test('processes ordered after a process wait for its callbacks', async () => {
    const { flow, p, log, note, later } = logBench();
    p.customStep(note('a'), 'a');
    const q = flow.process('q').after(p).beforeProcess(note('before q'));
    q.customStep(note('b'), 'b');
    p.afterProcess(later('after p'));
    await flow.run();
    expect(log).toEqual(['a', 'after p', 'before q', 'b']);
  });

  test('processes that are not ordered do not wait for the callbacks of each other', async () => {
    const { flow, p } = logBench();
    const { before, a, b } = hands('before', 'a', 'b');
    p.parallel(a);
    p.beforeProcess(by(before));
    flow.process('q').parallel(b);
    const run = flow.start();
    await pass(run, b);
    expect(a.count).toBe(0);
    await pass(run, before);
    await pass(run, a);
    expect((await run.done).status).toBe('succeeded');
  });

  test('steps that are never at work have no callbacks', async () => {
    const { flow, p, log } = logBench();
    p.customStep(() => {
      throw new Error('broken');
    }, 'a').next(() => 1, 'b');
    p.beforeStep((s) => void log.push(`before ${s.name}`)).afterStep((s, { status }) => void log.push(`after ${s.name}: ${status}`), { always: true });
    await flow.run();
    expect(log).toEqual(['before a', 'after a: failed']);
  });
});
