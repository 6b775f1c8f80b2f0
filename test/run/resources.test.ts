import { defineResource, key, ResourceError } from 'millrace';
import { orderMatchers, settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { bench, hands, internalErrors, pass, recorded, throwing } from './bench.ts';
import { counted, gate } from './shared.ts';

expect.extend(orderMatchers);

describe('attaching', () => {
  //   a ── b
  //   └─── c
  test('RES-03: the steps of a process share one attachment, with its keys', async () => {
    const { flow, p } = bench();
    const seats = key<number>('seats');
    const bare = defineResource({ name: 'bare' });
    const a = p.customStep(async (s) => {
      const attached = await s.attach(bare);
      attached.set('color', 'red');
      attached.set(seats, 4);
      return [attached.name, attached.process, attached.entity];
    }, 'a');
    p.customStep((s) => s.acquire(bare)?.get('color'), 'b', a);
    p.customStep((s) => [s.acquire(bare)?.get(seats), s.acquire(bare)?.get('seats'), s.acquire(bare)?.get(key('seats'))], 'c', a);
    const result = await flow.run();
    expect([result.value('a'), result.value('b'), result.value('c')]).toEqual([['bare', 'p', undefined], 'red', [4, undefined, undefined]]);
  });

  test('RES-03: 17 steps that acquire it get the same one', async () => {
    const { flow, p } = bench();
    const { pool } = counted('pool');
    const first = p.customStep((s) => s.attach(pool), 'first');
    for (let n = 1; n <= 17; n++) p.customStep((s) => s.acquire(pool), `n${n}`, first);
    const result = await flow.run();
    const all = [...result.steps.values()].map((outcome) => (outcome.status === 'succeeded' ? outcome.value : undefined));
    expect(all).toHaveLength(18);
    expect(new Set(all).size).toBe(1);
  });

  test('RES-06: what initialize makes of the init is the entity for all', async () => {
    const { flow, p } = bench();
    const db = defineResource({ name: 'db', initialize: (_, url: string) => Promise.resolve(`open ${url}`) });
    p.customStep(async (s) => (await s.attach(db, 'db://a')).entity, 'a').next((s) => s.acquire(db)?.entity, 'b');
    const result = await flow.run();
    expect([result.value('a'), result.value('b')]).toEqual(['open db://a', 'open db://a']);
  });

  test('D12: steps that attach it at once initialize it once, and the init of the others is not looked at', async () => {
    const { flow, p } = bench();
    const opened = gate<string>();
    const log: string[] = [];
    const db = defineResource({
      name: 'db',
      initialize(_, init: string) {
        log.push(`initialize with ${init}`);
        return opened.promise;
      },
      release: () => void log.push('release'),
    });
    for (const name of ['a', 'b', 'c']) p.customStep(async (s) => (await s.attach(db, name)).entity, name);
    const run = flow.start();
    await settle();
    opened.open('db');
    const result = await run.done;
    expect([...result.steps.values()]).toEqual([1, 2, 3].map(() => ({ status: 'succeeded', value: 'db' })));
    expect(log).toEqual(['initialize with a', 'release']);
  });

  test('each process of each run has its own', async () => {
    const { flow, p } = bench();
    const { pool, log } = counted('pool');
    p.customStep(async (s) => (await s.attach(pool)).entity, 'a');
    flow.process('q').customStep(async (s) => (await s.attach(pool)).entity, 'b');
    const first = await flow.run();
    const second = await flow.run();
    expect([first.value('a'), first.value('b'), second.value('a'), second.value('b')]).toEqual(['pool 1', 'pool 2', 'pool 3', 'pool 4']);
    expect(log.filter((line) => line.startsWith('release'))).toHaveLength(4);
  });

  test('what is not attached is undefined, also while it is being initialized', async () => {
    const { flow, p } = bench();
    const opened = gate<string>();
    const db = defineResource({ name: 'db', initialize: () => opened.promise });
    p.customStep((s) => {
      const before = s.acquire(db);
      void s.attach(db);
      return [before, s.acquire(db)];
    }, 'a');
    const run = flow.start();
    await settle();
    expect(run.outcome('a')).toEqual({ status: 'succeeded', value: [undefined, undefined] });
    opened.open('db');
    await run.done;
  });

  test('RES-09: an entity that a step updates is the new one for all, and it is released once', async () => {
    const { flow, p } = bench();
    const { pool, log } = counted('pool');
    p.customStep(async (s) => (await s.attach(pool)).update('another'), 'a')
      .next((s) => s.acquire(pool)?.entity, 'b')
      .next(async (s) => (await s.attach(pool)).entity, 'c');
    const result = await flow.run();
    expect([result.value('b'), result.value('c')]).toEqual(['another', 'another']);
    expect(log).toEqual(['initialize pool 1', 'release another']);
  });

  test('two resources of one name cannot share a process', async () => {
    const { flow, p } = bench();
    p.customStep((s) => Promise.all([s.attach(defineResource({ name: 'db' })), s.attach(defineResource({ name: 'db' }))]), 'a');
    const [failure] = (await flow.run()).errors;
    expect(failure?.error.message).toBe("process 'p' has attached another resource 'db'; give them different names");
  });

  test('a step that has ended attaches nothing any more', async () => {
    const { flow, p } = bench();
    const { a, b } = hands('a', 'b');
    p.follow(a, b);
    const run = flow.start();
    const { s } = await pass(run, a);
    const late = await b.started(run.done);
    await expect(s.attach(counted('pool').pool)).rejects.toThrow("step 'p/a' attaches a resource after it has ended; attach it while the step is at work");
    late.succeed();
    await run.done;
    await expect(late.s.attach(counted('pool').pool)).rejects.toMatchObject({ code: 'step-ended' });
  });
});

describe('objects that are disposable by themselves', () => {
  class Lease implements AsyncDisposable {
    readonly log: string[] = [];
    async [Symbol.asyncDispose](): Promise<void> {
      await settle();
      this.log.push('disposed');
    }
  }

  test('attach as they are, and are disposed of when the process has ended', async () => {
    const { flow, p } = bench();
    const lease = new Lease();
    p.customStep(async (s) => {
      const attached = await s.attach(lease);
      return [attached.name, attached.entity === lease, attached === (await s.attach(lease)), attached === s.acquire(lease)];
    }, 'a').next(() => [...lease.log], 'b');
    const result = await flow.run();
    expect([result.value('a'), result.value('b')]).toEqual([['Lease', true, true, true], []]);
    expect(lease.log).toEqual(['disposed']);
  });

  test('a synchronous one is disposed of too, each object once', async () => {
    const { flow, p } = bench();
    const log: string[] = [];
    const disposable = (name: string): Disposable => ({ [Symbol.dispose]: () => void log.push(name) });
    const [one, two] = [disposable('one'), disposable('two')];
    p.customStep((s) => Promise.all([s.attach(one), s.attach(two), s.attach(one)]), 'a');
    expect(await flow.run()).toHaveStatus('a', 'succeeded');
    expect(log).toEqual(['two', 'one']);
  });
});

describe('what is no resource', () => {
  const typo = 'database' as unknown as Disposable; // what the compiler refuses

  test('RES-01: attaching it fails the step', async () => {
    const { flow, p } = bench();
    p.customStep((s) => s.attach(typo), 'a');
    const { errors } = await flow.run();
    expect(errors).toMatchObject([{ path: 'p/a', error: { code: 'unknown-resource' } }]);
    expect(errors[0]?.error.message).toBe(
      "'database' is no resource; give what defineResource made, or an object with Symbol.asyncDispose or Symbol.dispose",
    );
  });

  test('RES-07: acquiring it fails the step, and what depends on it is cancelled', async () => {
    const { flow, p } = bench();
    p.customStep((s) => s.acquire(typo), 'a').next(() => undefined, 'b');
    p.customStep(async (s) => (await s.attach(counted('pool').pool), s.acquire({} as Disposable)), 'c');
    const result = await flow.run();
    expect(result).toHaveStatus('b', 'cancelled');
    expect(result.errors.map(({ error }) => error)).toMatchObject([{ code: 'unknown-resource' }, { code: 'unknown-resource' }]);
  });
});

describe('an initialize that fails', () => {
  const refused = new Error('connection refused');

  test.for([
    ['RES-08: throws', throwing(refused)],
    ['RES-07: rejects', () => Promise.reject(refused)],
  ] as const)('%s: the step fails with a ResourceError, and what depends on it is cancelled', async ([, initialize]) => {
    const { flow, p } = bench();
    const db = defineResource({ name: 'db', initialize: (): Promise<string> => initialize() });
    p.customStep((s) => s.attach(db), 'a').next(() => 'B', 'b');
    const result = await flow.run();
    expect(result).toHaveStatus('b', 'cancelled');
    const error = result.errors[0]?.error as ResourceError;
    expect(error).toBeInstanceOf(ResourceError);
    expect(error).toMatchObject({ code: 'resource', name: 'ResourceError', resource: 'db', process: 'p', cause: refused });
    expect(error.message).toBe("resource 'db' could not be initialized in process 'p': connection refused; attach it again to try again");
  });

  test('EVT-21, EVT-22: it is one event, and every step that waits for it fails', async () => {
    const { flow, p } = bench();
    const opened = gate();
    const db = defineResource({ name: 'db', initialize: () => opened.promise.then(throwing(refused)) });
    p.customStep((s) => s.attach(db), 'a');
    p.customStep((s) => s.attach(db), 'b');
    const run = flow.start();
    const events = recorded(run);
    await settle();
    opened.open();
    const { errors } = await run.done;
    expect(errors).toHaveLength(2);
    expect(errors[0]?.error).toBe(errors[1]?.error);
    expect(internalErrors(events)).toEqual([
      {
        type: 'internal-error',
        runId: 'r-1',
        flow: 'f',
        at: expect.any(Number) as number,
        stage: 'resource',
        error: refused,
        path: 'p/a',
        process: 'p',
        resource: 'db',
        action: 'initialize',
      },
    ]);
  });

  test('RES-13, RES-14: it is not kept and not released, and the next attach tries again', async () => {
    const { flow, p } = bench();
    const log: string[] = [];
    const db = defineResource({
      name: 'db',
      initialize(_, attempt: number) {
        log.push(`initialize ${attempt}`);
        if (attempt === 1) throw refused;
        return `db ${attempt}`;
      },
      release: ({ entity }) => void log.push(`release ${entity}`),
    });
    p.customStep(async (s) => (await s.attach(db, 1).catch(() => undefined), s.acquire(db)), 'a').next(async (s) => (await s.attach(db, 2)).entity, 'b');
    const result = await flow.run();
    expect(result.outcome('a')).toEqual({ status: 'succeeded', value: undefined });
    expect(result.value('b')).toBe('db 2');
    expect(log).toEqual(['initialize 1', 'initialize 2', 'release db 2']);
  });

  test('RES-13: nothing is released when no attach went well', async () => {
    const { flow, p } = bench();
    const log: string[] = [];
    const db = defineResource({ name: 'db', initialize: throwing(refused), release: () => void log.push('release') });
    p.customStep((s) => s.attach(db), 'a').stepRetry(2);
    expect((await flow.run()).status).toBe('failed');
    expect(log).toEqual([]);
  });

  test('an attach that nobody waits for fails nothing', async () => {
    const { flow, p } = bench();
    const db = defineResource({ name: 'db', initialize: throwing(refused) });
    p.customStep((s) => void s.attach(db), 'a');
    expect((await flow.run()).status).toBe('succeeded');
  });
});
