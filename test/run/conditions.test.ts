import { key, type Comparable, type Equality, type FlowResult, type StepHandle } from 'millrace';
import { describe, expect, test } from 'vitest';
import { bench, internalErrors, recorded } from './bench.ts';

/** Equal to all that are equally long. */
class Length implements Comparable {
  readonly metres: number;

  constructor(metres: number) {
    this.metres = metres;
  }

  equals(other: unknown): boolean {
    return other instanceof Length && other.metres === this.metres;
  }

  compare(other: unknown): number {
    return other instanceof Length ? this.metres - other.metres : NaN;
  }
}

class Colour implements Equality {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  equals(other: unknown): boolean {
    return other instanceof Colour && other.name === this.name;
  }
}

const typed = key<number>('typed');

type Second = StepHandle<'2', string>;

/**
 *   1 ─┬─ 2 (the condition) ─┬─ 4
 *      └─ 3 ─────────────────┘
 *
 * Step 1 sets keys of all types; returns the result and which steps ran.
 */
async function runs(condition: (second: Second) => unknown): Promise<{ readonly ran: string; readonly result: FlowResult }> {
  const { flow, p } = bench();
  const ran: string[] = [];
  const work = (name: string) => (): string => {
    ran.push(name);
    return name;
  };
  const first = p.customStep((s) => {
    s.set('int', 1);
    s.set('float', 1.5);
    s.set('big', 10n);
    s.set('text', 'b');
    s.set('yes', true);
    s.set('date', new Date(1_000));
    s.set('length', new Length(2));
    s.set('colour', new Colour('red'));
    s.set(typed, 7);
    work('1')();
  }, '1');
  const second = p.customStep(work('2'), '2', first);
  const third = p.customStep(work('3'), '3', first);
  p.customStep(work('4'), '4', second, third);
  condition(second);
  const result = await flow.run();
  expect(result.status).toBe('succeeded');
  return { ran: ran.join(' '), result };
}

const everything = '1 2 3 4';
const without2 = '1 3 4';
const without2And4 = '1 3';
const wrong = (): never => {
  throw new Error('wrong');
};

describe('which of 1, 2, 3 and 4 run when 2 has a condition', () => {
  test.each<[row: string, ran: string, condition: (second: Second) => unknown]>([
    ['COND-01: eq of every type', everything, (second) =>
      second.eq('int', 1).eq('float', 1.5).eq('big', 10n).eq('text', 'b').eq('yes', true).eq('date', new Date(1_000))
        .eq('length', new Length(2)).eq('colour', new Colour('red')).eq(typed, 7)],
    ['COND-02: eq of a missing key', without2, (second) => second.eq('missing', 1)],
    ['COND-04: met, with dependents', everything, (second) => second.eq('int', 1).skipWithDependents()],
    ['COND-06: not equal, with dependents except 4', without2, (second) => second.eq('int', 2).skipWithDependents({ except: ['4'] })],

    ['COND-07: neq of every type', everything, (second) =>
      second.neq('int', 2).neq('float', 1).neq('big', 1n).neq('text', 'a').neq('yes', false).neq('date', new Date(2_000))
        .neq('length', new Length(3)).neq('colour', new Colour('blue')).neq(typed, 8)],
    ['COND-08: neq of a missing key', everything, (second) => second.neq('missing', 1)],
    ['COND-09: equal, with dependents', without2And4, (second) => second.neq('int', 1).skipWithDependents()],
    ['COND-10: different, with dependents', everything, (second) => second.neq('int', 2).skipWithDependents()],
    ['COND-11: equal', without2, (second) => second.neq('int', 1)],
    ['COND-12: equal, with dependents except 4', without2, (second) => second.neq('int', 1).skipWithDependents({ except: ['4'] })],

    ['COND-13: lt of every type', everything, (second) =>
      second.lt('int', 2).lt('float', 1.6).lt('big', 11n).lt('text', 'c').lt('date', new Date(1_001)).lt('length', new Length(3)).lt(typed, 8)],
    ['COND-14: lt of a missing key', without2, (second) => second.lt('missing', 1)],
    ['COND-15: not less, with dependents', without2And4, (second) => second.lt('int', 0).skipWithDependents()],
    ['COND-16: less, with dependents', everything, (second) => second.lt('int', 2).skipWithDependents()],
    ['COND-17: equal is not less', without2, (second) => second.lt('int', 1)],
    ['COND-18: not less, with dependents except 4', without2, (second) => second.lt('int', 0).skipWithDependents({ except: ['4'] })],

    ['COND-19: lte of every type', everything, (second) =>
      second.lte('int', 1).lte('int', 2).lte('float', 1.5).lte('big', 10n).lte('big', 11n).lte('text', 'b').lte('yes', true)
        .lte('date', new Date(1_000)).lte('length', new Length(2)).lte('length', new Length(3)).lte('colour', new Colour('red'))],
    ['COND-20: lte of a missing key', without2, (second) => second.lte('missing', 1)],
    ['COND-21: greater, with dependents', without2And4, (second) => second.lte('int', 0).skipWithDependents()],
    ['COND-22: equal, with dependents', everything, (second) => second.lte('int', 1).skipWithDependents()],
    ['COND-23: greater', without2, (second) => second.lte('int', 0)],
    ['COND-24: greater, with dependents except 4', without2, (second) => second.lte('int', 0).skipWithDependents({ except: ['4'] })],

    ['COND-25: gt of every type', everything, (second) =>
      second.gt('int', 0).gt('float', 1.4).gt('big', 9n).gt('text', 'a').gt('date', new Date(999)).gt('length', new Length(1)).gt(typed, 6)],
    ['COND-26: gt of a missing key', without2, (second) => second.gt('missing', 1)],
    ['COND-27: smaller, with dependents', without2And4, (second) => second.gt('int', 2).skipWithDependents()],
    ['COND-28: greater, with dependents', everything, (second) => second.gt('int', 0).skipWithDependents()],
    ['COND-29: smaller', without2, (second) => second.gt('int', 2)],
    ['COND-30: smaller, with dependents except 4', without2, (second) => second.gt('int', 2).skipWithDependents({ except: ['4'] })],

    ['COND-31: gte of every type', everything, (second) =>
      second.gte('int', 1).gte('int', 0).gte('float', 1.5).gte('big', 10n).gte('text', 'b').gte('yes', true)
        .gte('date', new Date(1_000)).gte('length', new Length(2)).gte('length', new Length(1)).gte('colour', new Colour('red'))],
    ['COND-32: gte of a missing key', without2, (second) => second.gte('missing', 1)],
    ['COND-33: smaller, with dependents', without2And4, (second) => second.gte('int', 2).skipWithDependents()],
    ['COND-34: equal, with dependents', everything, (second) => second.gte('int', 1).skipWithDependents()],
    ['COND-35: smaller', without2, (second) => second.gte('int', 2)],
    ['COND-36: smaller, with dependents except 4', without2, (second) => second.gte('int', 2).skipWithDependents({ except: ['4'] })],

    ['COND-37: a predicate that says yes', everything, (second) => second.when((s) => s.get('int') === 1)],
    ['COND-38: a predicate that throws', without2, (second) => second.when(wrong)],
    ['COND-39: no, with dependents', without2And4, (second) => second.when(() => false).skipWithDependents()],
    ['COND-40: yes, with dependents', everything, (second) => second.when(() => true).skipWithDependents()],
    ['COND-41: no', without2, (second) => second.when(() => false)],
    ['COND-42: no, with dependents except 4', without2, (second) => second.when(() => false).skipWithDependents({ except: ['4'] })],

    ['COND-43: true or true', everything, (second) => second.eq('int', 1).or().eq('text', 'b')],
    ['COND-44: false or false', without2, (second) => second.eq('int', 2).or().eq('text', 'a')],
    ['COND-45: true or false', everything, (second) => second.eq('int', 1).or().eq('text', 'a')],
    ['COND-46: false or true', everything, (second) => second.eq('int', 2).or().eq('text', 'b')],
    ['COND-47: false or true, with dependents', everything, (second) => second.eq('int', 2).or().eq('text', 'b').skipWithDependents()],
    ['COND-48: false or false, with dependents', without2And4, (second) => second.eq('int', 2).or().eq('text', 'a').skipWithDependents()],
    ['COND-49: false or false, with dependents except 4', without2, (second) =>
      second.eq('int', 2).or().eq('text', 'a').skipWithDependents({ except: ['4'] })],
    ['all of a group must be true', without2, (second) => second.eq('int', 1).eq('text', 'a').or().eq('int', 2).eq('text', 'b')],

    ['NEW-07, D8: gt of an equal value', without2, (second) => second.gt('int', 1)],
    ['NEW-07, D8: gt of a value of another type', without2, (second) => second.gt('text', 1)],
    ['NEW-07, D8: gte of a value of another type', without2, (second) => second.gte('text', 1)],
    ['NEW-07, D8: gt of a value without an order', without2, (second) => second.gt('yes', 0)],
    ['NEW-07, D8: gte of a value without an order that is not equal', without2, (second) => second.gte('yes', false)],
  ])('%s: %s', async (_row, ran, condition) => {
    expect((await runs(condition)).ran).toBe(ran);
  });

  test('COND-02, COND-09: the skipped step says that its condition was false, its dependents that their branch was not taken', async () => {
    const { result } = await runs((second) => second.neq('int', 1).skipWithDependents());
    expect(result.outcome('2')).toEqual({ status: 'skipped', reason: { kind: 'condition' } });
    expect(result.outcome('4')).toEqual({ status: 'skipped', reason: { kind: 'branch', because: [{ path: 'p/2', status: 'skipped' }] } });
    expect(result.explain('4')).toBe('4: skipped, its branch was not taken ← 2: skipped by its condition, with its dependents');
    expect((await runs((second) => second.eq('missing', 1))).result.explain('2')).toBe('2: skipped by its condition');
  });
});

describe('a comparison that throws', () => {
  const resisting = { equals: wrong, compare: wrong };

  test.each<[row: string, condition: (step: StepHandle) => unknown]>([
    ['COND-54: eq', (step) => step.eq('k', resisting)],
    ['COND-55: neq', (step) => step.neq('k', resisting)],
    ['COND-56: lt', (step) => step.lt('k', resisting)],
    ['COND-57: lte', (step) => step.lte('k', resisting)],
    ['COND-58: gt', (step) => step.gt('k', resisting)],
    ['COND-59: gte', (step) => step.gte('k', resisting)],
  ])('%s is false, the step is skipped, the run succeeds and an event tells', async (_row, condition) => {
    const { flow, p } = bench<{ readonly k: number }>();
    const a = p.customStep(() => 'ran', 'a');
    condition(a);
    a.next(() => 'ran', 'b');
    const run = flow.start({ k: 1 });
    const events = recorded(run);
    const result = await run.done;
    expect([result.status, result.outcome('a'), result.outcome('b').status]).toEqual([
      'succeeded',
      { status: 'skipped', reason: { kind: 'condition', error: new Error('wrong') } },
      'succeeded',
    ]);
    const errors = internalErrors(events);
    expect(errors.map(({ stage, path, error }) => [stage, path, error.message])).toEqual([['condition', 'p/a', 'wrong']]);
  });
});
