import { createFlows, FlowDefinitionError, settled, step } from 'millrace';
import { describe, expect, test } from 'vitest';
import { definition, issuesOf, wrong } from './issues.ts';

const one = (): number => 1;

describe('a timing that names no step', () => {
  test('NEW-03 the error lists the process and the nearest name', () => {
    const flow = createFlows().registerFlow('f');
    const p = flow.process('release');
    p.customStep(one, 'build');
    p.customStep(one, 'ship', 'biuld');
    p.customStep(one, 'announce', 'shipp');
    p.customStep(one, 'rest', 'something else');
    expect(issuesOf(flow)).toEqual([
      { code: 'unknown-step', message: "step 'ship' waits for 'biuld', which is not in process 'release'; did you mean 'build'?", at: 'release/ship' },
      { code: 'unknown-step', message: "step 'announce' waits for 'shipp', which is not in process 'release'; did you mean 'ship'?", at: 'release/announce' },
      {
        code: 'unknown-step',
        message: "step 'rest' waits for 'something else', which is not in process 'release'; register it in this process",
        at: 'release/rest',
      },
    ]);
  });

  test('a function that is not registered', () => {
    const { flow, p } = definition();
    const build = (): number => 1;
    p.customStep(one, 'build');
    p.customStep(one, 'ship', build);
    p.customStep(one, 'rest', (() => () => 1)());
    expect(issuesOf(flow).map(({ message }) => message)).toEqual([
      "step 'ship' waits for function 'build', which is not registered in process 'p'; did you mean 'build'?",
      "step 'rest' waits for a function without a name, which is not registered in process 'p'; register it, or give the name or the handle of a step",
    ]);
  });

  test('a token that is not registered', () => {
    const { flow, p } = definition();
    p.customStep(one, 'ship', step(() => 1, 'build'));
    expect(issuesOf(flow)).toEqual([expect.objectContaining({ code: 'unknown-step', at: 'p/ship' })]);
  });

  test('a token means the step of its name, not another one with the same function', () => {
    const { flow, p } = definition();
    const upload = (): number => 1;
    const [linux, windows] = [step(upload, 'linux'), step(upload, 'windows')];
    p.follow(linux);
    p.customStep((s) => s.results.windows, 'end', windows);
    expect(issuesOf(flow)).toEqual([expect.objectContaining({ code: 'unknown-step', at: 'p/end' })]);
  });

  test('a function that works for two steps of other names is ambiguous, and they are listed', () => {
    const { flow, p } = definition();
    const work = (): number => 1;
    p.parallel({ a: work, b: work });
    p.customStep(one, 'c', work);
    expect(issuesOf(flow)).toEqual([
      { code: 'ambiguous-step', message: "step 'c' waits for function 'work', which is the work of 'a', 'b'; give the name or the handle of one", at: 'p/c' },
    ]);
  });

  test.for<[unknown, string]>([
    [null, 'null'],
    [undefined, 'undefined'],
    [7, '7'],
    [{}, 'an object'],
    [['a'], 'a list'],
    [Promise.resolve('a'), 'an object'],
    [{ kind: 'sync', members: [] }, 'an object'],
    [{ kind: 'settled', of: ['a'] }, 'an object'],
  ])('%o is no timing', ([timing, shown]) => {
    const { flow, p } = definition();
    p.customStep(one, 'a');
    p.customStep(one, 'b', wrong(timing));
    p.customStep(one, 'c').after(wrong(timing));
    p.customStep(one, 'd', settled(wrong(timing)));
    const todo = 'give a name, a function, a token, a handle, a group, or settled, failed, anyOf or optional of these';
    expect(issuesOf(flow)).toEqual(
      ['b', 'c', 'd'].map((name) => ({
        code: 'invalid-timing', message: `step '${name}' waits for ${shown}, which is not a timing of this library; ${todo}`, at: `p/${name}`,
      })),
    );
  });
});

describe('a handle from elsewhere', () => {
  test('of another process: order the processes', () => {
    const { flow, p } = definition();
    const a = p.customStep(one, 'a');
    flow.process('q').customStep(one, 'b', a);
    expect(issuesOf(flow)).toEqual([
      { code: 'foreign-handle', message: "step 'b' waits for 'a', which belongs to process 'p'; order the processes: q.after(p)", at: 'q/b' },
    ]);
  });

  test.for(['another flow', 'another registry'])('of %s: wait for own steps', (where) => {
    const flows = createFlows();
    const flow = flows.registerFlow('f');
    const other = (where === 'another flow' ? flows : createFlows()).registerFlow('other');
    const a = other.process('p').customStep(one, 'a');
    const p = flow.process('p');
    p.customStep(one, 'a');
    p.customStep(one, 'b', a);
    expect(issuesOf(flow)).toEqual([
      { code: 'foreign-handle', message: "step 'b' waits for 'a', which belongs to flow 'other'; wait for steps of its own process", at: 'p/b' },
    ]);
  });

  test('a group of another process', () => {
    const { flow, p } = definition();
    const group = p.parallel({ a: one, b: one });
    flow.process('q').customStep(one, 'c', group);
    expect(issuesOf(flow)).toEqual([expect.objectContaining({ code: 'foreign-handle', at: 'q/c' })]);
  });
});

test('all problems come at once, in declaration order, in one message', () => {
  const { flow, p } = definition();
  p.customStep(one, 'a', 'nobody');
  p.customStep(one, 'a');
  p.customStep(one, 'b', wrong(null));
  p.customStep(one, 'c', 'd');
  p.customStep(one, 'd', 'c');
  flow.process('p');
  const thrown: unknown = expect.objectContaining({
    name: 'FlowDefinitionError',
    code: 'invalid-definition',
    message: expect.stringMatching(/^flow 'f' has 5 problems:(\n {2}- .+){5}$/) as string,
  });
  expect(() => flow.compile()).toThrow(thrown);
  expect(() => flow.graph()).toThrow(thrown);
  expect(() => flow.start()).toThrow(thrown);
  expect(issuesOf(flow).map(({ code }) => code)).toEqual(['duplicate-step', 'unknown-step', 'invalid-timing', 'duplicate-process', 'cycle']);
});

test('run rejects with the problems of the definition, and a flow that did not compile stays open', async () => {
  const { flow, p } = definition();
  p.customStep(one, 'a', 'b');
  await expect(flow.run()).rejects.toBeInstanceOf(FlowDefinitionError);
  p.customStep(() => 'B', 'b');
  expect((await flow.run()).value('b')).toBe('B');
});
