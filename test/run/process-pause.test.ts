import { orderMatchers, settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { bench, hands, pass, recorded } from './bench.ts';

expect.extend(orderMatchers);

describe('a paused process', () => {
  //   p: a ── b      q: c ── d
  test('CTRL-02 its steps wait, those of others go on', async () => {
    const { flow, p } = bench();
    const { a, b, c, d } = hands('a', 'b', 'c', 'd');
    p.follow(a, b);
    flow.process('q').follow(c, d);
    const run = flow.start();
    await a.started(run.done);
    run.process('p').pause();
    expect([run.status, run.process('p').status, run.process('q').status]).toEqual(['running', 'paused', 'running']);
    a.calls[0]?.succeed();
    await pass(run, c);
    await pass(run, d);
    await settle();
    expect([b.count, run.process('q').status]).toEqual([0, 'succeeded']);
    run.process('p').resume();
    await pass(run, b);
    expect(await run.done).toHaveStatus('succeeded');
  });

  test('it stays paused while either it or the run is', async () => {
    const { flow, p } = bench();
    const { a } = hands('a');
    p.parallel(a);
    const run = flow.start();
    run.process('p').pause();
    run.pause();
    await settle();
    run.resume();
    await settle();
    expect([a.count, run.status, run.process('p').status]).toEqual([0, 'running', 'paused']);
    run.process('p').resume();
    await pass(run, a);
    expect(await run.done).toHaveStatus('succeeded');
  });

  test('pauses say in their events whom they concern', async () => {
    const { flow, p } = bench();
    const { a } = hands('a');
    p.parallel(a);
    const run = flow.start();
    await a.started(run.done);
    const events = recorded(run);
    run.process('p').pause();
    run.process('p').resume();
    run.pause();
    run.resume();
    expect(events.map((event) => [event.type, 'process' in event ? event.process : 'none'])).toEqual([
      ['run-paused', 'p'],
      ['run-resumed', 'p'],
      ['run-paused', undefined],
      ['run-resumed', undefined],
    ]);
    a.calls[0]?.succeed();
    await run.done;
  });

  test('an unknown process is an error that names the nearest', () => {
    const { flow, p } = bench();
    flow.process('package').customStep(() => 1, 'a');
    p.customStep(() => 1, 'a');
    const run = flow.start();
    expect(() => run.process('packege')).toThrow(
      expect.objectContaining({ code: 'unknown-process', message: "flow 'f' has no process 'packege'; did you mean 'package'?" }),
    );
  });
});
