import { createFlows, type Process } from 'millrace';
import { describe, expect, test } from 'vitest';
import { definition, wrong } from './issues.ts';

const one = (): number => 1;
const yes = (): boolean => true;
const none = (): undefined => undefined;
const schema = { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) } } as const;

/** Registers a composite step with something that cannot be meant. */
type Attempt = (p: Process<undefined>, given: never) => unknown;
type Refusal = readonly [what: string, given: unknown, attempt: Attempt, code: string, message: string];

const refusals: readonly Refusal[] = [
  // Durations
  ['a pause of 0', 0, (p, given) => p.waitFor(yes, 'w', { every: given }), 'invalid-duration', "the pause of 'w' is 0; give more than 0, or leave it out for 1000 ms"],
  ['a pause of 0 s', '0s', (p, given) => p.waitFor(yes, 'w', { every: given }), 'invalid-duration', "the pause of 'w' is '0s'; give more than 0"],
  ['a negative pause', -1, (p, given) => p.waitFor(yes, 'w', { every: given }), 'invalid-duration', "the pause of 'w' is -1, which is not a duration"],
  ['a pause that is no number', NaN, (p, given) => p.loopUntil(none, 'w', yes, { every: given }), 'invalid-duration', "the pause of 'w' is NaN, which is not a duration"],
  ['a pause without an end', Infinity, (p, given) => p.loopUntil(none, 'w', yes, { every: given }), 'invalid-duration', "the pause of 'w' is Infinity"],
  ['a pause in an unknown unit', '3 weeks', (p, given) => p.loopUntil(none, 'w', yes, { every: given }), 'invalid-duration', "the pause of 'w' is '3 weeks'"],
  ['a timeout of 0', 0, (p, given) => p.waitFor(yes, 'w', { timeout: given }), 'invalid-duration', "the timeout of 'w' is 0; give more than 0, or leave it out for no timeout"],
  ['a timeout of 0 of a signal', 0, (p, given) => p.waitForSignal('w', { timeout: given }), 'invalid-duration', "the timeout of 'w' is 0"],
  ['a negative sleep', -5, (p, given) => p.sleep(given, 'w'), 'invalid-duration', "the duration of 'w' is -5, which is not a duration"],
  ['a sleep that is no number', NaN, (p, given) => p.sleep(given, 'w'), 'invalid-duration', "the duration of 'w' is NaN"],
  ['no sleep', undefined, (p, given) => p.sleep(given, 'w'), 'invalid-duration', "the duration of 'w' is undefined"],
  ['a moment that is a text', '2026-01-01', (p, given) => p.sleepUntil(given, 'w'), 'invalid-duration', "the end of 'w' is '2026-01-01'; give a Date, or milliseconds since the epoch"],
  ['a moment that is no date', new Date('never'), (p, given) => p.sleepUntil(given, 'w'), 'invalid-duration', "the end of 'w' is an invalid date; give a Date, or milliseconds since the epoch"],
  ['a moment that never comes', Infinity, (p, given) => p.sleepUntil(given, 'w'), 'invalid-duration', "the end of 'w' is Infinity"],
  // Numbers
  ['a max of 0', 0, (p, given) => p.loopUntil(none, 'w', yes, { max: given }), 'invalid-option', "the max of 'w' is 0; give a whole number from 1, or leave it out for no limit"],
  ['half a time', 1.5, (p, given) => p.loopUntil(none, 'w', yes, { max: given }), 'invalid-option', "the max of 'w' is 1.5"],
  ['a max that is no number', '3', (p, given) => p.loopUntil(none, 'w', yes, { max: given }), 'invalid-option', "the max of 'w' is '3'"],
  ['a max of NaN', NaN, (p, given) => p.loopUntil(none, 'w', yes, { max: given }), 'invalid-option', "the max of 'w' is NaN"],
  ['a max of null', null, (p, given) => p.loopUntil(none, 'w', yes, { max: given }), 'invalid-option', "the max of 'w' is null"],
  ['no item at once', 0, (p, given) => p.forEach([1], 'w', none, { concurrency: given }), 'invalid-limit', "the concurrency of 'w' is 0; give a whole number from 1, or leave it out for no limit"],
  ['half an item at once', 0.5, (p, given) => p.forEach([1], 'w', none, { concurrency: given }), 'invalid-limit', "the concurrency of 'w' is 0.5"],
  // Functions
  ['a condition that is a value', true, (p, given) => p.waitFor(given, 'w'), 'not-a-function', "the condition of 'w' is of type boolean; give a function"],
  ['no condition', undefined, (p, given) => p.case(given, 'w', none), 'not-a-function', "the condition of 'w' is of type undefined; give a function"],
  ['an until that is null', null, (p, given) => p.loopUntil(none, 'w', given), 'not-a-function', "the condition of 'w' is null; give a function"],
  ['a key that is a name', 'id', (p, given) => p.forEach([1], 'w', none, { key: given }), 'not-a-function', "the key of 'w' is of type string; give a function"],
  ['an input that is a value', { a: 1 }, (p, given) => p.call(p.flow, 'w', given), 'not-a-function', "what makes the input of 'w' is of type object; give a function"],
  ['no body', undefined, (p, given) => p.case(yes, 'w', given), 'not-a-function', "the body of 'w' is of type undefined; give a function that registers its steps"],
  ['options in the place of the other body', {}, (p, given) => p.case(yes, 'w', none, given), 'not-a-function', "the otherwise of 'w' is of type object; give a function that registers its steps"],
  // Policies
  ['a negative number of retries', -1, (p, given) => p.retry(none, 'w', given), 'invalid-retry', "the retry of 'w'"],
  ['no policy', undefined, (p, given) => p.retry(none, 'w', given), 'invalid-retry', "the retry of 'w'"],
  ['a policy with a misspelt option', { retires: 3 }, (p, given) => p.retry(none, 'w', given), 'invalid-option', "did you mean 'retries'?"],
  // Items
  ['a number of items', 3, (p, given) => p.forEach(given, 'w', none), 'invalid-option', "the items of 'w' are 3; give a list, a function that makes one, or the handle of a step whose value is one"],
  ['a text as items', 'abc', (p, given) => p.forEach(given, 'w', none), 'invalid-option', "the items of 'w' are 'abc'; give a list"],
  ['no items', undefined, (p, given) => p.forEach(given, 'w', none), 'invalid-option', "the items of 'w' are undefined; give a list"],
  ['items that are null', null, (p, given) => p.forEach(given, 'w', none), 'invalid-option', "the items of 'w' are null; give a list"],
  ['an object as items', { a: 1 }, (p, given) => p.forEach(given, 'w', none), 'invalid-option', "the items of 'w' are an object; give a list"],
  ['an unknown way to fail', 'ignore', (p, given) => p.forEach([1], 'w', none, { onError: given }), 'invalid-option', "the onError of 'w' is 'ignore'; give 'collect' or 'fail-fast'"],
  ['an unknown way to go on', 'again', (p, given) => p.forEach([1], 'w', none, { replay: given }), 'invalid-option', "the replay of 'w' is 'again'; give 'skip' or 'resume'"],
  // Schemas and flows
  ['a function as schema', yes, (p, given) => p.waitForSignal('w', { schema: given }), 'invalid-option', "the schema of signal 'w' is function 'yes', which is not a Standard Schema"],
  ['a schema that is null', null, (p, given) => p.waitForSignal('w', { schema: given }), 'invalid-option', "the schema of signal 'w' is null"],
  ['the name of a flow', 'billing', (p, given) => p.call(given, 'w', none), 'invalid-option', "step 'w' calls 'billing'; give a flow, as registerFlow returns it"],
  ['no flow', undefined, (p, given) => p.call(given, 'w', none), 'invalid-option', "step 'w' calls undefined; give a flow"],
  ['a flow of another registry', createFlows().registerFlow('far'), (p, given) => p.call(given, 'w', none), 'foreign-handle', "step 'w' calls flow 'far' of another registry; give a flow of the same registry"],
  // Options as a whole
  ['a misspelt option of waitFor', { evry: 1 }, (p, given) => p.waitFor(yes, 'w', given), 'invalid-option', "did you mean 'every'?"],
  ['a misspelt option of a signal', { shema: schema }, (p, given) => p.waitForSignal('w', given), 'invalid-option', "did you mean 'schema'?"],
  ['a misspelt option of a loop', { evrey: 1 }, (p, given) => p.loopUntil(none, 'w', yes, given), 'invalid-option', "did you mean 'every'?"],
  ['a misspelt option of forEach', { concurency: 1 }, (p, given) => p.forEach([1], 'w', none, given), 'invalid-option', "did you mean 'concurrency'?"],
  ['options that are null', null, (p, given) => p.waitFor(yes, 'w', given), 'invalid-option', "the options of 'w' are null; give an object, or leave them out"],
  ['options that are a number', 3, (p, given) => p.loopUntil(none, 'w', yes, given), 'invalid-option', "the options of 'w' are 3; give an object, or leave them out"],
  ['a timing in the place of the options', 'first', (p, given) => p.waitFor(yes, 'w', given), 'invalid-option', "the options of 'w' are 'first'; give an object, or leave them out, and give timings to after()"],
  ['a list of timings in the place of the options', ['first'], (p, given) => p.waitFor(yes, 'w', given), 'invalid-option', "the options of 'w' are a list; give an object, or leave them out, and give timings to after()"],
  ['a time in the place of the options', '24h', (p, given) => p.waitForSignal('w', given), 'invalid-option', "the options of 'w' are '24h'; give an object, or leave them out"],
  // Names
  ['an empty name', '', (p, given) => p.sleep(1, given), 'invalid-name', 'the name of a step'],
  ['a name with a slash', 'a/b', (p, given) => p.group(none, given), 'invalid-name', "the name of a step is 'a/b'"],
  ['a name with a number sign', 'a#1', (p, given) => p.forEach([1], given, none), 'invalid-name', "the name of a step is 'a#1'"],
  ['no name', undefined, (p, given) => p.waitForSignal(given), 'invalid-name', 'the name of a step is of type undefined'],
];

/** Calls whose arguments stand in another order than they should, and how they should stand. */
const disordered: readonly (readonly [call: string, attempt: (p: Process<undefined>) => unknown])[] = [
  ['customStep(fn, name, ...timings)', (p) => p.customStep(wrong('w'), wrong(one))],
  ['waitFor(condition, name, options?, ...timings)', (p) => p.waitFor(yes, wrong({ every: 5 }), wrong('w'))],
  ['waitForSignal(name, options?)', (p) => p.waitForSignal(wrong({ schema }), wrong('w'))],
  ['sleep(duration, name)', (p) => p.sleep(wrong('w'), wrong(500))],
  ['sleepUntil(time, name)', (p) => p.sleepUntil(wrong('w'), wrong(new Date(0)))],
  ['group(body, name)', (p) => p.group(wrong('w'), wrong(none))],
  ['case(condition, name, body, otherwise?)', (p) => p.case(yes, wrong(none), wrong('w'))],
  ['loopUntil(body, name, until, options?)', (p) => p.loopUntil(none, wrong(yes), wrong('w'))],
  ['retry(body, name, policy)', (p) => p.retry(none, wrong(3), wrong('w'))],
  ['forEach(items, name, body, options?)', (p) => p.forEach([1], wrong(none), wrong('w'))],
  ['call(flow, name, mapInput)', (p) => p.call(wrong(p.flow), wrong(none), wrong('w'))],
];

test.for(disordered)('a call whose arguments stand in another order says that it is %s', ([call, attempt]) => {
  const { flow, p } = definition();
  const message = expect.stringMatching(/^the name of a step is of type \w+; give a string, as in /) as string;
  expect(() => attempt(p)).toThrow(expect.objectContaining({ code: 'invalid-name', message }));
  expect(() => attempt(p)).toThrow(call);
  expect(flow.graph().size).toBe(0);
});

describe('a composite step', () => {
  test.for(refusals)('refuses %s, and the name is free again', ([, given, attempt, code, message]) => {
    const { flow, p } = definition();
    expect(() => attempt(p, wrong(given))).toThrow(expect.objectContaining({ code, message: expect.stringContaining(message) as string }));
    p.customStep(one, 'w');
    expect(flow.graph().rows().map(({ path, kind }) => [path, kind])).toEqual([['p/w', 'step']]);
  });

  test('does not call its body when something else cannot be meant', () => {
    const { p } = definition();
    const body = (): never => {
      throw new Error('called');
    };
    const attempts: readonly (() => unknown)[] = [
      () => p.group(body, wrong('a/b')),
      () => p.case(wrong(1), 'w', body),
      () => p.case(yes, 'w', body, wrong(1)),
      () => p.loopUntil(body, 'w', wrong(1)),
      () => p.loopUntil(body, 'w', yes, { max: 0 }),
      () => p.loopUntil(body, 'w', yes, { every: -1 }),
      () => p.retry(body, 'w', -1),
      () => p.forEach(wrong(3), 'w', body),
      () => p.forEach([1], 'w', body, { concurrency: 0 }),
      () => p.forEach([1], 'w', body, { key: wrong(1) }),
    ];
    for (const attempt of attempts) expect(attempt).toThrow(expect.objectContaining({ code: expect.any(String) as string }));
  });

  test('takes durations of any length, none for sleeps and loops, and dates of the past', () => {
    const { flow, p } = definition();
    p.waitFor(yes, 'a', { every: '25d', timeout: '400d' });
    p.waitForSignal('b', { timeout: 2 ** 40 });
    p.sleep('365d', 'c');
    p.sleep(0, 'd');
    p.sleepUntil(new Date(0), 'e');
    p.sleepUntil(-1, 'f');
    p.loopUntil(none, 'g', yes, { every: '30d' });
    p.loopUntil(none, 'h', yes, { every: 0, max: 1 });
    expect(flow.compile().size).toBe(8);
  });

  test('takes everything that can be gone through, as it is at that moment', () => {
    const { flow, p } = definition();
    const items = [1, 2];
    p.forEach(items, 'a', none);
    p.forEach(wrong(new Set(['x'])), 'b', none);
    p.forEach([], 'c', none);
    p.forEach((function* letters() { yield 'a'; }), 'd', none);
    items.push(3);
    expect(flow.compile().size).toBe(4);
  });

  test('takes options that are undefined', () => {
    const { flow, p } = definition();
    p.waitFor(yes, 'a', { every: undefined, timeout: undefined });
    p.waitForSignal('b', { schema: undefined, timeout: undefined });
    p.loopUntil(none, 'c', yes, { max: undefined, every: undefined });
    p.forEach([1], 'd', none, { concurrency: undefined, onError: undefined, key: undefined });
    p.case(yes, 'e', none, wrong(undefined));
    expect(flow.compile().size).toBe(5);
  });

  test('is not tried again as a whole by stepRetry', () => {
    const { p } = definition();
    const message = "step 'p/g' is more than a function, and is not tried again as one; put it into the body of retry()";
    expect(() => p.group(none, 'g').stepRetry(3)).toThrow(expect.objectContaining({ code: 'invalid-option', message }));
  });

  test('that goes through the value of a step waits for it, in its own scope or outside', () => {
    const { flow, p } = definition();
    const list = p.customStep(() => [1], 'list');
    p.forEach(list, 'outer', (each) => each.forEach(list, 'inner', none));
    const [, outer] = flow.graph().rows();
    expect([outer?.dependencies, outer?.scopes?.[0]?.rows[0]?.dependencies]).toEqual([[{ path: 'p/list', kind: 'success' }], []]);
  });

  test('cannot go through the value of a step of another body or process', () => {
    const { flow, p } = definition();
    const inner: { list?: unknown } = {};
    p.group((scope) => void (inner.list = scope.customStep(() => [1], 'list')), 'g');
    p.forEach(wrong(inner.list), 'a', none);
    p.forEach(flow.process('q').customStep(() => [1], 'list'), 'b', none);
    const [first, second] = [/'a' waits for 'list', which is inside of 'g'; wait for 'g' itself/, /'b' waits for 'list', which belongs to process 'q'/];
    expect(() => flow.graph()).toThrow(first);
    expect(() => flow.graph()).toThrow(second);
  });
});
