import { key, step, type Flow, type Process, type StepContext, type StepHandle } from 'millrace';
import { describe, expect, test } from 'vitest';
import { bench, internalErrors, recorded, tracer, type Bench } from './bench.ts';

/*
 * What a merge does with what else a step holds: its conditions, restrictions and callbacks.
 */

interface Pair extends Bench {
  readonly from: Flow;
  readonly source: Process<undefined>;
}

function pair(): Pair {
  const made = bench();
  const from: Flow = made.flows.registerFlow('source');
  return { ...made, from, source: from.process('s') };
}

const fine = (): string => 'done';
const yes = (): boolean => true;
const no = (): boolean => false;
const said = (answer: boolean) => (answer ? yes : no);
const which = key<string>('which');

// 1 ─┬─ 2 ─┬─ 4
//    └─ 3 ─┘
function diamond(process: Process<undefined>, trace: (s: StepContext) => unknown): StepHandle {
  process.customStep(trace, '1');
  const second = process.customStep(trace, '2', '1');
  process.customStep(trace, '3', '1');
  process.customStep(trace, '4', '2', '3');
  return second;
}

describe('conditions of merged steps', () => {
  // 1 ── 2 ── 3        2 has a condition in both
  test.for([
    ['COND-63', true, true, ['1', '2', '3']],
    ['COND-64', true, false, ['1', '3']],
    ['COND-65', false, true, ['1', '3']],
    ['COND-66', false, false, ['1', '3']],
  ] as const)('%s: those of both have to be true: here %s, in the source %s', async ([, here, there, ran]) => {
    const { flow, from, p, source } = pair();
    const { trace, log } = tracer();
    for (const [process, answer] of [[p, here], [source, there]] as const) process.customStep(trace, '1').next(trace, '2').when(said(answer)).next(trace, '3');
    p.merge(source);
    expect((await flow.run()).status).toBe('succeeded');
    expect(log).toEqual(ran);
    log.length = 0;
    await from.run();
    expect(log).toEqual(there ? ['1', '2', '3'] : ['1', '3']);
  });

  test.for([
    ['COND-67', no, [], ['1', '3']],
    ['COND-68', yes, [], ['1', '2', '3', '4']],
    ['COND-69', no, ['4'], ['1', '3', '4']],
  ] as const)('%s: skipWithDependents keeps its effect here, also where the steps were there before', async ([, answer, except, ran]) => {
    for (const known of [false, true]) {
      const { flow, p, source } = pair();
      const { trace, log } = tracer();
      diamond(source, trace).when(answer).skipWithDependents({ except });
      if (known) diamond(p, trace);
      p.merge(source);
      await flow.run();
      expect(log).toEqual(ran);
    }
  });

  // a has 2 with one condition, b merges a and adds another, p merges b and adds a third; 4 is an exception from the beginning
  test('COND-72: a merge of a merge has three conditions on one step, and the exception survives', async () => {
    for (const [first, second, third] of [[yes, yes, yes], [no, yes, yes], [yes, no, yes], [yes, yes, no]] as const) {
      const { from, flow, p, source: a } = pair();
      const { trace, log } = tracer();
      const b = from.process('b');
      diamond(a, trace).when(first).skipWithDependents({ except: ['4'] });
      b.merge(a).step('2').when(second).next(trace, '5').next(trace, '6');
      p.merge(b).step('2').when(third);
      p.customStep(trace, '7', '4', '3');
      await flow.run();
      expect(log).toEqual([first, second, third].includes(no) ? ['1', '3', '4', '7'] : ['1', '2', '3', '5', '4', '6', '7']);
    }
  });

  test('of the groups of both, one of each has to be true', async () => {
    const ran: Record<string, boolean> = {};
    for (const [a, b, c, d] of [[yes, no, yes, no], [yes, no, no, no], [no, no, yes, yes], [no, yes, no, yes]] as const) {
      const { flow, p, source } = pair();
      p.customStep(fine, 'x').when(a).or().when(b);
      source.customStep(fine, 'x').when(c).or().when(d);
      p.merge(source);
      ran[[a, b, c, d].map((answer) => answer.name).join(' ')] = (await flow.run()).outcome('x').status === 'succeeded';
    }
    expect(ran).toEqual({ 'yes no yes no': true, 'yes no no no': false, 'no no yes yes': false, 'no yes no yes': true });
  });

  test.for(['before', 'after', 'around'] as const)('an or() separates what was written with it, when the conditions here are written %s the merge', async (moment) => {
    const { flow, p, source } = pair();
    source.customStep(fine, 'new').when(yes).or().when(no);
    source.customStep(fine, 'known').when(no).or().when(yes);
    const handle = p.customStep(fine, 'known');
    if (moment !== 'after') handle.when(moment === 'before' ? no : yes);
    const merged = p.merge(source);
    if (moment !== 'before') merged.step('known').when(no);
    merged.step('new').when(no);
    const result = await flow.run();
    expect(['new', 'known'].map((name) => result.outcome(name).status)).toEqual(['skipped', 'skipped']);
  });

  test('what is registered again may begin a new or(), and an or() without a condition before it is an issue', async () => {
    const { flow, p, source } = pair();
    source.customStep(fine, 'a').when(yes);
    p.merge(source);
    p.customStep(fine, 'a').when(no).or().when(yes);
    expect((await flow.run()).outcome('a').status).toBe('succeeded');
    const other = pair();
    other.source.customStep(fine, 'a').when(yes);
    other.p.merge(other.source).step('a').or().when(yes);
    expect(() => other.flow.compile()).toThrow("step 'a' has an or() before its first condition; put conditions on both sides of each or()");
  });

  test('what comes in two ways counts once: no condition is asked again, however often it was merged', async () => {
    const { flow, from, p, source } = pair();
    const asked: string[] = [];
    const asks = (name: string) => (): boolean => asked.push(name) < 0;
    source.customStep(fine, 'x').when(asks('a')).or().when(asks('b')).or().when(asks('c'));
    const [left, right] = [from.process('left'), from.process('right')];
    left.merge(source);
    right.merge(source);
    for (let time = 0; time < 6; time += 1) p.merge(time % 2 === 0 ? left : right);
    await flow.run();
    expect(asked).toEqual(['a', 'b', 'c']);
  });

  test('an exception is the step that the source means: by name, handle, token or function', async () => {
    const { flow, p, source } = pair();
    const { trace, log } = tracer();
    const [token, work] = [step(trace, 'token'), (s: StepContext): unknown => trace(s)];
    const x = source.customStep(trace, 'x').when(no);
    const handle = source.customStep(trace, 'handle', x);
    source.parallel(token).after(x);
    source.customStep(work, 'function', x);
    source.customStep(trace, 'name', x).next(trace, 'last');
    source.customStep(trace, 'skipped', x);
    x.skipWithDependents({ except: ['name', handle, token, work] });
    p.customStep((s) => trace(s), 'function', 'own');
    p.customStep(work, 'own');
    p.merge(source);
    await flow.run();
    expect(log.toSorted()).toEqual(['function', 'handle', 'last', 'name', 'own', 'token']);
  });

  test('an exception that does not wait for the step is one issue, however often it was merged', () => {
    const { flow, from, p, source } = pair();
    const other = source.customStep(fine, 'other');
    source.customStep(fine, 'x').when(no).skipWithDependents({ except: [other] });
    p.merge(source);
    p.merge(source);
    for (const each of [flow, from]) {
      expect(() => each.compile()).toThrow("step 'x' excepts 'other' from what it skips, which does not wait for it; take 'other' away, or let it wait for 'x'");
      expect(() => each.compile()).toThrow(expect.objectContaining({ issues: [expect.objectContaining({ code: 'invalid-exception' })] }));
    }
  });

  test('a conditional step of the source cannot hold a step of this process back by its exception', async () => {
    const { flow, p, source } = pair();
    const { trace, log } = tracer();
    source.customStep(trace, 'x').when(no).skipWithDependents({ except: ['own'] }).next(trace, 'y').next(trace, 'own');
    p.customStep(trace, 'z').when(no).skipWithDependents().next(trace, 'own');
    p.merge(source);
    const result = await flow.run();
    expect([log, result.explain('own')]).toEqual([[], 'own: skipped, its branch was not taken ← z: skipped by its condition, with its dependents']);
  });
});

describe('restrictions of merged steps', () => {
  // a ── b ── end        both set the key, end reads it from a
  function restricted(process: Process<undefined>): void {
    const set = (s: StepContext): void => s.set(which, s.name);
    const b = process.customStep(set, 'a').next(set, 'b');
    process.customStep((s) => s.get(which), 'end', b).restrict(which, 'a');
  }

  test('MRG-22: a step that is registered again may read the key from another ancestor, and the source does not change', async () => {
    const { flow, from, p, source } = pair();
    restricted(source);
    p.merge(source);
    p.customStep((s) => s.get(which), 'end').restrict(which, 'b');
    expect([(await flow.run()).value('end'), (await from.run()).value('end')]).toEqual(['b', 'a']);
  });

  test('NEW-23: a step without restrictions takes those of the source, one with them keeps its own', async () => {
    const { flow, from, p, source } = pair();
    const other = key<string>('other');
    restricted(source);
    source.customStep((s) => [s.get(which), s.get(other)], 'both', 'b').restrict(which, 'a').restrict(other, 'a');
    const set = (s: StepContext): void => (s.set(which, s.name), s.set(other, s.name));
    p.customStep(set, 'a');
    p.customStep(set, 'b', 'a');
    p.customStep((s) => s.get(which), 'end', 'b');
    p.customStep((s) => [s.get(which), s.get(other)], 'both', 'b').restrict(which, 'b');
    p.merge(source);
    const result = await flow.run();
    expect([result.value('end'), result.value('both')]).toEqual(['a', ['b', 'a']]);
    expect((await from.run()).value('both')).toEqual(['a', undefined]);
  });

  test('D10: what is said of the copy later is not said of the source, and the other way round', async () => {
    const { flow, from, p, source } = pair();
    restricted(source);
    source.customStep(fine, 'open', 'b').eq(which, 'b');
    const merged = p.merge(source);
    merged.step('end').restrict(which, 'b');
    merged.step('open').eq(which, 'a');
    const later = source.customStep(fine, 'later', 'b').eq(which, 'b');
    p.merge(source);
    later.eq(which, 'a');
    const [here, there] = [await flow.run(), await from.run()];
    expect([here, there].map((result) => [result.value('end'), result.outcome('open').status, result.outcome('later').status])).toEqual([
      ['b', 'skipped', 'succeeded'],
      ['a', 'succeeded', 'skipped'],
    ]);
  });

  //   source: 1 ── 2,  3 ── 4      here also 1 ── 3 and 4 ── 2: 1 ── 3 ── 4 ── 2, which reads from 1 as it did in the source
  test('CTX-26: a restriction holds in the order that the merge made, and what was no ancestor in the source may be named now', async () => {
    const { flow, from, p, source } = pair();
    const read = (s: StepContext): unknown => {
      const before = s.get(which);
      s.set(which, s.name);
      return before;
    };
    const one = source.customStep(read, '1');
    source.customStep(read, '2', one).restrict(which, one);
    source.customStep(read, '3').next(read, '4');
    const merged = p.merge(source);
    merged.step('3').after('1');
    merged.step('2').after('4');
    merged.step('4').restrict(which, merged.step('1'));
    const result = await flow.run();
    expect(['1', '3', '4', '2'].map((name) => result.value(name))).toEqual([undefined, '1', '1', '1']);
    expect((await from.run()).value('4')).toBe('3');
    expect(() => source.customStep(read, '5', '3').restrict(which, one)).toThrow(expect.objectContaining({ code: 'frozen' }));
  });

  test('a restriction to a step that is not before the copy is an issue here, with the others', () => {
    const { flow, p, source } = pair();
    restricted(source);
    source.customStep(fine, 'x', 'b').restrict(which, 'nowhere').when(no).or();
    p.merge(source);
    expect(() => flow.compile()).toThrow(
      expect.objectContaining({ issues: [expect.objectContaining({ code: 'empty-or-group', at: 'p/x' }), expect.objectContaining({ code: 'unknown-step', at: 'p/x' })] }),
    );
  });
});

describe('callbacks of merged steps', () => {
  test("the step's own come along, once for each, behind those of this process; those of the source's process and flow do not", async () => {
    const { flow, from, p, source } = pair();
    const log: string[] = [];
    const note = (name: string) => () => void log.push(name);
    from.beforeStep(note('flow of the source'));
    source.beforeStep(note('process of the source'));
    source.customStep(fine, 'a').beforeStep(note('before in the source')).afterStep(note('after in the source'), { when: 'succeeded' });
    p.beforeStep(note('process'));
    p.customStep(fine, 'a').beforeStep(note('before here'));
    const middle = from.process('middle');
    middle.merge(source);
    for (const process of [source, middle, source]) p.merge(process);
    await flow.run();
    expect(log).toEqual(['process', 'before here', 'before in the source', 'after in the source']);
  });

  test('one that is added to the copy is not one of the source, and the other way round', async () => {
    const { flow, from, p, source } = pair();
    const log: string[] = [];
    const a = source.customStep(fine, 'a').afterStep(() => void log.push('both'));
    p.merge(source).step('a').afterStep(() => void log.push('copy'));
    a.afterStep(() => void log.push('source'));
    await flow.run();
    await from.run();
    expect(log).toEqual(['both', 'copy', 'both', 'source']);
  });

  test('a must callback of a merged step fails the copy, at the level of the step', async () => {
    const { flow, p, source } = pair();
    source.customStep(fine, 'a').afterStep(() => Promise.reject(new Error('wrong')), { must: true });
    p.merge(source).step('a').next(fine, 'b');
    const run = flow.start();
    const events = recorded(run);
    const result = await run.done;
    expect([result.outcome('a').status, result.outcome('b').status]).toEqual(['failed', 'cancelled']);
    expect(internalErrors(events).map((event) => event.callback)).toEqual([{ kind: 'afterStep', level: 'step', order: 1, must: true }]);
  });
});
