import { createFlows, step } from 'millrace';
import { describe, expect, test } from 'vitest';
import { definition } from './issues.ts';

const one = (): number => 1;

/** The dependencies of a step, by name. */
function waits(flow: ReturnType<typeof definition>['flow'], name: string): readonly string[] {
  return flow.graph().rows().find((row) => row.step === name)?.dependencies.map(({ path }) => path.slice(path.indexOf('/') + 1)) ?? [];
}

describe('a ref', () => {
  test('may be a handle, a token, a function or a name', () => {
    const { flow, p } = definition();
    const token = step(one, 'token');
    function work(): number {
      return 1;
    }
    const handle = p.customStep(() => 1, 'handle');
    p.parallel(token, work);
    p.customStep(() => 1, 'name');
    p.customStep(() => 2, 'end', handle, token, work, 'name');
    expect(waits(flow, 'end')).toEqual(['handle', 'token', 'work', 'name']);
  });

  test('strings, functions and tokens may point forward, a handle through after', () => {
    const { flow, p } = definition();
    const token = step(() => 1, 'token');
    function work(): number {
      return 1;
    }
    const early = p.customStep(() => 0, 'early', 'name', token, work);
    p.customStep(() => 1, 'name');
    p.parallel(token, work);
    early.after(p.customStep(() => 1, 'handle'));
    expect(waits(flow, 'early')).toEqual(['name', 'token', 'work', 'handle']);
  });

  test('one token works in many processes and flows, and means the step of the own one', async () => {
    const flows = createFlows();
    const pack = step((s) => s.process, 'pack');
    const flow = flows.registerFlow('f');
    for (const name of ['p', 'q']) {
      const process = flow.process(name);
      process.follow(pack);
      process.customStep((s) => s.result(pack), 'reader', pack);
    }
    const result = await flow.run();
    expect([result.value('p/reader'), result.value('q/reader')]).toEqual(['p', 'q']);
  });

  test('a function means the step of its own name, else its only registration', () => {
    const { flow, p } = definition();
    function work(): number {
      return 1;
    }
    function other(): number {
      return 2;
    }
    p.parallel({ again: work, work, renamed: other });
    p.customStep(() => 1, 'end', work, other);
    expect(waits(flow, 'end')).toEqual(['work', 'renamed']);
  });

  test('a helper that is named like a step is not that step', () => {
    const { flow, p } = definition();
    p.customStep(() => 1, 'build');
    const build = { build: () => 'a helper' }.build;
    p.customStep(() => 1, 'end', build);
    expect(() => flow.graph()).toThrow("step 'end' waits for function 'build', which is not registered in process 'p'");
  });

  test('the same one twice counts once', () => {
    const { flow, p } = definition();
    const a = p.customStep(one, 'a');
    p.customStep(() => 1, 'end', a, 'a', a).after(a, 'a');
    expect(flow.graph().rows()[1]?.dependencies).toEqual([{ path: 'p/a', kind: 'success' }]);
  });
});

describe('the handle of a step', () => {
  test('shows its name, and its calls chain', () => {
    const { p } = definition();
    const a = p.customStep(one, 'a');
    expect(a.name).toBe('a');
    expect(a.stepRetry(1).stepTimeout(1).tag('x').describe('text').after('a')).toBe(a);
  });

  test('a group chains too, and its handles are in the order in which they were given', () => {
    const { p } = definition();
    const group = p.parallel(step(one, 'b'), step(one, 'a'));
    expect(group.steps.map((handle) => handle.name)).toEqual(['b', 'a']);
    expect(group.after('c')).toBe(group);
  });

  test('a token is frozen, and keeps the function it was made of', () => {
    const token = step(one, 'token');
    expect([Object.isFrozen(token), token.name, token.run]).toEqual([true, 'token', one]);
  });
});
