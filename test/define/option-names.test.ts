import { createFlows, defineResource } from 'millrace';
import { describe, expect, test } from 'vitest';
import { definition, wrong } from './issues.ts';

type Given = ReturnType<typeof definition>;

const nothing = (): void => undefined;
const refused = (message: string): unknown => expect.objectContaining({ name: 'InvalidOptionError', code: 'invalid-option', message });

/** What takes options, with a misspelt one, and one that resembles none. */
const takers: readonly (readonly [string, (given: object, at: Given) => unknown, object, string, string])[] = [
  ['a registry', (given) => createFlows(given), { stepTimeuot: '5s' }, "a registry has no option 'stepTimeuot'; did you mean 'stepTimeout'?",
    "a registry has no option 'whatever'; give some of store, codec, durability, lease, owner, resources, migrate, signalPoll, clock, ids, random, logger, concurrency, stepRetry, stepTimeout, processTimeout, yieldAfter, strict"],
  ['a flow', (given) => createFlows().registerFlow('f', given), { inptu: {} }, "flow 'f' has no option 'inptu'; did you mean 'input'?",
    "flow 'f' has no option 'whatever'; give input"],
  ['a callback', (given, { p }) => p.beforeStep(nothing, given), { onlyfor: 'a' }, "beforeStep of process 'p' has no option 'onlyfor'; did you mean 'onlyFor'?",
    "beforeStep of process 'p' has no option 'whatever'; give some of must, onlyFor, notFor, if"],
  ['a retry of a step', (given, { p }) => p.customStep(nothing, 'a').stepRetry({ retries: 1, ...given }), { maxDealy: 5 }, "the retry of step 'p/a' has no option 'maxDealy'; did you mean 'maxDelay'?",
    "the retry of step 'p/a' has no option 'whatever'; give some of retries, delay, backoff, factor, maxDelay, maxElapsed, jitter, when"],
  ['a retry of a registry', (given) => createFlows({ stepRetry: { retries: 1, ...given } }), { bakcoff: 'fixed' }, "the step retry of the registry has no option 'bakcoff'; did you mean 'backoff'?",
    "the step retry of the registry has no option 'whatever'; give some of retries, delay, backoff, factor, maxDelay, maxElapsed, jitter, when"],
  ['a skip with dependents', (given, { p }) => p.customStep(nothing, 'a').skipWithDependents(given), { expect: [] }, "skipWithDependents of step 'p/a' has no option 'expect'; did you mean 'except'?",
    "skipWithDependents of step 'p/a' has no option 'whatever'; give except"],
  ['a resource', (given) => defineResource({ name: 'db', ...given }), { relase: nothing }, "resource 'db' has no option 'relase'; did you mean 'release'?",
    "resource 'db' has no option 'whatever'; give some of name, initialize, suspend, recover, release"],
  ['a handler of internal errors', (given) => createFlows().onInternalError(nothing, given), { capactiy: 5 }, "a handler of internal errors has no option 'capactiy'; did you mean 'capacity'?",
    "a handler of internal errors has no option 'whatever'; give some of stages, capacity, concurrency, discard"],
  ['a run', (given, { flow }) => flow.start(undefined, given), { sginal: undefined }, "a run has no option 'sginal'; did you mean 'signal'?",
    "a run has no option 'whatever'; give some of signal, runId, concurrency, flowTimeout, grace, clock, strict, schedule, onFailure"],
  ['a stop', (given, { flow }) => { flow.start().stop('enough', given); }, { garce: 5 }, "a stop has no option 'garce'; did you mean 'grace'?",
    "a stop has no option 'whatever'; give some of mode, grace, force"],
];

describe.for(takers)('%s', ([, take, misspelt, message, list]) => {
  test('refuses a misspelt option at once and names the nearest one', () => {
    expect(() => take(misspelt, definition())).toThrow(refused(message));
  });

  test('refuses an option that resembles none, and lists those that there are', () => {
    expect(() => take({ whatever: 1 }, definition())).toThrow(refused(list));
  });

  test('does not mind symbols and what the options inherit', () => {
    class Inherited {
      get whatever(): number {
        return 1;
      }
    }
    expect(() => take({ [Symbol('mine')]: 1 }, definition())).not.toThrow();
    expect(() => take(new Inherited(), definition())).not.toThrow();
  });
});

test('a name that all objects have is no option', () => {
  expect(() => createFlows(wrong({ toString: nothing }))).toThrow(refused("a registry has no option 'toString'; give some of store, codec, durability, lease, owner, resources, migrate, signalPoll, clock, ids, random, logger, concurrency, stepRetry, stepTimeout, processTimeout, yieldAfter, strict"));
});

test('a run with a misspelt option rejects, and no step runs', async () => {
  const { flow, p } = definition();
  let ran = 0;
  p.customStep(() => (ran += 1), 'a');
  await expect(flow.run(undefined, wrong({ onFailrue: 'fail-fast' }))).rejects.toEqual(refused("a run has no option 'onFailrue'; did you mean 'onFailure'?"));
  expect(ran).toBe(0);
});

test('a list in the place of the options of a skip is refused', () => {
  const { p } = definition();
  const message = "the exceptions of step 'p/a' are a list; give { except: [refs] }, or leave them out";
  expect(() => p.customStep(nothing, 'a').skipWithDependents(wrong(['b']))).toThrow(refused(message));
});
