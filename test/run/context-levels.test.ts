import { anyOf, key, optional, type AmbiguousKeyError, type StepContext } from 'millrace';
import { describe, expect, test } from 'vitest';
import { bench, hands, internalErrors, pass, recorded } from './bench.ts';

/*
 * Keys at their levels: input, flow, process, step. What callbacks set counts as set before or after all steps of their unit.
 */

const fine = (): string => 'done';
const word = key<string>('word');

describe('a key that a process and its steps set', () => {
  //   a ── b ── c ── d        beforeProcess and b set the key
  test('CTX-12: is that of the process down a chain, until a step sets it', async () => {
    const { flow, p } = bench();
    const read = (s: StepContext): unknown => s.get(word);
    p.beforeProcess((c) => c.set(word, 'of the process'));
    p.customStep(read, 'a')
      .next((s) => s.set(word, 'of b'), 'b')
      .next(read, 'c')
      .next(read, 'd');
    p.customStep(read, 'beside');
    const result = await flow.run();
    expect(['a', 'c', 'd', 'beside'].map((name) => result.value(name))).toEqual(['of the process', 'of b', 'of b', 'of the process']);
  });

  //   a ─┬─ c      b alone has set it
  //   b ─┘
  test('is shadowed by any step that is seen, also from one side only, in a strict run as well', async () => {
    const { flow, p } = bench({ strict: true });
    p.beforeProcess((c) => c.set(word, 'of the process'));
    const b = p.customStep((s) => s.set(word, 'of b'), 'b');
    const c = p.customStep((s) => s.get(word), 'c', p.customStep(fine, 'a'), b);
    expect((await flow.run()).value(c)).toBe('of b');
  });

  test('CTX-13: a key of the process that is named like a step is not its result', async () => {
    const { flow, p } = bench();
    p.beforeProcess((c) => c.set('a', 'key'));
    const a = p.customStep(() => 'result', 'a');
    const b = p.customStep((s) => [s.get('a'), s.results.a, s.result(a), s.getByStep('a', 'a')], 'b', a);
    expect((await flow.run()).value(b)).toEqual(['key', 'result', 'result', undefined]);
  });

  test('CTX-22: is no end value, whatever callback set it, and neither is the input; what beforeStep and afterStep set is one', async () => {
    const { flows } = bench();
    const flow = flows.registerFlow<{ readonly word: string }>('g');
    const p = flow.process('p');
    flow.beforeFlow((c) => c.set('word', 'of the flow'));
    p.beforeProcess((c) => c.set('word', 'of the process'));
    const a = p.customStep((s) => [...s.endValues('word')], 'a');
    const b = p.customStep(fine, 'b').beforeStep((s) => s.set('word', 'before b'));
    const c = p.customStep((s) => s.set('word', 'c'), 'c').afterStep((s) => s.set('word', 'after c'));
    const end = p.customStep((s) => [...s.endValues('word')], 'end', a, b, c);
    p.afterProcess((context) => context.set('word', 'after the process'));
    const next = flow.process('q').after(p).customStep((s) => [s.get('word'), [...s.endValues('word').keys()]], 'next');
    const result = await flow.run({ word: 'given' });
    expect(result.value(a)).toEqual([]);
    expect(result.value(end)).toEqual([['p/b', 'before b'], ['p/c', 'after c']]);
    expect(result.value(next)).toEqual(['after the process', ['p/b', 'p/c']]);
  });

  test('a restriction to a step that did not set it gives nothing: neither that of the process, nor of the flow, nor the input', async () => {
    const { flows } = bench();
    const flow = flows.registerFlow<{ readonly word: string }>('g');
    const p = flow.process('p');
    flow.beforeFlow((c) => c.set('word', 'of the flow'));
    p.beforeProcess((c) => c.set('word', 'of the process'));
    const a = p.customStep(fine, 'a');
    const b = a.next((s) => s.set('word', 'of b'), 'b');
    const c = p.customStep((s) => s.get('word'), 'c', a, b).restrict('word', a);
    const d = p.customStep((s) => s.get('word'), 'd', a, b).restrict('word', b);
    const result = await flow.run({ word: 'given' });
    expect([result.value(c), result.value(d)]).toEqual([undefined, 'of b']);
  });

  test('restrictions hold for the callbacks and the conditions of the step too', async () => {
    const { flow, p } = bench();
    const seen: unknown[] = [];
    const note = (s: { get(key: typeof word): unknown }): boolean => seen.push(s.get(word)) > 0;
    const a = p.customStep((s) => s.set(word, 'of a'), 'a');
    const b = a.next((s) => s.set(word, 'of b'), 'b');
    p.customStep(fine, 'c', b).restrict(word, a).when(note).beforeStep((s) => void note(s)).afterStep((s) => void note(s));
    await flow.run();
    expect(seen).toEqual(['of a', 'of a', 'of a']);
  });
});

describe('keys of flow and process', () => {
  test('those of beforeFlow are below those of beforeProcess, and both above the input; a typed key never falls back to it', async () => {
    const { flows } = bench();
    const flow = flows.registerFlow<{ readonly word: string; readonly other: string; readonly third: string }>('g');
    const seen: Record<string, readonly unknown[]> = {};
    const note = (at: string) => (c: { get(key: string | typeof word): unknown }) => void (seen[at] = [c.get('word'), c.get('other'), c.get('third'), c.get(word)]);
    flow.beforeFlow((c) => (c.set('word', 'flow'), c.set('other', 'flow'))).beforeFlow(note('beforeFlow')).afterFlow(note('afterFlow'));
    flow.beforeProcess((c) => c.set('word', 'process'), { onlyFor: 'p' });
    flow.beforeProcess(note('beforeProcess'), { onlyFor: 'p' }).afterProcess(note('afterProcess'), { onlyFor: 'p' });
    flow.process('p').customStep(note('step'), 'a').beforeStep(note('beforeStep'));
    flow.process('q').customStep(note('other process'), 'b');
    await flow.run({ word: 'input', other: 'input', third: 'input' });
    const process = ['process', 'flow', 'input', undefined];
    const above = ['flow', 'flow', 'input', undefined];
    expect(seen).toEqual({ beforeFlow: above, beforeProcess: process, beforeStep: process, step: process, afterProcess: process, 'other process': above, afterFlow: above });
  });

  //   p: a        q: b, after p        r beside them
  test('a process that is ordered after another one sees what that one, its callbacks and its steps have set, and no other process', async () => {
    const { flow, p } = bench();
    const read = (c: { get(key: string): unknown }): unknown => ['before', 'step', 'after', 'beside'].map((name) => c.get(name));
    const seen: unknown[] = [];
    p.beforeProcess((c) => c.set('before', 'p')).afterProcess((c) => c.set('after', 'p'));
    p.customStep((s) => s.set('step', 'a'), 'a');
    const q = flow.process('q').after(p).beforeProcess((c) => void seen.push(read(c)));
    const b = q.customStep(read, 'b');
    const r = flow.process('r').beforeProcess((c) => c.set('beside', 'r'));
    const c = r.customStep(read, 'c');
    const result = await flow.run();
    const all = ['p', 'a', 'p', undefined];
    expect([seen, result.value(b), result.value(c)]).toEqual([[all], all, [undefined, undefined, undefined, 'r']]);
  });

  test('the nearest counts: beforeProcess of the later process covers the steps and afterProcess of the earlier one', async () => {
    const { flow, p } = bench();
    p.customStep((s) => s.set(word, 'of a'), 'a');
    p.afterProcess((c) => c.set(word, `${c.get(word)}, after p`));
    const q = flow.process('q').after(p);
    q.beforeProcess((c) => c.set(word, `${c.get(word)}, before q`));
    const b = q.customStep((s) => s.get(word), 'b');
    expect((await flow.run()).value(b)).toBe('of a, after p, before q');
  });

  //   slow ─(optional)─ b      fast or slow ── c
  test('they are seen by steps for which some ancestors are invisible', async () => {
    const { flow, p } = bench();
    const { slow } = hands('slow');
    p.beforeProcess((c) => c.set(word, 'of the process'));
    const read = (s: StepContext): unknown => s.get(word);
    const late = p.customStep(async (s) => {
      s.set(word, 'of slow');
      await slow.run(s);
    }, 'slow');
    const b = p.customStep(read, 'b', optional(late));
    const c = p.customStep(read, 'c', anyOf(p.customStep(fine, 'fast'), late));
    const d = p.customStep(read, 'd', late);
    const run = flow.start();
    await pass(run, slow);
    const result = await run.done;
    expect([b, c, d].map((step) => result.value(step))).toEqual(['of the process', 'of the process', 'of slow']);
  });

  test('with many keys and steps they are found as with few', async () => {
    const { flow, p } = bench();
    p.beforeProcess((c) => {
      for (let at = 0; at < 40; at += 1) c.set(`k${at}`, `process ${at}`);
    });
    for (let at = 0; at < 100; at += 1) p.customStep((s) => s.set(`k${at % 20}`, s.name), `s${at}`);
    const end = p.syncAll((s) => ['k0', 'k19', 'k20', 'k39'].map((name) => s.get(name)), 'end');
    expect((await flow.run()).value(end)).toEqual(['s80', 's99', 'process 20', 'process 39']);
  });
});

describe('a strict run', () => {
  //   p, q (each sets the key in a callback) ── r
  test.for(['beforeProcess', 'afterProcess'] as const)('does not choose between what %s of two processes has set', async (kind) => {
    const { flow, p } = bench({ strict: true });
    const q = flow.process('q');
    for (const process of [p, q]) {
      process[kind]((c: { readonly name: string; set(key: typeof word, value: string): void }) => c.set(word, `of ${c.name}`));
      process.customStep(fine, 'a');
    }
    const r = flow.process('r').after(p, q);
    const read = r.customStep((s) => s.get(word), 'read');
    const end = kind === 'beforeProcess' ? 'before' : 'after';
    const result = await flow.run();
    expect(result.outcome(read)).toMatchObject({ status: 'failed', error: { code: 'ambiguous-key', key: 'word', paths: [`p/@${end}`, `q/@${end}`] } });
    expect(result.errors[0]?.error.message).toBe(`step 'r/read' reads key 'word', which 'p/@${end}' and 'q/@${end}' set side by side; let one come after the other, or give each a key of its own`);
    const loose = await flow.run(undefined, { strict: false });
    expect(loose.value(read)).toBe('of q');
  });

  test('does not choose in afterProcess either, which reads it by step', async () => {
    const { flow, p } = bench({ strict: true });
    for (const name of ['a', 'b']) p.customStep((s) => s.set(word, s.name), name);
    const seen: unknown[] = [];
    p.afterProcess((c) => void seen.push(c.getByStep('a', word), c.getByStep('b', word)));
    p.afterProcess((c) => void seen.push(c.get(word)));
    const run = flow.start();
    const events = recorded(run);
    await run.done;
    expect(seen).toEqual(['a', 'b']);
    const [error] = internalErrors(events).map((event) => event.error as AmbiguousKeyError);
    expect([error?.code, error?.message]).toEqual(['ambiguous-key', "process 'p' reads key 'word', which 'p/a' and 'p/b' set side by side; read it with getByStep"]);
  });

  test('a condition that reads such a key is false, and tells', async () => {
    const { flow, p } = bench({ strict: true });
    for (const name of ['a', 'b']) p.customStep((s) => s.set(word, s.name), name);
    p.customStep(fine, 'c', 'a', 'b').neq(word, 'x');
    p.customStep(fine, 'd', 'a', 'b').neq(word, 'x').restrict(word, 'a');
    const run = flow.start();
    const events = recorded(run);
    const result = await run.done;
    expect([result.outcome('c').status, result.outcome('d').status]).toEqual(['skipped', 'succeeded']);
    expect(internalErrors(events).map((event) => [event.stage, (event.error as AmbiguousKeyError).code])).toEqual([['condition', 'ambiguous-key']]);
  });

  test('one writer among process, flow and input is no choice', async () => {
    const { flows } = bench({ strict: true });
    const flow = flows.registerFlow<{ readonly word: string }>('g');
    flow.beforeFlow((c) => c.set('word', 'of the flow')).beforeProcess((c) => c.set('word', `of ${c.name}`));
    const p = flow.process('p');
    const q = flow.process('q').after(p);
    p.customStep(fine, 'a');
    const b = q.customStep((s) => s.get('word'), 'b');
    expect((await flow.run({ word: 'given' })).value(b)).toBe('of q');
  });
});

test('the dependencies of a step are its own timings: callbacks of its process and flow are none', async () => {
  const { flow, p } = bench();
  flow.beforeFlow(() => undefined).afterFlow(() => undefined);
  p.beforeProcess(() => undefined).afterProcess(() => undefined);
  const q = flow.process('q').after(p).beforeProcess(() => undefined);
  const a = p.customStep((s) => s.dependencies, 'a');
  const b = q.customStep((s) => s.dependencies, 'b');
  const c = b.next((s) => s.dependencies, 'c');
  const result = await flow.run();
  expect([a, b, c].map((step) => result.value(step))).toEqual([[], [], ['b']]);
});
