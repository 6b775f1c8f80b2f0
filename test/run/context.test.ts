import { failed, settled, step } from 'millrace';
import { describe, expect, test } from 'vitest';
import { bench, throwing } from './bench.ts';

describe('what a step knows of itself', () => {
  test('names, path, run, attempt, key and logger', async () => {
    const nothing = (): void => undefined;
    const logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
    const { flow, p } = bench<{ readonly id: string }>({ logger });
    const a = p.customStep((s) => ({ ...s, name: s.name, path: s.path, process: s.process, flow: s.flow, runId: s.runId, attempt: s.attempt }), 'a');
    const b = p.customStep((s) => [s.idempotencyKey, s.logger === logger, s.input.id], 'b');
    const result = await flow.run({ id: 'o-1' });
    expect(result.value(a)).toEqual({ name: 'a', path: 'p/a', process: 'p', flow: 'f', runId: 'r-1', attempt: 1 });
    expect(result.value(b)).toEqual(['r-1/p/b', true, 'o-1']);
  });

  test('the signal is the same at every reading, and not aborted without a cause', async () => {
    const { flow, p } = bench();
    const a = p.customStep((s) => {
      const { signal } = s;
      return [s.signal === signal, signal.aborted, signal instanceof AbortSignal];
    }, 'a');
    expect((await flow.run()).value(a)).toEqual([true, false, true]);
  });

  test('NEW-21 the input is handed on as it is and never changed, also undefined', async () => {
    const { flow, flows, p } = bench<{ readonly word: string }>();
    const input = Object.freeze({ word: 'given' });
    const a = p.customStep((s) => {
      s.set('word', 'set');
      return [s.input === input, s.get('word'), s.input.word];
    }, 'a');
    expect((await flow.run(input)).value(a)).toEqual([true, 'set', 'given']);
    const without = flows.registerFlow('without');
    const b = without.process('p').customStep((s) => [s.input, s.get('word'), s.set('word', 1), s.get('word')], 'b');
    expect((await without.run()).value(b)).toEqual([undefined, undefined, undefined, 1]);
  });
});

describe('s.results', () => {
  //   a ─┬─ (group) ─┐
  //   b ─┘           ├── reader
  //   c ── settled ──┘
  test('has the names of the timings, through groups and derived timings, and nothing else', async () => {
    const { flow, p } = bench();
    const group = p.parallel(step(() => 'A', 'a'), step(() => 'B', 'b'));
    const c = p.customStep(throwing(), 'c', group);
    const reader = p.customStep((s) => ({ ...s.results }), 'reader', group, settled(c));
    expect((await flow.run()).value(reader)).toEqual({ a: 'A', b: 'B', c: undefined });
  });

  test('what has only failed is not among them, its outcome is', async () => {
    const { flow, p } = bench();
    const broken = new Error('broken');
    const bad = p.customStep(throwing(broken), 'bad');
    const reader = p.customStep((s) => [Object.keys(s.results), s.outcome(bad)], 'reader', failed(bad));
    expect((await flow.run()).value(reader)).toEqual([[], { status: 'failed', error: broken }]);
  });

  test('strong wins over weak', async () => {
    const { flow, p } = bench();
    const a = p.customStep(() => 'A', 'a');
    const reader = p.customStep((s) => s.results.a, 'reader', settled(a), a);
    expect((await flow.run()).value(reader)).toBe('A');
  });

  test('names like __proto__ are names', async () => {
    const { flow, p } = bench();
    const names: readonly string[] = ['__proto__', 'constructor', 'toString', '10', '2'];
    for (const name of names) p.customStep(() => name, name);
    const reader = p.customStep((s) => names.map((name) => (s.results as Readonly<Record<string, unknown>>)[name]), 'reader', ...names);
    expect((await flow.run()).value(reader)).toEqual(names);
  });
});
