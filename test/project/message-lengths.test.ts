import { createFlows, defineResource, FlowDefinitionError, InputError, key, memoryStore, NonErrorThrown, NonRetriableError, RetryAfterError, RunError, settled, StoppedError, type Flow } from 'millrace';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { describe, expect, test } from 'vitest';
import { listed, readable, shortened } from '../../src/shortened.ts';

const long = 'x'.repeat(100_000);
const longest = 2_500;

function flowWith(define: (flow: Flow<unknown>) => void = (flow) => flow.process('p').customStep(() => 1, 'a')): Flow<unknown> {
  const flow = createFlows({ store: memoryStore() }).registerFlow<unknown>('f');
  define(flow);
  return flow;
}

const failing = flowWith((flow) => {
  flow.process('p').customStep(() => {
    throw new Error(long);
  }, 'a').next(() => 1, 'b');
});
/** Rejects with a text, as JavaScript can. */
async function thrown(text: string): Promise<never> {
  await Promise.resolve();
  // eslint-disable-next-line @typescript-eslint/only-throw-error -- what is thrown is the point
  throw text;
}

const refusing: StandardSchemaV1 = { '~standard': { version: 1, vendor: 'test', validate: () => ({ issues: [{ message: long, path: [long] }] }) } };

/** Calls that are given something long where a message says what it was given. */
const calls: Readonly<Record<string, () => unknown>> = {
  'a name of a flow': () => createFlows().registerFlow(long),
  'a name of a flow with a slash': () => createFlows().registerFlow(`a/${'!'.repeat(100_000)}`),
  'a name of a step': () => flowWith().process('q').customStep(() => 1, `!${long}` as never),
  'a flow': () => createFlows().run(long, undefined),
  'an option of a registry': () => createFlows({ [long]: 1 } as never),
  'an option of a run': () => flowWith().run(undefined, { [long]: 1 }),
  'a duration': () => flowWith().flowTimeout(long as never),
  'a bigint': () => flowWith().flowTimeout((10n ** 50_000n) as never),
  'a symbol': () => flowWith().flowTimeout(Symbol(long) as never),
  'a function': () => flowWith().flowTimeout(Object.defineProperty(() => 1, 'name', { value: long }) as never),
  'a function with a strange name': () => flowWith().flowTimeout(Object.defineProperty(() => 1, 'name', { value: Symbol(long) }) as never),
  'a mode': () => flowWith().start(undefined).stop('x', { mode: long as never }),
  'an event': () => flowWith().start(undefined).on(long as never, () => undefined),
  'a process': () => flowWith().start(undefined).process(long),
  'a ref': async () => (await flowWith().run(undefined)).value(long as never),
  'a path': async () => (await flowWith().run(undefined)).value(`p/${long}` as never),
  'a timing': () => flowWith((flow) => flow.process('p').customStep(() => 1, 'a', long as never)).compile(),
  'a derived timing': () => flowWith((flow) => flow.process('p').customStep(() => 1, 'a', settled(long as never))).compile(),
  'a read': async () => (await flowWith((flow) => flow.process('p').customStep((s) => s.result(long as never), 'a')).run(undefined)).orThrow(),
  'a key that is ambiguous': async () => {
    const word = key<number>(long);
    const flow = flowWith((given) => {
      const p = given.process('p');
      const writers = Array.from({ length: 100 }, (_, at) => p.customStep((s) => s.set(word, at), `w${at}`));
      p.customStep((s) => s.get(word), 'r', ...writers);
    });
    return (await flow.run(undefined, { strict: true })).orThrow();
  },
  'a resource': async () => {
    const resource = defineResource({ name: 'db', initialize: () => Promise.reject(new Error(long)) });
    return (await flowWith((flow) => flow.process('p').customStep((s) => s.attach(resource as never), 'a')).run(undefined)).orThrow();
  },
  'a run id': () => createFlows({ store: memoryStore() }).result(long),
  'a run id that cannot be kept': () => flowWith().run(undefined, { runId: `${long}\0` }),
  'a signal': () => flowWith().start(undefined).sendSignal(long),
  'a state of go-stepflow': () => flowWith((flow) => flow.steps((s) => s.customStep(() => 1, 'a'))).apply([long]),
  'several states of go-stepflow': () => flowWith((flow) => flow.steps((s) => s.customStep(() => 1, 'a'))).apply(Array.from({ length: 1_000 }, () => long)),
  'a snapshot': () => flowWith().apply(long as never),
  'an owner': () => createFlows({ store: memoryStore(), owner: long, lease: 1 }),
  'an item': async () => (await flowWith((flow) => flow.process('p').forEach([long, long], 'each', (each) => each.customStep(() => 1, 'a'), { key: (item) => item })).run(undefined)).orThrow(),
  'items': async () => (await flowWith((flow) => flow.process('p').forEach((() => 10n ** 50_000n) as never, 'each', (each) => each.customStep(() => 1, 'a'))).run(undefined)).orThrow(),
  'an answer': async () => (await flowWith((flow) => flow.process('p').case((() => long) as never, 'c', (c) => c.customStep(() => 1, 'a'))).run(undefined)).orThrow(),
  'a key inside of a value': async () => (await flowWith((flow) => flow.process('p').customStep(() => ({ [long]: () => 1 }), 'a')).run(undefined)).orThrow(),
  'an input that a schema refuses': () => createFlows().registerFlow('f', { input: refusing }).run(1),
  'a message of an error': async () => (await failing.run(undefined)).orThrow(),
  'a message of an error of a callback': async () => {
    const flow = flowWith().beforeFlow(() => {
      throw new Error(long);
    }, { must: true });
    return (await flow.run(undefined)).orThrow();
  },
  'a text that is thrown': async () => (await flowWith((flow) => flow.process('p').customStep(() => thrown(long), 'a')).run(undefined)).orThrow(),
  'a reason': async () => {
    const run = flowWith().start(undefined);
    run.stop(long);
    return (await run.done).orThrow();
  },
};

describe('an error message stays readable', () => {
  test.each(Object.keys(calls))('with %s', async (name) => {
    let error: unknown;
    try {
      await calls[name]?.();
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(Error);
    expect((error as Error).message.length).toBeLessThan(longest);
  });

  test('in what a result explains', async () => {
    const result = await failing.run(undefined);
    expect(result.explain('b').length).toBeLessThan(longest);
    expect(result.errors[0]?.error.message).toBe(long);
    expect(() => result.value('b' as never)).toThrow(/characters\)\)?; read its outcome instead/u);
  });
});

describe('lists in messages end', () => {
  test('of the problems of a definition', () => {
    const flow = flowWith((given) => {
      const p = given.process('p');
      for (let at = 0; at < 1_000; at++) p.customStep(() => 1, `a${at}`, `b${at}` as never);
    });
    expect(() => flow.compile()).toThrow(FlowDefinitionError);
    try {
      flow.compile();
    } catch (error) {
      expect((error as FlowDefinitionError).issues).toHaveLength(1_000);
      expect((error as FlowDefinitionError).message.split('\n')).toHaveLength(52);
      expect((error as FlowDefinitionError).message).toContain("flow 'f' has 1000 problems:");
      expect((error as FlowDefinitionError).message.endsWith('and 950 more')).toBe(true);
    }
  });

  test('of the failures of a run', async () => {
    const flow = flowWith((given) => {
      const p = given.process('p');
      for (let at = 0; at < 60; at++) p.customStep(() => Promise.reject(new Error('no')), `a${at}`);
    });
    const error: unknown = await flow.run(undefined).then((result) => result.orThrow()).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RunError);
    expect((error as RunError).message.endsWith('  - p/a49: no\n  - and 10 more')).toBe(true);
  });

  test('of the issues of an input', () => {
    const issues = Array.from({ length: 60 }, (_, at) => ({ path: `${at}`, message: 'no' }));
    expect(new InputError('f', issues).message.endsWith('\n  - 49: no\n  - and 10 more')).toBe(true);
  });
});

test('what somebody else says is left as it is, where it is theirs', () => {
  const theirs = `it's ${long} isn't`;
  for (const error of [new NonRetriableError(theirs), new RetryAfterError(theirs, 1), new StoppedError(theirs)]) expect(error.message).toBe(theirs);
  expect(new NonErrorThrown(long).thrown).toBe(long);
});

test('a text is cut between characters, and says how long it is', () => {
  expect(shortened('short', 5)).toBe('short');
  expect(shortened('a😀b', 2)).toBe('a… (4 characters)');
  expect(listed(['a', 'b', 'c'], 2, (count) => `${count} more`)).toEqual(['a', 'b', '1 more']);
  const lines = `the end is ${'it is long, '.repeat(10_000)}; do something`;
  expect(readable(lines)).toMatch(/^the end is it is long, .* … \(\d+ characters\) … .*; do something$/u);
  expect(readable(readable(lines))).toBe(readable(lines));
  expect(readable(`step '${long}' is no step of flow '${'y'.repeat(500)}'; give one`)).toBe(`step '${'x'.repeat(200)}… (100000 characters)' is no step of flow '${'y'.repeat(200)}… (500 characters)'; give one`);
});
