import { AmbiguousStepError } from 'millrace';
import { orderMatchers, settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { SignalError, UnknownSignalError } from '../../../src/errors.ts';
import { bench, hands, internalErrors, pass, recorded } from '../bench.ts';
import { gate } from '../shared.ts';

expect.extend(orderMatchers);

/** A Standard Schema that takes numbers and doubles them. */
function doubled(isAsync: boolean): never {
  const validate = (value: unknown): object => (typeof value === 'number' ? { value: value * 2 } : { issues: [{ message: 'expected a number', path: ['amount'] }] });
  return { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => (isAsync ? Promise.resolve(validate(value)) : validate(value)) } } as never;
}

describe('a signal', () => {
  test('ends the wait, before or after it began, with its payload', async () => {
    const { flow, p } = bench();
    const { a } = hands('a');
    const early = p.waitForSignal('early').after(p.customStep(a.run, 'a'));
    const late = p.waitForSignal('late');
    const run = flow.start();
    await settle();
    await run.sendSignal('early', 1);
    await run.sendSignal('late', 2);
    await pass(run, a);
    const result = await run.done;
    expect([result.value(early), result.value(late)]).toEqual([1, 2]);
  });

  test('has no payload if none was sent', async () => {
    const { flow, p } = bench();
    const step = p.waitForSignal('go');
    const run = flow.start();
    await run.sendSignal('go');
    expect((await run.done).outcome(step)).toEqual({ status: 'succeeded', value: undefined });
  });

  test('ends one wait: those that were sent go to those that wait, in order', async () => {
    const { flow, p } = bench();
    const step = p.loopUntil((body) => body.waitForSignal<'next', number>('next'), 'loop', (_, value) => value === 3);
    const run = flow.start();
    const sent = [1, 2, 3, 4].map((payload) => run.sendSignal('next', payload));
    await Promise.allSettled(sent);
    expect((await run.done).value(step)).toBe(3);
  });

  test('is one if it is sent twice with the same id', async () => {
    const { flow, p } = bench();
    const { a } = hands('a');
    const one = p.waitForSignal('one');
    const values: unknown[] = [];
    p.loopUntil((body) => body.waitForSignal('next'), 'loop', (_, value) => values.push(value) > 0 && value === 'b').after(one, p.customStep(a.run, 'a'));
    const run = flow.start();
    await settle();
    await run.sendSignal('next', 'a', { id: 'x' });
    await run.sendSignal('next', 'a', { id: 'x' });
    await run.sendSignal('one', 1, { id: 'y' });
    await pass(run, a);
    await settle();
    await run.sendSignal('next', 'a', { id: 'x' });
    await settle();
    expect(run.status).toBe('running');
    await run.sendSignal('next', 'b');
    expect(await run.done).toHaveStatus('succeeded');
    expect(values).toEqual(['a', 'b']);
  });

  test.each([true, false])('is refused if its payload does not fit, and the wait goes on (async schema: %s)', async (isAsync) => {
    const { flow, p } = bench();
    const step = p.waitForSignal('pay', { schema: doubled(isAsync) });
    const run = flow.start();
    await settle();
    const refused = run.sendSignal('pay', 'much');
    await expect(refused).rejects.toBeInstanceOf(SignalError);
    await expect(refused).rejects.toMatchObject({ code: 'invalid-signal', message: "the payload of signal 'p/pay' does not fit its schema:\n  - amount: expected a number" });
    expect(run.outcome(step)).toEqual({ status: 'running' });
    await run.sendSignal('pay', 21);
    expect((await run.done).value(step)).toBe(42);
  });

  test('that stops fitting is told of, and the wait goes on', async () => {
    const { flow, p } = bench();
    let strict = false;
    const schema = { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => (strict ? { issues: [{ message: 'too late' }] } : { value }) } } as never;
    const { a } = hands('a');
    const step = p.waitForSignal('go', { schema }).after(p.customStep(a.run, 'a'));
    const run = flow.start();
    const events = recorded(run);
    await run.sendSignal('go', 1);
    strict = true;
    await pass(run, a);
    await settle();
    expect(internalErrors(events).map(({ stage, path, error }) => [stage, path, error.name])).toEqual([['signal', 'p/go', 'SignalError']]);
    strict = false;
    await run.sendSignal('go', 2);
    expect((await run.done).value(step)).toBe(2);
  });

  test('is not lost when the wait that looks at it ends otherwise', async () => {
    const { clock, flow, p } = bench();
    const checks = [gate(), gate(), gate(), gate()];
    let checked = 0;
    const schema = { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => (checks[(checked += 1) - 1] as ReturnType<typeof gate>).promise.then(() => ({ value })) } } as never;
    p.retry((body) => body.waitForSignal('go', { schema, timeout: '1s' }), 'again', 1);
    const run = flow.start();
    const sent = run.sendSignal('go', 1);
    checks[0]?.open();
    await sent;
    await clock.advance('1s');
    checks[1]?.open();
    checks[2]?.open();
    checks[3]?.open();
    expect((await run.done).value('again')).toBe(1);
  });

  test('nobody waits for: names the nearest', async () => {
    const { flow, p } = bench();
    p.waitForSignal('approve');
    const run = flow.start();
    const refused = run.sendSignal('aprove');
    await expect(refused).rejects.toBeInstanceOf(UnknownSignalError);
    await expect(refused).rejects.toMatchObject({ code: 'unknown-signal', message: "no step of flow 'f' waits for signal 'aprove'; did you mean 'approve'?" });
    await expect(run.sendSignal(7 as never)).rejects.toMatchObject({ code: 'invalid-option' });
    await expect(run.sendSignal('approve', 1, { id: '' })).rejects.toMatchObject({ code: 'invalid-option' });
    await expect(run.sendSignal('approve', 1, { ids: 'x' } as never)).rejects.toMatchObject({ code: 'invalid-option' });
    run.stop();
    await run.done;
  });

  test('of a flow without waits is refused', async () => {
    const { flow, p } = bench();
    const { a } = hands('a');
    p.follow(a);
    const run = flow.start();
    await expect(run.sendSignal('go')).rejects.toMatchObject({ message: "no step of flow 'f' waits for signal 'go'; define one with waitForSignal" });
    await pass(run, a);
    await run.done;
  });

  test('whose name several steps have needs a path', async () => {
    const { flow, p } = bench();
    const one = p.group((body) => body.waitForSignal('go'), 'one');
    const two = p.group((body) => body.waitForSignal('go'), 'two');
    const run = flow.start();
    const refused = run.sendSignal('go');
    await expect(refused).rejects.toBeInstanceOf(AmbiguousStepError);
    await expect(refused).rejects.toMatchObject({ candidates: ['p/one/go', 'p/two/go'] });
    await run.sendSignal('p/two/go', 2);
    await run.sendSignal('p/one/go', 1);
    const result = await run.done;
    expect([result.value(one), result.value(two)]).toEqual([1, 2]);
  });

  test('to a run that has ended is refused', async () => {
    const { flow, p } = bench();
    p.waitForSignal('go');
    const run = flow.start();
    run.stop();
    await run.done;
    await expect(run.sendSignal('go')).rejects.toMatchObject({ code: 'run-ended', message: "run 'r-1' has ended, so nobody waits for a signal; send it while the run goes on" });
  });

  test('that does not come in time fails the step', async () => {
    const { clock, flow, p } = bench();
    const step = p.waitForSignal('go', { timeout: '30d' });
    const run = flow.start();
    await clock.advance('29d');
    expect(run.status).toBe('running');
    await clock.advance('1d');
    expect((await run.done).outcome(step)).toMatchObject({ status: 'failed', error: { code: 'timeout', timeoutMs: 2_592_000_000 } });
    expect(clock.pending).toBe(0);
  });

  test('is not waited for any more after a stop', async () => {
    const { flow, p } = bench();
    const step = p.waitForSignal('go', { timeout: '1h' });
    const run = flow.start();
    await settle();
    run.stop('enough');
    expect((await run.done).outcome(step)).toEqual({ status: 'stopped', reason: 'enough' });
  });
});

describe('the path of a signal', () => {
  test.each([
    ['with the key of the item', 'p/lines/b/approve', 'b'],
    ['without it, for the first that waits', 'p/lines/approve', 'a'],
    ['as a name, for the first that waits', 'approve', 'a'],
  ])('names an item of a forEach: %s', async (_, to, taker) => {
    const { flow, p } = bench();
    p.forEach(['a', 'b'], 'lines', (each) => each.waitForSignal('approve'), { key: (item) => item, onError: 'collect' });
    const run = flow.start();
    const events = recorded(run);
    await settle();
    await run.sendSignal(to);
    await settle();
    expect(events.flatMap((event) => (event.type === 'step-ended' ? [event.path] : []))).toEqual([`p/lines/${taker}/approve`]);
    run.stop();
    await run.done;
  });

  test.each(['p/loop#2/lines/a/decide#otherwise/again#1/approve', 'p/loop/lines/a/decide#otherwise/again/approve', 'p/loop#2/lines/decide#otherwise/again/approve', 'p/loop/lines/decide#otherwise/again#1/approve'])(
    'may leave out numbers and keys: %s',
    async (to) => {
      const { flow, p } = bench();
      let count = 0;
      const step = p.loopUntil(
        (body) => {
          const first = body.customStep(() => (count += 1), 'first');
          const lines = body.forEach(
            (s) => (s.result(first) === 2 ? ['a'] : []),
            'lines',
            (each) => each.case(() => false, 'decide', () => undefined, (other) => other.retry((inner) => inner.waitForSignal('approve'), 'again', 1)),
            { key: (item) => item },
          );
          return lines.after(first);
        },
        'loop',
        (_, value) => value.length === 1,
      );
      const run = flow.start();
      await run.sendSignal(to, 'yes');
      expect((await run.done).value(step)).toEqual(['yes']);
    },
  );

  test('of another iteration is kept for that', async () => {
    const { flow, p } = bench();
    const values: unknown[] = [];
    p.loopUntil((body) => body.waitForSignal('next'), 'loop', (_, value, iteration) => values.push(value) > 0 && iteration === 2);
    const run = flow.start();
    await run.sendSignal('p/loop#2/next', 'second');
    await settle();
    expect(values).toEqual([]);
    await run.sendSignal('p/loop#1/next', 'first');
    await run.done;
    expect(values).toEqual(['first', 'second']);
  });

  test.each(['p/lines', 'p/lines/a', 'p/lines/a/b/approve', 'p/lines#1/approve', 'p/group/x/approve', 'p/group#1/approve', 'q/lines/approve', 'p/decide/approve', 'p/loop#0/approve', 'p/loop#x/approve', 'p/step/approve'])(
    'that leads nowhere is refused: %s',
    async (to) => {
      const { flow, p } = bench();
      p.customStep(() => 1, 'step');
      p.forEach([1], 'lines', (each) => each.waitForSignal('approve'));
      p.group((body) => body.waitForSignal('approve'), 'group');
      p.loopUntil((body) => body.waitForSignal('approve'), 'loop', () => true);
      p.case(() => true, 'decide', () => undefined, (body) => body.waitForSignal('approve'));
      const run = flow.start();
      await expect(run.sendSignal(to)).rejects.toBeInstanceOf(UnknownSignalError);
      run.stop();
      await run.done;
    },
  );

  test('leads into flows that are called', async () => {
    const { flows, flow, p } = bench();
    const other = flows.registerFlow<undefined>('other');
    const approve = other.process('q').waitForSignal('approve');
    const one = p.forEach([1, 2], 'lines', (each) => each.call(other, 'one', () => undefined), { key: (item) => item });
    const two = p.call(other, 'two', () => undefined);
    const run = flow.start();
    await expect(run.sendSignal('approve')).rejects.toMatchObject({ candidates: ['p/lines/one/q/approve', 'p/two/q/approve'] });
    await run.sendSignal('p/two/q/approve', 'two');
    await run.sendSignal('p/lines/2/one/q/approve', 'second');
    await run.sendSignal('p/lines/one/q/approve', 'first');
    const result = await run.done;
    expect(result.value(two).value(approve)).toBe('two');
    expect(result.value(one).map((inner) => inner.value(approve))).toEqual(['first', 'second']);
  });
});
