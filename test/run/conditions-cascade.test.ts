import { anyOf, failed, optional, settled, type FlowResult, type Process } from 'millrace';
import { describe, expect, test } from 'vitest';
import { inWords } from '../kernel/joins.ts';
import { bench, throwing } from './bench.ts';

const fine = (): string => 'done';
const no = (): boolean => false;

/** What became of each step, in short words. */
async function ends(define: (p: Process<undefined>) => unknown): Promise<Record<string, string>> {
  const { flow, p } = bench();
  define(p);
  return words(await flow.run());
}

function words(result: FlowResult): Record<string, string> {
  return Object.fromEntries([...result.steps].map(([path, outcome]) => [path.slice(path.indexOf('/') + 1), inWords(outcome)]));
}

const skipped = 'skipped by condition';

describe('a skip that takes its dependents along', () => {
  // a ── b (no) ── c ── d
  test('reaches all that come after the step, one by one', async () => {
    const result = await ends((p) => p.customStep(fine, 'a').next(fine, 'b').when(no).skipWithDependents().next(fine, 'c').next(fine, 'd'));
    expect(result).toEqual({ a: 'runs', b: skipped, c: 'not taken ← b', d: 'not taken ← c' });
  });

  // 1 ── 2 (no, except 4) ─┬─ 3
  //                        └─ 4 ── 5 ── 6
  test('NEW-08, D14: the dependents of an exception that ran run too', async () => {
    const result = await ends((p) => {
      const second = p.customStep(fine, '1').next(fine, '2').when(no).skipWithDependents({ except: ['4'] });
      second.next(fine, '3');
      second.next(fine, '4').next(fine, '5').next(fine, '6');
    });
    expect(result).toEqual({ 1: 'runs', 2: skipped, 3: 'not taken ← 2', 4: 'runs', 5: 'runs', 6: 'runs' });
  });

  // 1 (no, except 4) ── 2 ── 3 ── 4 ── 5
  test('an exception runs although all that leads to it was passed over', async () => {
    const result = await ends((p) =>
      p.customStep(fine, '1').when(no).skipWithDependents({ except: ['4'] }).next(fine, '2').next(fine, '3').next(fine, '4').next(fine, '5'));
    expect(result).toEqual({ 1: skipped, 2: 'not taken ← 1', 3: 'not taken ← 2', 4: 'runs', 5: 'runs' });
  });

  // x (no, except end) ── y ─┬─ end (also after bad)
  //                   bad ───┘
  test('an exception is still cancelled by what failed', async () => {
    const result = await ends((p) => {
      const y = p.customStep(fine, 'x').when(no).skipWithDependents({ except: ['end'] }).next(fine, 'y');
      p.customStep(fine, 'end', y, p.customStep(throwing(), 'bad'));
    });
    expect(result['end']).toBe('cancelled ← bad');
  });

  // x (no, or met; except mail) ── charge ── refund (only if charge failed) ── mail
  test.each([
    [true, { x: 'runs', charge: 'runs', refund: 'not taken ← charge', mail: 'not taken ← refund' }],
    [false, { x: skipped, charge: 'not taken ← x', refund: 'not taken ← charge', mail: 'not taken ← refund' }],
  ])('an exception does not run when what leads to it was not taken for another reason (condition %s)', async (met, expected) => {
    const result = await ends((p) => {
      const x = p.customStep(fine, 'x').when(() => met).skipWithDependents({ except: ['mail'] });
      const refund = p.customStep(fine, 'refund', failed(x.next(fine, 'charge')));
      refund.next(fine, 'mail');
    });
    expect(result).toEqual(expected);
  });

  // x (no, except end) ── y (no, with dependents) ── end       x is met or not
  test('an exception of one step is none of another', async () => {
    const result = await ends((p) => {
      const x = p.customStep(fine, 'x').when(() => true).skipWithDependents({ except: ['end'] });
      x.next(fine, 'y').when(no).skipWithDependents().next(fine, 'end');
    });
    expect(result).toEqual({ x: 'runs', y: skipped, end: 'not taken ← y' });
  });

  // x ── y ─┐
  // z ──────┴─ end        x and z are skipped with their dependents, both except end
  test('an exception of all that were skipped runs, and of some only does not', async () => {
    const define = (both: boolean) => (p: Process<undefined>): void => {
      const y = p.customStep(fine, 'x').when(no).skipWithDependents({ except: ['end'] }).next(fine, 'y');
      const z = p.customStep(fine, 'z').when(no).skipWithDependents({ except: both ? ['end'] : [] });
      p.customStep(fine, 'end', y, z);
    };
    expect((await ends(define(true)))['end']).toBe('runs');
    expect((await ends(define(false)))['end']).toBe('not taken ← z');
  });
});

//   x (no, except end) ─┬─ y ── end
//   z (no, except y) ───┘
test('what a step was itself spared does not hold back an exception behind it', async () => {
  const result = await ends((p) => {
    const x = p.customStep(fine, 'x').when(no).skipWithDependents({ except: ['end'] });
    const z = p.customStep(fine, 'z').when(no).skipWithDependents({ except: ['y'] });
    p.customStep(fine, 'y', x, z).next(fine, 'end');
  });
  expect(result).toEqual({ x: skipped, z: skipped, y: 'not taken ← x', end: 'runs' });
});

//   x (no, except end) ── y (also only if x failed) ── end
test('an exception does not run when what leads to it waits for a failure of the step too', async () => {
  const result = await ends((p) => {
    const x = p.customStep(fine, 'x').when(no).skipWithDependents({ except: ['end'] });
    p.customStep(fine, 'y', x, failed(x)).next(fine, 'end');
  });
  expect(result).toEqual({ x: skipped, y: 'not taken ← x', end: 'not taken ← y' });
});

describe('what a skip with dependents means to each timing', () => {
  const passedOn = (p: Process<undefined>) => p.customStep(fine, 'x').when(no).skipWithDependents();

  test('settled goes, failed does not, optional does not care', async () => {
    const result = await ends((p) => {
      const x = passedOn(p);
      p.customStep(fine, 'after', settled(x));
      p.customStep(fine, 'handler', failed(x));
      p.customStep(fine, 'reader', optional(x));
      p.always(fine, 'last');
    });
    expect(result).toEqual({ x: skipped, after: 'runs', handler: 'not taken ← x', reader: 'runs', last: 'runs' });
  });

  test('anyOf takes another one, and is not taken when there is none', async () => {
    const result = await ends((p) => {
      const x = passedOn(p);
      p.customStep(fine, 'other', anyOf(x, p.customStep(fine, 'a')));
      p.customStep(fine, 'none', anyOf(x, failed('a')));
    });
    expect(result).toMatchObject({ other: 'runs', none: 'not taken ← x, a' });
  });

  // x (no) ─┐
  // a ──────┴─ group ── end        in either order of ends, also when everything needs success
  test.each([[false], [true]])('a group is not held back by it, unless all were skipped (asynchronous: %s)', async (later) => {
    const body = later ? (): Promise<string> => Promise.resolve('done') : fine;
    const result = await ends((p) => {
      const group = p.parallel({ a: body, x: fine });
      group.steps.x.when(no).skipWithDependents();
      p.customStep(fine, 'end', group);
      const all = p.parallel({ y: fine, z: fine });
      for (const step of [all.steps.y, all.steps.z]) step.when(no).skipWithDependents();
      p.customStep(fine, 'never', all);
    });
    expect(result).toMatchObject({ a: 'runs', x: skipped, end: 'runs', y: skipped, z: skipped, never: 'not taken ← y, z' });
  });

  test('a group whose only member that could be taken was skipped lets an exception go', async () => {
    const result = await ends((p) => {
      const ok = p.customStep(fine, 'ok');
      const group = p.parallel({ x: fine, refund: fine });
      group.steps.refund.after(failed(ok));
      p.customStep(fine, 'end', group);
      group.steps.x.when(no).skipWithDependents({ except: ['end'] });
    });
    expect(result).toEqual({ ok: 'runs', x: skipped, refund: 'not taken ← ok', end: 'runs' });
  });

  test('syncAll and the next process are not held back', async () => {
    const { flow, p } = bench();
    passedOn(p).next(fine, 'y');
    p.customStep(fine, 'a');
    p.syncAll(fine, 'end');
    flow.process('q').after(p).customStep(fine, 'z');
    expect(words(await flow.run())).toEqual({ x: skipped, y: 'not taken ← x', a: 'runs', end: 'runs', z: 'runs' });
  });

  test('an exception has no result of what was skipped to read', async () => {
    const { flow, p } = bench();
    const x = p.customStep(fine, 'x').when(no).skipWithDependents({ except: ['end'] });
    const y = x.next(fine, 'y');
    p.customStep((s) => [s.outcome(x).status, s.outcome(y).status, s.results.y], 'end', y);
    const result = await flow.run();
    expect(result.errors[0]?.error.message).toBe("'p/y' has no result (y: skipped, its branch was not taken ← x: skipped by its condition, with its dependents); read its outcome instead, or wait for it with a timing that needs its success");
  });
});

// x (no) ── s0 ── s1 ── … ── end
test('a chain of any length fits between a step and its exception', async () => {
  const { flow, p } = bench();
  p.customStep(fine, 'x').when(no).skipWithDependents({ except: ['end'] });
  for (let index = 0; index < 20_000; index += 1) p.customStep(fine, `s${index}`, index === 0 ? 'x' : `s${index - 1}`);
  p.customStep(fine, 'end', 's19999');
  const result = await flow.run();
  expect(['s0', 's19999', 'end'].map((name) => result.outcome(name).status)).toEqual(['skipped', 'skipped', 'succeeded']);
});
