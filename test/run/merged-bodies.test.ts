import { createFlows, type Flow, type Process, type StepContext } from 'millrace';
import { describe, expect, test } from 'vitest';

/** `source/s` and `f/p` of one registry; `f` has the step that is asked for. */
function pair(): { readonly flow: Flow; readonly p: Process<undefined>; readonly source: Process<undefined> } {
  const flows = createFlows();
  const flow = flows.registerFlow('f');
  return { flow, p: flow.process('p'), source: flows.registerFlow('source').process('s') };
}

describe('the body of a merged step', () => {
  test('reads by handles of the source what came of them, outside and inside', async () => {
    const { flow, p, source } = pair();
    const rate = source.customStep(() => 2, 'rate');
    source.group((scope) => {
      const a = scope.customStep((s) => s.result(rate) * 10, 'a');
      return scope.customStep((s) => s.result(rate) + s.result(a), 'b', a);
    }, 'g').after(rate);
    p.merge(source);
    expect((await flow.run()).value('g')).toBe(22);
  });

  test('reads what the target put in the place of a step', async () => {
    const { flow, p, source } = pair();
    const rate = source.customStep(() => 2, 'rate');
    source.group((scope) => scope.customStep((s) => s.result(rate), 'a'), 'g').after(rate);
    p.merge(source);
    p.customStep(() => 3, 'rate');
    expect((await flow.run()).value('g')).toBe(3);
  });

  test('in the same flow reads the steps of its own process', async () => {
    const { flow, p } = pair();
    const rate = p.customStep((s): string => s.process, 'rate');
    p.group((scope) => scope.customStep((s) => `${s.process} ${s.result(rate)}`, 'a'), 'g').after(rate);
    flow.process('q').merge(p);
    const result = await flow.run();
    expect([result.value('p/g'), result.value('q/g')]).toEqual(['p p', 'q q']);
  });

  test('of forEach goes through the items of its own process, and reads the own item', async () => {
    const { flow, p } = pair();
    const list = p.customStep(() => ['a', 'b'], 'list');
    p.forEach(list, 'lines', (each) => each.group((inner) => inner.customStep((s) => `${s.process}:${s.result(each.item)}${s.result(each.index)}`, 'x'), 'g'));
    const q = flow.process('q');
    q.customStep(() => ['c'], 'list');
    q.merge(p);
    const result = await flow.run();
    expect([result.value('p/lines'), result.value('q/lines')]).toEqual([['p:a0', 'p:b1'], ['q:c0']]);
  });

  test('has the settings and callbacks of the process it is in', async () => {
    const { flow, p, source } = pair();
    let calls = 0;
    const seen: string[] = [];
    source.stepRetry(0).beforeStep(() => void seen.push('source'));
    source.group((scope) => scope.customStep(() => { if (++calls < 3) throw new Error('again'); }, 'a'), 'g');
    p.stepRetry(2).beforeStep((s: StepContext) => void seen.push(s.name), { onlyFor: ['a'] });
    p.merge(source);
    expect([(await flow.run()).status, calls, seen]).toEqual(['succeeded', 3, ['a']]);
  });

  test('has what was said of its own steps, after what the target says', async () => {
    const { flow, p, source } = pair();
    let calls = 0;
    source.group((scope) => scope.customStep(() => { calls++; throw new Error('again'); }, 'a').stepRetry(4), 'g').stepTimeout('1h');
    p.merge(source);
    expect([(await flow.run()).status, calls]).toEqual(['failed', 5]);
  });

  test('runs the roles of its step: conditions, items, keys, policies', async () => {
    const { flow, p, source } = pair();
    const limit = source.customStep(() => 3, 'limit');
    let n = 0;
    source.loopUntil((scope) => scope.customStep(() => ++n, 'a'), 'loop', (s, value) => value >= s.result(limit)).after(limit);
    source.case((s) => s.result(limit) > 5, 'case', (scope) => scope.customStep(() => 'more', 'a'), (scope) => scope.customStep(() => 'less', 'b')).after(limit);
    p.merge(source);
    const result = await flow.run();
    expect([result.value('loop'), result.value('case')]).toEqual([3, 'less']);
  });
});

test('a custom step in the place of a merged composite one runs instead', async () => {
  const { flow, p, source } = pair();
  source.loopUntil((scope) => scope.customStep(() => 1, 'a'), 'loop', () => true);
  p.merge(source);
  p.customStep(() => 'mine', 'loop');
  expect((await flow.run()).value('loop')).toBe('mine');
});
