import { key, optional, settled, type StepContext } from 'millrace';
import { describe, expect, test } from 'vitest';
import { bench } from './bench.ts';

const amount = key<number>('amount');
const patient = { timeout: 60_000 };

/** Each of these would take minutes if a lookup cost as much as there are steps. */
describe('a lookup costs the same among many steps', () => {
  //   0 (sets) ── 1 ── 2 ── …
  test.for([10_000, 100_000])('in a chain of %i, where all read what the first has set', patient, async (many) => {
    const { flow, p } = bench();
    let last = p.customStep((s) => s.set(amount, 1) ?? 1, 's0');
    for (let index = 1; index < many; index += 1) last = p.customStep((s) => s.get(amount)!, `s${index}`, last) as typeof last;
    expect((await flow.run()).value(last)).toBe(1);
  });

  test('at the end of a chain of 100,000, for what the first has set and for what nobody has', patient, async () => {
    const { flow, p } = bench();
    p.customStep((s) => {
      s.set(amount, 1);
      s.set('other', 2);
    }, 's0');
    for (let index = 1; index < 100_000; index += 1) p.customStep(() => undefined, `s${index}`, `s${index - 1}`);
    const end = p.customStep((s) => [s.get(amount), s.get('other'), s.get('nobody'), [...s.endValues(amount).keys()]], 'end', 's99999');
    expect((await flow.run()).value(end)).toEqual([1, 2, undefined, ['p/s0']]);
  });

  //   a square in which every step waits for the one above and the one to the left, and adds 1 to what it sees
  test.for([100, 300])('in a lattice with a side of %i, where all read and set', patient, async (side) => {
    const { flow, p } = bench();
    const add = (s: StepContext): number => {
      const sum = (s.get(amount) ?? 0) + 1;
      s.set(amount, sum);
      return sum;
    };
    for (let step = 0; step < side * side; step += 1) {
      p.customStep(add, `s${step}`, ...(step >= side ? [`s${step - side}`] : []), ...(step % side > 0 ? [`s${step - 1}`] : []));
    }
    expect((await flow.run()).value(`s${side * side - 1}`)).toBe(2 * side - 1);
  });

  //        ┌─ 0 … n (set) ─┐
  //        └───────────────┴─ n readers, one after another
  test('behind a group of 10,000 that set side by side', patient, async () => {
    const { flow, p } = bench();
    const many = 10_000;
    const group = p.parallel(Object.fromEntries(Array.from({ length: many }, (_, index) => [`w${index}`, (s: StepContext) => s.set(amount, index)])));
    let last = p.customStep((s) => s.get(amount), 'r0', group);
    for (let index = 1; index < many; index += 1) last = p.customStep((s) => s.get(amount), `r${index}`, last) as typeof last;
    const end = p.customStep((s) => s.endValues(amount).size, 'end', last);
    const result = await flow.run();
    expect([result.value(last), result.value(end)]).toEqual([many - 1, many]);
  });

  //   two chains that hear of each other at every tenth step; both set all the way
  test('on two long ways that meet again and again', patient, async () => {
    const { flow, p } = bench();
    const many = 20_000;
    const names = (way: string, index: number): readonly string[] => (index < 0 ? [] : [`${way}${index}`]);
    for (let index = 0; index < many; index += 1) {
      p.customStep((s) => s.set(amount, (s.get(amount) ?? 0) + 1), `a${index}`, ...names('a', index - 1), ...(index % 10 === 0 ? names('b', index - 25) : []));
      p.customStep((s) => s.set(amount, (s.get(amount) ?? 0) + 1), `b${index}`, ...names('b', index - 1), ...(index % 10 === 5 ? names('a', index - 25) : []));
    }
    const end = p.customStep((s) => [s.get(amount), s.endValues(amount).size], 'end', `a${many - 1}`, `b${many - 1}`);
    expect((await flow.run()).value(end)).toEqual([many, 2]);
  });

  test('where steps can start before their ancestors have ended', patient, async () => {
    const { flow, p } = bench();
    const many = 20_000;
    let last = p.customStep((s) => s.set(amount, 1) ?? 1, 's0');
    for (let index = 1; index < many; index += 1) {
      const timing = [last, settled(last), optional(last)][index % 3]!;
      last = p.customStep((s) => s.get(amount)!, `s${index}`, ...(index % 3 === 2 ? [`s${index - 2}`, timing] : [timing])) as typeof last;
    }
    const ends = ['last', 'least'].map((name) => p.always((s) => s.get(amount), name));
    const result = await flow.run();
    expect([result.value(last), ...ends.map((end) => result.value(end))]).toEqual([1, 1, 1]);
  });

  test('of many keys, each set by one step and read by the next', patient, async () => {
    const { flow, p } = bench();
    const many = 20_000;
    p.customStep((s) => s.set('k0', 0), 's0');
    for (let index = 1; index < many; index += 1) p.customStep((s) => s.set(`k${index}`, Number(s.get(`k${index - 1}`)) + 1), `s${index}`, `s${index - 1}`);
    const end = p.customStep((s) => [s.get(`k${many - 1}`), s.get('k7')], 'end', `s${many - 1}`);
    expect((await flow.run()).value(end)).toEqual([many - 1, 7]);
  });
});
