import { createFlows, InvalidOptionError, type FlowsOptions, type RunOptions } from 'millrace';
import { describe, expect, test } from 'vitest';
import { bench } from './bench.ts';

const duration = "which is not a duration; give milliseconds from 0, or a number with a unit such as '30s' (ms, s, m, h, d)";

describe('wrong options of a run', () => {
  test.for<[unknown, string, string]>([
    [null, 'invalid-option', 'the options of a run are of type null; give an object, or leave them out'],
    ['fast', 'invalid-option', 'the options of a run are of type string; give an object, or leave them out'],
    [{ runId: '' }, 'invalid-option', 'the run id is empty; give a string, or leave it out'],
    [{ runId: 7 }, 'invalid-option', 'the run id is of type number; give a string, or leave it out'],
    [{ signal: {} }, 'invalid-option', 'the signal of a run is of type object; give an AbortSignal'],
    [{ signal: new AbortController() }, 'invalid-option', 'the signal of a run is of type object; give an AbortSignal'],
    [{ onFailure: 'stop' }, 'invalid-option', "onFailure is 'stop', which does not go with the schedule 'eager'; give 'continue' or 'fail-fast'"],
    [{ concurrency: 0 }, 'invalid-limit', 'the concurrency of a run is 0; give a whole number from 1, or leave it out for no limit'],
    [{ grace: -1 }, 'invalid-duration', `the grace of a run is -1, ${duration}`],
    [{ grace: '5 seconds' }, 'invalid-duration', `the grace of a run is '5 seconds', ${duration}`],
    [{ grace: null }, 'invalid-duration', `the grace of a run is null, ${duration}`],
    [{ flowTimeout: 0 }, 'invalid-duration', 'the flow timeout of a run is 0; give more than 0, or leave it out for no timeout'],
    [{ flowTimeout: Infinity }, 'invalid-duration', `the flow timeout of a run is Infinity, ${duration}`],
  ])('%j is refused: start throws, run rejects, no step runs', async ([options, code, message]) => {
    const { flow, p } = bench();
    let ran = 0;
    p.customStep(() => (ran += 1), 'a');
    const refused: unknown = expect.objectContaining({ name: 'InvalidOptionError', code, message });
    expect(() => flow.start(undefined, options as RunOptions)).toThrow(refused);
    await expect(flow.run(undefined, options as RunOptions)).rejects.toEqual(refused);
    expect(ran).toBe(0);
  });

  test.for<[unknown, string]>([
    [{}, 'an object without its methods'],
    ['system', 'a string'],
  ])('the clock %j is refused before the run begins', ([clock]) => {
    const { flow, p } = bench();
    p.customStep(() => 1, 'a');
    expect(() => flow.start(undefined, { clock: clock as never })).toThrow(InvalidOptionError);
  });

  test('undefined options count as left out', async () => {
    const { flow, p } = bench();
    p.customStep((s) => s.runId, 'a');
    const options: RunOptions = {
      signal: undefined, runId: undefined, concurrency: undefined, flowTimeout: undefined, grace: undefined, clock: undefined, onFailure: undefined,
    };
    const result = await flow.run(undefined, options);
    expect([result.status, result.value('a')]).toEqual(['succeeded', 'r-1']);
  });
});

describe('wrong options of a registry', () => {
  test.for<[unknown, string, string]>([
    [{ concurrency: 0 }, 'invalid-limit', 'the concurrency of a registry is 0; give a whole number from 1, or leave it out for no limit'],
    [{ stepRetry: -1 }, 'invalid-retry', 'the step retry of the registry has -1 retries; give a whole number from 0'],
    [{ stepTimeout: 0 }, 'invalid-duration', 'the step timeout of the registry is 0; give more than 0, or leave it out for no timeout'],
    [{ processTimeout: 'soon' }, 'invalid-duration', `the process timeout of the registry is 'soon', ${duration}`],
    [{ yieldAfter: 0 }, 'invalid-duration', 'yieldAfter is 0; give more than 0, or leave it out for no timeout'],
  ])('%j is refused', ([options, code, message]) => {
    expect(() => createFlows(options as FlowsOptions)).toThrow(expect.objectContaining({ name: 'InvalidOptionError', code, message }));
  });

  test.for([null, 'fast'])('%s instead of options is refused', (options) => {
    expect(() => createFlows(options as never)).toThrow(InvalidOptionError);
  });
});
