import { createFlows, key, step, type Flow, type FlowResult, type Process, type StepContext, type StepToken } from 'millrace';
import { orderMatchers } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { bench, hands, pass, throwing, tracer, type Bench } from './bench.ts';

expect.extend(orderMatchers);

const seen = key<readonly string[]>('seen');
const last = key<string>('last');

/** Writes its name behind those that the steps before it wrote, and returns them all. */
function note(s: StepContext): readonly string[] {
  s.set(last, s.name);
  s.set(seen, [...(s.get(seen) ?? []), s.name]);
  return s.get(seen) ?? [];
}

interface Pair extends Bench {
  /** The flow `source`, and its process `s`. */
  readonly from: Flow;
  readonly source: Process<undefined>;
}

function pair(): Pair {
  const made = bench();
  const from = made.flows.registerFlow('source');
  return { ...made, from, source: from.process('s') };
}

/** Registers steps, each after those that stand behind its name: `'3: 1 2'`. */
function add(process: Process<undefined>, ...lines: readonly string[]): void {
  for (const line of lines) {
    const [name = '', timings = ''] = line.split(':');
    process.customStep(note, name, ...timings.split(' ').filter((timing) => timing !== ''));
  }
}

/** A chain: each step after the one before it. */
function chain(process: Process<undefined>, ...names: readonly string[]): void {
  add(process, ...names.map((name, at) => `${name}:${names[at - 1] ?? ''}`));
}

function succeeded(result: FlowResult): number {
  return [...result.steps.values()].filter(({ status }) => status === 'succeeded').length;
}

function tokens(...names: readonly [string, ...string[]]): [StepToken, ...StepToken[]] {
  const [first, ...others] = names;
  return [step(note, first), ...others.map((name) => step(note, name))];
}

describe('a process that merges another runs the steps of both', () => {
  //   source: 1 ── 2 ── 3 ── 4      here, after it: 5
  test('MRG-01: into an empty one, and goes on from there', async () => {
    const { flow, from, p, source } = pair();
    chain(source, '1', '2', '3', '4');
    const merged = p.merge(source);
    const five = p.customStep(note, '5', merged.step('4'));
    const result = await flow.run();
    expect(result.value(five)).toEqual(['1', '2', '3', '4', '5']);
    expect([succeeded(result), succeeded(await from.run())]).toEqual([5, 4]);
  });

  //   source: 1 ── 2 ── 3 ── 4      here: 0 ──┬── 5
  //                                       4 ──┘
  test('MRG-02: into one that has a step, with a join of both', async () => {
    const { flow, from, p, source } = pair();
    chain(source, '1', '2', '3', '4');
    add(p, '0');
    p.merge(source);
    add(p, '5: 0 4');
    const result = await flow.run();
    expect(result).toHaveRunInOrder(['1', '2', '3', '4', '5']);
    expect(result).toHaveRunBefore('0', '5');
    expect([succeeded(result), succeeded(await from.run())]).toEqual([6, 4]);
  });

  test('MRG-03: an empty one adds nothing', async () => {
    const { flow, from, p, source } = pair();
    chain(p, '1', '2', '3', '4');
    p.merge(source);
    const alone = await from.run();
    expect(await flow.run()).toHaveRunInOrder(['1', '2', '3', '4']);
    expect([alone.status, alone.steps.size]).toEqual(['succeeded', 0]);
  });

  //   source: 1 ─┬─ 2 ── 4 ─┬─ 7
  //              ├─ 3 ── 5 ─┤
  //              └─ 6 ──────┘
  test('MRG-04: an empty one becomes a copy, and what steps wrote is seen along the same ways', async () => {
    const { flow, from, p, source } = pair();
    add(source, '1', '2: 1', '3: 1', '4: 2', '5: 3', '6: 1', '7: 4 5 6');
    p.merge(source);
    const [copy, original] = [await flow.run(), await from.run()];
    const values = (result: FlowResult, process: string): unknown => [...result.process(process).steps];
    expect(succeeded(copy)).toBe(7);
    expect(values(copy, 'p')).toEqual(values(original, 's'));
    expect(copy.value('4')).toEqual(['1', '2', '4']);
  });

  interface Case {
    readonly here: readonly string[];
    readonly source: readonly string[];
    readonly orders: readonly string[];
    readonly n: number;
  }

  test.for<readonly [string, Case]>([
    ['MRG-05: with no step in common', { here: ['1', '2: 1', '3: 1', '4: 2 3'], source: ['5', '6: 5', '7: 5', '8: 6 7'], orders: ['1 2 4', '5 7 8'], n: 8 }],
    ['MRG-06: at the same depth', { here: ['1', '2: 1', '3: 1', '4: 2 3'], source: ['1', '2: 1', '5: 1', '4: 2 5'], orders: ['1 2 4', '1 3 4', '1 5 4'], n: 5 }],
    ['MRG-07: less deep here', { here: ['1', '4: 1', '5: 4', '6'], source: ['1', '2: 1', '3: 2', '4: 3'], orders: ['1 2 3 4 5'], n: 6 }],
    ['MRG-08: without a leaf here', { here: ['1', '2: 1', '3: 2', '4: 3'], source: ['1', '2: 1', '3: 1', '4: 2 3', '5: 4'], orders: ['1 2 3 4 5'], n: 5 }],
    ['MRG-09: with a further step between here', { here: ['1', '9: 1', '2: 9', '3: 2'], source: ['1', '2: 1', '3: 2', '4: 3'], orders: ['1 9 2 3 4'], n: 5 }],
    ['MRG-10: the same', { here: ['1', '2: 1', '3: 1', '4: 2 3'], source: ['1', '2: 1', '3: 1', '4: 2 3'], orders: ['1 2 4', '1 3 4'], n: 4 }],
  ])('%s', async ([, { here, source: lines, orders, n }]) => {
    const { flow, from, p, source } = pair();
    add(p, ...here);
    add(source, ...lines);
    p.merge(source);
    const result = await flow.run();
    expect(succeeded(result)).toBe(n);
    for (const order of orders) expect(result).toHaveRunInOrder(order.split(' '));
    expect(succeeded(await from.run())).toBe(lines.length);
  });
});

describe('groups around a merge', () => {
  //   source: 1 ── 2 ── 3 ── one      here: one ── 4 ── 5 (one again, after 3)
  test.for(['before', 'after'] as const)('MRG-15: MRG-16: MRG-17: a chain %s it waits for the timings of both', async (moment) => {
    const { flow, from, p, source } = pair();
    chain(source, '1', '2', '3');
    source.follow(...tokens('one')).after('1', '2');
    if (moment === 'after') p.merge(source);
    p.follow(...tokens('one', '4', '5')).after('3');
    if (moment === 'before') p.merge(source);
    const result = await flow.run();
    expect(flow.graph().rows().find((row) => row.step === 'one')?.dependencies.map(({ path }) => path).sort()).toEqual(['p/1', 'p/2', 'p/3']);
    expect(result).toHaveRunInOrder(['1', '2', '3', 'one', '4', '5']);
    expect([succeeded(result), succeeded(await from.run())]).toEqual([6, 4]);
  });

  //   source: 1 ── 2 ── 3,  one after 1 and 2      here: one, 4, 5 side by side after 3
  test.for(['before', 'after'] as const)('MRG-18: MRG-19: MRG-20: a parallel group %s it waits for the timings of both', async (moment) => {
    const { flow, from, p, source } = pair();
    chain(source, '1', '2', '3');
    source.parallel(...tokens('one', '4')).after('1', '2');
    if (moment === 'after') p.merge(source);
    p.parallel(...tokens('one', '4', '5')).after('3');
    if (moment === 'before') p.merge(source);
    const result = await flow.run();
    const waits = new Map(flow.graph().rows().map((row) => [row.step, row.dependencies.map(({ path }) => path).sort()]));
    expect([waits.get('one'), waits.get('4'), waits.get('5')]).toEqual([['p/1', 'p/2', 'p/3'], ['p/1', 'p/2', 'p/3'], ['p/3']]);
    for (const name of ['one', '4', '5']) expect(result).toHaveRunInOrder(['1', '2', '3', name]);
    expect([succeeded(result), succeeded(await from.run())]).toEqual([6, 5]);
  });
});

describe('what merged steps read', () => {
  //   source: 1 ── 2,  3 ── 4      here also 1 ── 3 and 4 ── 2: 1 ── 3 ── 4 ── 2
  test('CTX-26: the values of the nearest ancestor, in the order that the merge made', async () => {
    const { flow, from, p, source } = pair();
    const read = (s: StepContext): unknown => {
      const before = s.get(last);
      s.set(last, s.name);
      return before;
    };
    for (const [name, ...timings] of [['1'], ['2', '1'], ['3'], ['4', '3']] as const) source.customStep(read, name, ...timings);
    const merged = p.merge(source);
    merged.step('3').after('1');
    p.customStep(read, '2', '4');
    const result = await flow.run();
    expect(result).toHaveRunInOrder(['1', '3', '4', '2']);
    expect(['1', '3', '4', '2'].map((name) => result.value(name))).toEqual([undefined, '1', '3', '4']);
    const alone = await from.run();
    expect(['1', '2', '3', '4'].map((name) => alone.value(name))).toEqual([undefined, '1', undefined, '3']);
  });

  test('CTX-15: a key named like a step is not its result', async () => {
    const { flows } = bench();
    const from = flows.registerFlow<{ readonly a: string }>('from');
    const source = from.process('s');
    const a = source.customStep((s) => {
      const given = s.get('a');
      s.set('a', 'set');
      return [given, 'result'];
    }, 'a');
    source.customStep((s) => [s.get('a'), s.results.a], 'b', a);
    const into = flows.registerFlow<{ readonly a: string; readonly more: number }>('into');
    const p = into.process('p');
    const merged = p.merge(source);
    const c = p.customStep((s) => [s.get('a'), s.results.a, s.input.more], 'c', merged.step(a), 'b');
    const result = await into.run({ a: 'given', more: 1 });
    expect(result.value('b')).toEqual(['set', ['given', 'result']]);
    expect(result.value(c)).toEqual(['set', ['given', 'result'], 1]);
  });

  test('of two writers the later registered one wins, also when it is registered again', async () => {
    const { flow, p, source } = pair();
    add(source, '1', '2');
    p.merge(source);
    add(p, 'end: 1 2', '1');
    expect((await flow.run()).value('end')).toEqual(['2', 'end']);
  });
});

describe('the work of a merged step', () => {
  test('is the function of the source, unless there is one here, or a later one', async () => {
    const { flow, from, p, source } = pair();
    const by = (name: string) => (): string => name;
    for (const name of ['own', 'again', 'merged']) source.customStep(by('source'), name);
    p.customStep(by('here'), 'own');
    const merged = p.merge(source);
    const again = merged.step('again');
    p.customStep(by('first'), 'again');
    p.customStep(by('second'), 'again');
    const result = await flow.run();
    expect(['own', 'again', 'merged'].map((name) => result.value(name))).toEqual(['here', 'second', 'source']);
    expect(result.value(again)).toBe('second');
    const alone = await from.run();
    expect(['own', 'again', 'merged'].map((name) => alone.value(name))).toEqual(['source', 'source', 'source']);
  });

  //   source: slow ── end (syncAll)      always: last
  test('keeps its kind: a join of the leaves, and what runs whatever happened', async () => {
    const { flow, p, source } = pair();
    const { slow, own, end } = hands('slow', 'own', 'end');
    const { log, trace } = tracer();
    source.parallel(slow);
    source.syncAll(end.run, 'end');
    source.always(trace, 'last');
    p.merge(source);
    p.parallel(own);
    const run = flow.start();
    await pass(run, slow);
    const call = await end.started(run.done);
    call.fail(new Error('broken'));
    expect(log).toEqual([]);
    await pass(run, own);
    expect(await run.done).toHaveStatus('failed');
    expect(log).toEqual(['last']);
  });

  test('CFG-05: is tried again as often as the source said, also for a step that was here before', async () => {
    const { flow, from, p, source } = pair();
    const attempts: string[] = [];
    const broken = (s: StepContext): never => {
      attempts.push(s.name);
      return throwing()();
    };
    source.customStep(broken, '1').stepRetry(2);
    source.customStep(broken, '2').stepRetry(5);
    p.customStep(broken, '2');
    p.merge(source);
    for (const each of [flow, from]) {
      attempts.length = 0;
      await each.run();
      expect(attempts.toSorted().join('')).toBe('111222222');
    }
  });
});

test('functions, conditions and callbacks of a merged step may read by the handles of the source', async () => {
  const flows = createFlows();
  const source = flows.registerFlow('source').process('source');
  const build = source.customStep(() => 41, 'build');
  const ship = source
    .customStep((s) => s.result(build) + 1, 'ship', build)
    .when((s) => s.result(build) === 41)
    .afterStep((s) => void s.set('seen', s.outcome(build).status));
  source.customStep((s) => s.get('seen'), 'seen', ship);
  const flow = flows.registerFlow('target');
  flow.process('p').merge(source);
  const result = await flow.run();
  expect([result.status, result.value('ship'), result.value('seen'), result.value(build)]).toEqual(['succeeded', 42, 'succeeded', 41]);

  const q = source.flow.process('q'); // in the same flow each process reads its own
  q.merge(source);
  q.customStep(() => 42, 'build');
  const both = await source.flow.run();
  expect([both.outcome('source/ship').status, both.outcome('q/ship')]).toEqual(['succeeded', { status: 'skipped', reason: { kind: 'condition' } }]);
});
