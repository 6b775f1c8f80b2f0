import { createFlows } from 'millrace';
import { describe, expect, test } from 'vitest';
import { definition, issuesOf, wrong } from './issues.ts';

const nothing = (): void => undefined;

describe('a callback that cannot be meant', () => {
  test.for<[string, unknown, string]>([
    ['undefined', undefined, 'undefined'],
    ['a string', 'pay', "'pay'"],
    ['null', null, 'null'],
  ])('%s is refused at once', ([, fn, shown]) => {
    const { p } = definition();
    expect(() => p.beforeStep(wrong(fn))).toThrow(
      expect.objectContaining({ code: 'not-a-function', message: `the callback beforeStep of process 'p' is ${shown}; give a function` }),
    );
  });

  test.for<[string, (at: ReturnType<typeof definition> & { readonly flows: ReturnType<typeof createFlows> }) => unknown, string]>([
    ['options that are no object', ({ p }) => p.beforeStep(nothing, wrong('must')), "the options of beforeStep of process 'p' are 'must'; give an object, or leave them out"],
    ['options that are null', ({ p }) => p.beforeStep(nothing, wrong(null)), "the options of beforeStep of process 'p' are null; give an object, or leave them out"],
    ['an option with a typing error', ({ p }) => p.beforeStep(nothing, wrong({ onlyfor: 'a' })), "beforeStep of process 'p' has no option 'onlyfor'; did you mean 'onlyFor'?"],
    ['an unknown option', ({ flow }) => flow.afterFlow(nothing, wrong({ whatever: 1 })), "afterFlow of flow 'f' has no option 'whatever'; give some of must, onlyFor, notFor, if, when, exclude, always"],
    ['when before the work', ({ flow }) => flow.beforeProcess(nothing, wrong({ when: 'failed' })), "beforeProcess of flow 'f' has no option 'when'; give some of must, onlyFor, notFor, if"],
    ['always before the work', ({ p }) => p.beforeProcess(nothing, wrong({ always: true })), "beforeProcess of process 'p' has no option 'always'; give some of must, onlyFor, notFor, if"],
    ['must that is no boolean', ({ flows }) => flows.beforeStep(nothing, { must: wrong('yes') }), "the option 'must' of beforeStep of the registry is 'yes'; give true or false"],
    ['always that is no boolean', ({ p }) => p.afterStep(nothing, { always: wrong(1) }), "the option 'always' of afterStep of process 'p' is 1; give true or false"],
    ['names that are none', ({ p }) => p.afterStep(nothing, { onlyFor: wrong(['a', 1]) }), "the option 'onlyFor' of afterStep of process 'p' holds 1; give names"],
    ['a step as a name', ({ p }) => p.afterStep(nothing, { notFor: wrong(p.customStep(() => 1, 'a')) }), "the option 'notFor' of afterStep of process 'p' holds step 'p/a'; give names"],
    ['an end that steps do not have', ({ p }) => p.afterStep(nothing, { when: wrong('cancelled') }), "the option 'when' of afterStep of process 'p' holds 'cancelled', with which nothing ends; give some of succeeded, failed, stopped"],
    ['an end that flows do not have', ({ flow }) => flow.afterFlow(nothing, { exclude: wrong(['failed', 'broken']) }), "the option 'exclude' of afterFlow of flow 'f' holds 'broken', with which nothing ends; give some of succeeded, failed, stopped"],
    ['an if that is no function', ({ p }) => p.customStep(() => 1, 'a').beforeStep(nothing, { if: wrong(true) }), "the option 'if' of beforeStep of step 'p/a' is true; give a function that answers with true or false"],
  ])('%s are refused at once', ([, register, message]) => {
    const flows = createFlows();
    const flow = flows.registerFlow('f');
    expect(() => register({ flows, flow, p: flow.process('p') })).toThrow(expect.objectContaining({ name: 'InvalidOptionError', code: 'invalid-option', message }));
  });

  test('what was refused is not registered', async () => {
    const { flow, p } = definition();
    const log: string[] = [];
    p.customStep(() => 1, 'a');
    expect(() => p.beforeStep(() => void log.push('called'), { onlyFor: wrong(1) })).toThrow();
    await flow.run();
    expect(log).toEqual([]);
  });

  test('undefined options and option values are as good as none', async () => {
    const { flow, p } = definition();
    const log: string[] = [];
    p.customStep(() => 1, 'a');
    p.afterStep(() => void log.push('after'), undefined);
    p.afterStep(() => void log.push('after'), { must: undefined, onlyFor: undefined, notFor: undefined, if: undefined, when: undefined, exclude: undefined, always: undefined });
    await flow.run();
    expect(log).toEqual(['after', 'after']);
  });

  test('options are read when they are given', async () => {
    const { flow, p } = definition();
    const log: string[] = [];
    const names = ['a'];
    p.customStep(() => 1, 'a');
    p.beforeStep(() => void log.push('before'), { onlyFor: names });
    names.pop();
    await flow.run();
    expect(log).toEqual(['before']);
  });

  test('methods return what they were called on', () => {
    const flows = createFlows();
    const flow = flows.registerFlow('f');
    const p = flow.process('p');
    const a = p.customStep(() => 1, 'a');
    expect(flows.beforeFlow(nothing).afterStep(nothing)).toBe(flows);
    expect(flow.beforeFlow(nothing).disableDefaults()).toBe(flow);
    expect(p.afterProcess(nothing).disableDefaults()).toBe(p);
    expect(a.beforeStep(nothing).afterStep(nothing)).toBe(a);
  });
});

describe('names in filters that a callback is never about', () => {
  test('are problems of the definition, with the nearest name', () => {
    const { flow, p } = definition();
    p.customStep(() => 1, 'charge').beforeStep(nothing, { onlyFor: 'ship' });
    flow.process('q').customStep(() => 1, 'ship');
    flow.beforeFlow(nothing, { onlyFor: 'g' }).beforeProcess(nothing, { notFor: 'pp' }).afterStep(nothing, { onlyFor: ['charg', 'ship'] });
    p.afterStep(nothing, { notFor: 'ship' }).afterProcess(nothing, { onlyFor: 'q' });
    expect(issuesOf(flow)).toEqual([
      { code: 'unknown-flow', message: expect.stringContaining("beforeFlow of flow 'f' is filtered by flow 'g', which it is never about") as unknown, at: 'f' },
      { code: 'unknown-process', message: expect.stringContaining("beforeProcess of flow 'f' is filtered by process 'pp', which it is never about") as unknown, at: 'f' },
      { code: 'unknown-step', message: "afterStep of flow 'f' is filtered by step 'charg', which it is never about; did you mean 'charge'?", at: 'f' },
      { code: 'unknown-step', message: "afterStep of process 'p' is filtered by step 'ship', which it is never about; give names of its steps", at: 'p' },
      { code: 'unknown-process', message: expect.stringContaining("afterProcess of process 'p' is filtered by process 'q', which it is never about") as unknown, at: 'p' },
      { code: 'unknown-step', message: "beforeStep of step 'charge' is filtered by step 'ship', which it is never about; give names of its steps", at: 'p/charge' },
    ]);
  });

  test('may name steps that are registered later', async () => {
    const { flow, p } = definition();
    p.beforeStep(nothing, { onlyFor: 'later' });
    p.customStep(() => 1, 'later');
    expect(issuesOf(flow)).toEqual([]);
  });

  test('of a registry are not checked: it does not know what flows there will be', () => {
    const flows = createFlows();
    flows.beforeStep(nothing, { onlyFor: 'anything' }).beforeFlow(nothing, { notFor: 'anything' });
    const flow = flows.registerFlow('f');
    flow.process('p').customStep(() => 1, 'a');
    expect(issuesOf(flow)).toEqual([]);
  });
});

describe('hooks for records', () => {
  test.for<[string, unknown, string]>([
    ['a string', 'table', "records are 'table'; give an object with some of flow, process, step"],
    ['an unknown kind', { steps: {} }, "records have no 'steps'; did you mean 'step'?"],
    ['a kind that is no object', { step: 1 }, "the records of kind 'step' are 1; give an object with some of insert, update"],
    ['an unknown hook', { step: { onInsert: nothing } }, "the records of kind 'step' have no 'onInsert'; did you mean 'insert'?"],
    ['a hook that is no function', { step: { insert: 1 } }, "the hook 'insert' of the records of kind 'step' is 1; give a function, or leave it out"],
  ])('%s are refused at once', ([, given, message]) => {
    expect(() => createFlows().records(wrong(given))).toThrow(expect.objectContaining({ name: 'InvalidOptionError', code: 'invalid-option', message }));
  });
});
