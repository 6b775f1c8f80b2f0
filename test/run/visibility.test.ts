import { anyOf, MissingResultError, NotVisibleError, optional, settled } from 'millrace';
import { describe, expect, test } from 'vitest';
import { bench, hands, pass, throwing } from './bench.ts';

describe('reading other steps', () => {
  //   a ── b ── reader      aside
  test('every ancestor is visible, what is no ancestor is not', async () => {
    const { flow, p } = bench();
    const a = p.customStep(() => 'A', 'a');
    const b = p.customStep(() => 'B', 'b', a);
    const aside = p.customStep(() => 'S', 'aside');
    const reader = p.customStep((s) => [s.result(a), s.outcome('a')], 'reader', b);
    const curious = p.customStep((s) => s.result(aside), 'curious', b);
    const result = await flow.run();
    expect(result.value(reader)).toEqual(['A', { status: 'succeeded', value: 'A' }]);
    const error = result.errors.find(({ path }) => path === result.path(curious))?.error;
    expect(error).toBeInstanceOf(NotVisibleError);
    const message = "step 'p/curious' reads 'p/aside', which it does not wait for; add it to its timings";
    expect(error).toMatchObject({ code: 'not-visible', path: 'p/aside', message });
  });

  test('a step does not see itself or its descendants', async () => {
    const { flow, p } = bench();
    p.customStep((s) => s.outcome('a'), 'a').next(() => 1, 'b');
    p.customStep((s) => s.outcome('d'), 'c').next(() => 1, 'd');
    const result = await flow.run();
    expect(result.explain('a')).toContain("step 'p/a' reads 'p/a', which it does not wait for");
    expect(result.explain('c')).toContain("step 'p/c' reads 'p/d', which it does not wait for");
  });

  test('the steps of a process that goes before are ancestors', async () => {
    const { flow, p } = bench();
    const a = p.customStep(() => 'A', 'a');
    const reader = flow.process('q').after(p).customStep((s) => [s.result(a), s.outcome('p/a').status, Object.keys(s.results)], 'reader');
    expect((await flow.run()).value(reader)).toEqual(['A', 'succeeded', []]);
  });

  test('a result that is missing throws with the chain of causes', async () => {
    const { flow, p } = bench();
    const bad = p.customStep(throwing(new Error('card declined')), 'charge');
    const ship = p.customStep(() => 1, 'ship', bad);
    const end = p.customStep(() => 1, 'end', settled(ship));
    const reader = p.customStep((s) => s.result(bad), 'reader', end);
    p.customStep(() => 1, 'after', reader);
    const error = (await flow.run()).errors.find(({ path }) => path === 'p/reader')?.error;
    expect(error).toBeInstanceOf(MissingResultError);
    expect(error).toMatchObject({ path: 'p/charge', status: 'failed', cause: { message: 'card declined' } });
    expect(error?.message).toContain("'p/charge' has no result (charge: failed: card declined)");
  });

  test('under settled, anyOf and optional a missing result is undefined', async () => {
    const { flow, p } = bench();
    const bad = p.customStep(throwing(), 'bad');
    const good = p.customStep(() => 'G', 'good');
    const of = [settled(bad), anyOf(bad, good), optional(bad)];
    of.forEach((timing, index) => p.customStep((s) => s.result(bad), `reader${index}`, timing));
    const result = await flow.run();
    expect(of.map((_, index) => result.outcome(`reader${index}`))).toEqual(of.map(() => ({ status: 'succeeded', value: undefined })));
  });

  test('a step that had not ended when the reader started is invisible to it for good', async () => {
    const { flow, p } = bench();
    const { fast, slow, reader } = hands('fast', 'slow', 'reader');
    p.parallel(fast, slow);
    p.customStep(reader.run, 'reader', anyOf(fast, slow));
    const run = flow.start();
    await pass(run, fast);
    const { s } = await reader.started(run.done);
    await pass(run, slow, 'S');
    expect(s.result(slow)).toBeUndefined();
    expect(() => s.outcome(slow)).toThrow(
      "step 'p/reader' reads 'p/slow', which had not ended when it started; wait for its end, or read its results by s.results",
    );
    reader.calls[0]?.succeed();
    await run.done;
  });

  test('an unknown name is an error with the nearest one', async () => {
    const { flow, p } = bench();
    p.customStep(() => 1, 'compile').next((s) => s.outcome('complie'), 'reader');
    expect((await flow.run()).explain('reader')).toContain("there is no step 'complie' in flow 'f'; did you mean 'compile'?");
  });

  test('a name means the step of the own process first', async () => {
    const { flow, p } = bench();
    p.customStep(() => 'of p', 'a');
    const q = flow.process('q').after(p);
    q.customStep(() => 'of q', 'a');
    const reader = q.customStep((s) => [s.outcome('a'), s.outcome('p/a')], 'reader', 'a');
    expect((await flow.run()).value(reader)).toMatchObject([{ value: 'of q' }, { value: 'of p' }]);
  });
});
