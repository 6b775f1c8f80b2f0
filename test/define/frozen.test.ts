import { describe, expect, test } from 'vitest';
import { definition } from './issues.ts';

const one = (): number => 1;
const refused: unknown = expect.objectContaining({ code: 'frozen', message: "flow 'f' is frozen, because it was compiled or run; define all of it before" });

type Definition = ReturnType<typeof definition>;

describe('NEW-27 a definition', () => {
  test.for<[string, (flow: Definition['flow']) => unknown]>([
    ['compile', (flow) => flow.compile()],
    ['run', (flow) => flow.run()],
    ['start', (flow) => flow.start()],
  ])('is frozen by %s', ([, freeze]) => {
    const { flow, p } = definition();
    const a = p.customStep(one, 'a');
    const chain = p.follow(Object.defineProperty(() => 1, 'name', { value: 'b' }));
    const q = flow.process('q');
    void freeze(flow);
    const changes = [
      () => flow.process('r'), () => flow.stepRetry(1), () => flow.stepTimeout(1), () => flow.processTimeout(1), () => flow.flowTimeout(1),
      () => flow.concurrency(1), () => flow.describe('text'),
      () => p.customStep(one, 'c'), () => p.follow(one), () => p.parallel(one), () => p.parallel({ c: one }),
      () => p.syncAll(one, 'c'), () => p.always(one, 'c'),
      () => p.after(q), () => p.concurrency(1), () => p.stepRetry(1), () => p.stepTimeout(1), () => p.processTimeout(1), () => p.describe('text'),
      () => a.after('b'), () => a.next(one, 'c'), () => a.same(one, 'c'), () => a.stepRetry(1), () => a.stepTimeout(1),
      () => a.tag('tag'), () => a.describe('text'), () => chain.after('a'),
      () => flow.beforeFlow(one as never), () => flow.afterStep(one as never), () => flow.disableDefaults(),
      () => p.beforeProcess(one as never), () => p.afterStep(one as never), () => p.disableDefaults(),
      () => a.beforeStep(one as never), () => a.afterStep(one as never),
    ];
    for (const change of changes) expect(change).toThrow(refused);
    expect(flow.graph().rows().map(({ path, description, tags }) => [path, description, tags])).toEqual([['p/a', '', []], ['p/b', '', []]]);
  });

  test('is left open by graph()', async () => {
    const { flow, p } = definition();
    p.customStep(one, 'a');
    const before = flow.graph();
    p.customStep(() => 2, 'b', 'a');
    expect([before.size, before.tiers(), flow.graph().size]).toEqual([1, [['p/a']], 2]);
    expect((await flow.run()).value('b')).toBe(2);
  });

  test('that has a problem is not frozen by compile, so it can be completed', () => {
    const { flow, p } = definition();
    p.customStep(one, 'a', 'b');
    expect(() => flow.compile()).toThrow("step 'a' waits for 'b'");
    p.customStep(one, 'b');
    expect(flow.compile().tiers()).toEqual([['p/b'], ['p/a']]);
  });

  test('compiles as often as asked', () => {
    const { flow, p } = definition();
    p.customStep(one, 'a');
    expect(flow.compile().fingerprint).toBe(flow.compile().fingerprint);
  });
});

describe('a call that is refused', () => {
  test('leaves nothing behind', () => {
    const { flow, p } = definition();
    const a = p.customStep(one, 'a');
    const named = Object.defineProperty(() => 1, 'name', { value: 'b' });
    expect(() => p.follow(named, undefined as never)).toThrow('give a function');
    expect(() => p.parallel({ c: one, '': one })).toThrow('which is empty');
    expect(() => a.stepRetry(-1)).toThrow('-1 retries');
    expect(() => p.concurrency(0)).toThrow('concurrency');
    expect(flow.graph().rows().map(({ path }) => path)).toEqual(['p/a']);
  });
});

describe('a group', () => {
  test('its handles are a frozen list or record', () => {
    const { p } = definition();
    const list = p.parallel(Object.defineProperty(() => 1, 'name', { value: 'b' }));
    const record = p.parallel({ c: one });
    expect([Object.isFrozen(list.steps), Object.isFrozen(record.steps), list.steps.length, record.steps.c.name]).toEqual([true, true, 1, 'c']);
  });
});
