import type { RunEvent } from 'millrace';
import { describe, expect, test } from 'vitest';
import { bench, hands, pass, recorded, throwing, words } from './bench.ts';

describe('listening', () => {
  test('on hears one kind of event, and its answer takes the listener away', async () => {
    const { flow, p } = bench();
    const { a, b } = hands('a', 'b');
    p.follow(a, b);
    const run = flow.start();
    const heard: string[] = [];
    const undo = run.on('step-started', (event) => void heard.push(event.step));
    await a.started(run.done);
    undo();
    undo();
    a.calls[0]?.succeed();
    await pass(run, b);
    await run.done;
    expect(heard).toEqual(['a']);
  });

  test('the same listener twice hears twice, and is taken away one by one', async () => {
    const { flow, p } = bench();
    const { a } = hands('a');
    p.parallel(a);
    const run = flow.start();
    const heard: string[] = [];
    const listener = (event: RunEvent): void => void heard.push(event.type);
    const undo = run.on('run-ended', listener);
    run.on('run-ended', listener);
    run.on('run-ended', listener);
    undo();
    await pass(run, a);
    await run.done;
    expect(heard).toEqual(['run-ended', 'run-ended']);
  });

  test('a listener that comes late hears from then on', async () => {
    const { flow, p } = bench();
    const { a, b } = hands('a', 'b');
    p.follow(a, b);
    const run = flow.start();
    const call = await a.started(run.done);
    const events = recorded(run);
    call.succeed();
    await pass(run, b);
    await run.done;
    expect(words(events)).toEqual(['step-ended p/a', 'step-started p/b', 'step-ended p/b', 'process-ended', 'run-ended']);
    expect(events[0]).toMatchObject({ attempts: 1 });
  });

  test.for([undefined, null, 'listener', {}])('%s is not a listener', (listener) => {
    const { flow, p } = bench();
    p.customStep(() => 1, 'a');
    expect(() => flow.start().on('run-ended', listener as never)).toThrow(
      expect.objectContaining({ code: 'not-a-function', message: `the listener of 'run-ended' is of type ${typeof listener}; give a function` }),
    );
  });
});

describe('law K8: a listener cannot change a run', () => {
  test.for<readonly [string, () => void]>([
    ['throws', throwing(new Error('wrong listener'))],
    ['rejects', (): void => Promise.reject(new Error('wrong listener')) as never],
    ['throws a string', throwing('wrong listener')],
  ])('one that %s is heard of, and the others hear everything', async ([, listener]) => {
    const { flow, p } = bench();
    p.customStep(async () => Promise.resolve('A'), 'a').next(async () => Promise.resolve('B'), 'b');
    const run = flow.start();
    const problems: unknown[] = [];
    run.on('step-started', listener);
    const events = recorded(run);
    run.on('internal-error', ({ stage, error, path }) => void problems.push([stage, error.message.includes('wrong listener'), path]));
    const result = await run.done;
    await Promise.resolve();
    expect(result.value('b')).toBe('B');
    expect(words(events).filter((word) => !word.startsWith('internal-error'))).toEqual([
      'run-started', 'step-started p/a', 'step-ended p/a', 'step-started p/b', 'step-ended p/b', 'process-ended', 'run-ended',
    ]);
    expect(problems).toEqual([['listener', true, 'p/a'], ['listener', true, 'p/b']]);
  });
});
