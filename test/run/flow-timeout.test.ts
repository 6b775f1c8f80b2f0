import { orderMatchers } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { bench, fail, hands, recorded } from './bench.ts';

expect.extend(orderMatchers);

describe('the timeout of a flow', () => {
  test('it aborts everything, and is the reason of the result', async () => {
    const { clock, flow, p } = bench();
    const { a, b } = hands('a', 'b');
    flow.flowTimeout('10s');
    p.follow(a, b);
    const run = flow.start();
    const events = recorded(run);
    await clock.advance('10s');
    await fail(run, a);
    const result = await run.done;
    expect(result).toHaveStatus('failed');
    const message: unknown = expect.stringContaining("flow 'f' took longer than 10000 ms");
    expect(result.reason).toMatchObject({ name: 'TimeoutError', timeoutMs: 10_000, message });
    expect(() => result.orThrow()).toThrow("run of flow 'f' failed: flow 'f' took longer than 10000 ms");
    expect(events.find((event) => event.type === 'run-stopping')).toMatchObject({ process: undefined, mode: 'abort', reason: result.reason });
  });

  test('the option of the run goes before what the flow says', async () => {
    const { clock, flow, p } = bench();
    const { a } = hands('a');
    flow.flowTimeout('10s');
    p.parallel(a);
    const run = flow.start(undefined, { flowTimeout: '1s', grace: 0 });
    await clock.advance('1s');
    expect((await run.done).reason).toMatchObject({ timeoutMs: 1_000 });
  });
});
