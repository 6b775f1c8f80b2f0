import { settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { bench, hands, pass } from './bench.ts';

describe('the stop of a process', () => {
  //   p: a ── b     q: c      after p: d
  test('concerns its steps and cancels the processes after it', async () => {
    const { flow, p } = bench();
    const { a, b, c, d } = hands('a', 'b', 'c', 'd');
    p.follow(a, b);
    flow.process('q').follow(c);
    flow.process('r').after(p).follow(d);
    const run = flow.start();
    await a.started(run.done);
    run.process('p').stop('enough');
    a.calls[0]?.succeed();
    await settle();
    expect([run.status, run.process('p').status, run.process('q').status]).toEqual(['running', 'stopped', 'running']);
    await pass(run, c);
    const result = await run.done;
    expect([...result.steps].map(([path, { status }]) => `${path} ${status}`)).toEqual(['p/a succeeded', 'q/c succeeded', 'p/b stopped', 'r/d cancelled']);
    expect([result.status, result.process('q').status]).toEqual(['stopped', 'succeeded']);
  });

  test.for(['halt', 1, null])('the mode %s is refused', (mode) => {
    const { flow, p } = bench();
    p.customStep(() => 1, 'a');
    const run = flow.start();
    expect(() => run.stop('enough', { mode: mode as 'drain' })).toThrow(
      expect.objectContaining({ code: 'invalid-option', message: `the mode of a stop is '${mode}'; give 'drain' or 'abort'` }),
    );
    expect(run.status).toBe('running');
  });

  test.for([-1, NaN, '5 s'])('the grace %s is refused', (grace) => {
    const { flow, p } = bench();
    p.customStep(() => 1, 'a');
    expect(() => flow.start().stop('enough', { mode: 'abort', grace: grace as number })).toThrow(
      expect.objectContaining({ code: 'invalid-duration', message: expect.stringContaining('the grace of a stop is ') as string }),
    );
  });
});
