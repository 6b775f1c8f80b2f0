import { createFlows, type Flow, type Process, type Scope, type StepHandle } from 'millrace';
import { describe, expect, test } from 'vitest';
import { kinds } from '../run/composite/kinds.ts';
import { definition, issuesOf, wrong } from './issues.ts';

const one = (): number => 1;
const yes = (): boolean => true;

/** Registers a composite step with this body. */
type Register = (p: Process<undefined>, body: unknown) => unknown;

const composites: Readonly<Record<string, Register>> = {
  group: (p, body) => p.group(wrong(body), 'c'),
  case: (p, body) => p.case(yes, 'c', wrong(body)),
  'the other body of case': (p, body) => p.case(yes, 'c', () => undefined, wrong(body)),
  loopUntil: (p, body) => p.loopUntil(wrong(body), 'c', yes),
  retry: (p, body) => p.retry(wrong(body), 'c', 1),
  forEach: (p, body) => p.forEach([1], 'c', wrong(body)),
};

const names = Object.keys(composites);
const titleOf = (name: string): string => (name.startsWith('the other') ? "the other body of 'p/c'" : "the body of 'p/c'");

/** The steps of a process of which a call was refused: the name is free again, and what is registered next runs. */
async function stepsAfterwards(flow: Flow, p: Process<undefined>): Promise<readonly string[]> {
  p.customStep(one, 'c');
  expect((await flow.run()).value('p/c')).toBe(1);
  return flow.graph().rows().map(({ path }) => path);
}

describe.for(names)('a body of %s', (name) => {
  const register = composites[name]!;

  test('is called once, at definition', () => {
    const { p } = definition();
    let calls = 0;
    register(p, () => void calls++);
    expect(calls).toBe(1);
  });

  test('that throws gives its error to the caller and leaves nothing behind', async () => {
    const { flow, p } = definition();
    const error = new Error('no');
    const body = (scope: Process): never => {
      scope.customStep(one, 'inner');
      throw error;
    };
    expect(() => register(p, body)).toThrow(error);
    expect(await stepsAfterwards(flow, p)).toEqual(['p/c']);
  });

  test('that is async is refused and leaves nothing behind, and what it does later is refused as well', async () => {
    const { flow, p } = definition();
    const later: unknown[] = [];
    const body = async (scope: Process): Promise<void> => {
      await Promise.resolve();
      try {
        scope.customStep(one, 'inner');
      } catch (error) {
        later.push(error);
        throw error;
      }
    };
    const message = `${titleOf(name)} returned a promise; register all steps at once, and leave what takes time to them`;
    expect(() => register(p, body)).toThrow(expect.objectContaining({ code: 'invalid-option', message }));
    expect(await stepsAfterwards(flow, p)).toEqual(['p/c']);
    expect(later).toEqual([expect.objectContaining({ code: 'frozen' })]);
  });

  test.for<[string, (p: Process<undefined>) => unknown, string]>([
    ['the handle of a step outside', (p) => p.customStep(one, 'other'), "step 'p/other', which is not in it"],
    ['a name', () => 'inner', "'inner'"],
    ['a value', () => 7, '7'],
    ['null', () => null, 'null'],
  ])('that returns %s is refused and leaves nothing behind', async ([, returned, what]) => {
    const { flow, p } = definition();
    const value = returned(p);
    const message = `${titleOf(name)} returned ${what}; register steps in it, and return the handle of one of them, or nothing`;
    expect(() => register(p, () => value)).toThrow(expect.objectContaining({ code: 'invalid-option', message }));
    expect((await stepsAfterwards(flow, p)).filter((path) => path !== 'p/other')).toEqual(['p/c']);
  });

  test('that returns a step of a body inside of it is refused', () => {
    const { p } = definition();
    const body = (scope: Process): unknown => {
      let inner: unknown;
      scope.group((deeper) => (inner = deeper.customStep(one, 'x')), 'deeper');
      return inner;
    };
    expect(() => register(p, body)).toThrow(`${titleOf(name)} returned step 'p/c${name.startsWith('the other') ? '#otherwise' : ''}/deeper/x', which is not in it`);
  });

  test('that is no function is refused', async () => {
    const { flow, p } = definition();
    const what = name.startsWith('the other') ? "the otherwise of 'c'" : "the body of 'c'";
    expect(() => register(p, null)).toThrow(expect.objectContaining({ code: 'not-a-function', message: `${what} is null; give a function that registers its steps` }));
    expect(() => register(p, 'body')).toThrow(`${what} is of type string; give a function that registers its steps`);
    expect(await stepsAfterwards(flow, p)).toEqual(['p/c']);
  });

  test('is complete when it has returned: its scope takes no further steps, its handles can be configured until the flow is frozen', () => {
    const { flow, p } = definition();
    const kept: Partial<{ scope: Process; handle: ReturnType<Process['customStep']> }> = {};
    register(p, (scope: Process) => {
      kept.scope = scope;
      kept.handle = scope.customStep(one, 'inner');
    });
    const { scope, handle } = kept as Required<typeof kept>;
    const message = `${titleOf(name)} is complete, because the function that fills it has ended; register all of its steps there`;
    const registrations: readonly (() => unknown)[] = [
      () => scope.customStep(one, 'x'), () => scope.follow(one), () => scope.parallel({ x: one }), () => scope.syncAll(one, 'x'),
      () => scope.always(one, 'x'), () => scope.waitFor(yes, 'x'), () => scope.waitForSignal('x'), () => scope.sleep(1, 'x'),
      () => scope.group(() => undefined, 'x'), () => scope.forEach([1], 'x', () => undefined), () => handle.next(one, 'x'), () => handle.same(one, 'x'),
    ];
    for (const registration of registrations) expect(registration).toThrow(expect.objectContaining({ code: 'frozen', message }));
    handle.stepTimeout(5).describe('text');
    flow.compile();
    expect(() => handle.stepTimeout(6)).toThrow("flow 'f' is frozen");
    expect(() => scope.customStep(one, 'x')).toThrow("flow 'f' is frozen");
  });
});

describe('a flow of steps that follow one another', () => {
  const refused = (flow: Flow, body: unknown, message: string): void => expect(() => flow.steps(wrong(body))).toThrow(message);

  test('that cannot be filled leaves nothing behind', async () => {
    const { flow, p } = definition();
    p.customStep(one, 'a');
    refused(flow, (steps: Process) => {
      steps.customStep(one, 'b');
      flow.process('q').customStep(one, 'c');
      throw new Error('no');
    }, 'no');
    refused(flow, async (steps: Process) => {
      steps.customStep(one, 'b');
      await Promise.reject(new Error('later'));
    }, "process 'steps' returned a promise; register all steps at once, and leave what takes time to them");
    refused(flow, undefined, "the body of 'steps' is of type undefined; give a function that registers its steps");
    flow.steps((steps) => steps.customStep(one, 'b'));
    expect(flow.graph().rows().map(({ path }) => path)).toEqual(['p/a', 'q/c', 'steps/b']);
    expect((await flow.run()).process('q').status).toBe('succeeded');
  });

  test('may add processes while it is filled', async () => {
    const { flow } = definition();
    flow.steps((steps) => {
      steps.customStep(one, 'a');
      flow.process('q').customStep(() => 2, 'c');
      steps.customStep(() => 3, 'b');
    }).processTimeout(1000);
    const result = await flow.run();
    expect([result.value('steps/b'), result.value('q/c')]).toEqual([3, 2]);
  });

  test('is one per flow, and no other process has its name', () => {
    const twice = definition().flow;
    twice.steps((steps) => steps.customStep(one, 'a'));
    twice.steps((steps) => steps.customStep(one, 'a'));
    const both = definition().flow;
    both.process('steps').customStep(one, 'a');
    both.steps((steps) => steps.customStep(one, 'a'));
    for (const flow of [twice, both]) expect(issuesOf(flow)).toEqual([expect.objectContaining({ code: 'duplicate-process', at: 'steps' })]);
  });
});

describe('bodies inside of one another', () => {
  test.each(['group', 'case', 'otherwise', 'loop', 'retry', 'forEach', 'items'])('may be 500, and no more (%s)', async (kind) => {
    const make = kinds[kind]!;
    const nest = (scope: Scope<undefined>, depth: number): StepHandle<string, unknown, undefined> => (depth === 0 ? scope.customStep(() => 1, 'x') : make(scope, (inner) => nest(inner, depth - 1)));
    const flow = createFlows().registerFlow<undefined>('f');
    const p = flow.process('p');
    expect(() => nest(p, 501)).toThrow(expect.objectContaining({ code: 'body-depth', message: `step '${kind}' would be the 501st of steps whose bodies are inside of one another; put what is deeper into a flow of its own, and call it` }));
    nest(p, 500);
    const graph = flow.graph();
    expect([graph.toMermaid(), graph.toDot(), graph.toTable(), JSON.stringify(graph.toJSON())].every((text) => text.length > 0)).toBe(true);
    expect((await flow.run()).status).toBe('succeeded');
    expect((await flow.apply(null)).status).toBe('succeeded');
  });

  test('of a function that calls itself without an end are refused, and leave nothing behind', () => {
    const flow = createFlows().registerFlow<undefined>('f');
    const p = flow.process('p');
    const endless = (scope: Scope<undefined>): unknown => scope.group(endless as never, 'deeper');
    expect(() => p.group(endless as never, 'deeper')).toThrow(expect.objectContaining({ code: 'body-depth' }));
    p.customStep(() => 1, 'deeper');
    expect(flow.graph().rows().map(({ step }) => step)).toEqual(['deeper']);
  });
});
