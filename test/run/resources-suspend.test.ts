import { type Attachment, defineResource, key, type Resource } from 'millrace';
import { settle, virtualClock } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import type { ResourceSpec } from '../../src/define/resource.ts';
import { Kernel } from '../../src/run/kernel/kernel.ts';
import { type ResourceRun, Resources } from '../../src/run/resources.ts';
import { templateOf } from '../kernel/build.ts';
import { throwing } from './bench.ts';
import { counted, gate } from './shared.ts';

/** The resources of a run with one process `p` (region 1), and what went wrong with them. */
function resourcesOfRun(): { readonly resources: Resources; readonly problems: unknown[]; readonly run: { isOver: boolean } } {
  const template = templateOf({
    statements: [
      { do: 'process', process: 'p' },
      { do: 'step', process: 'p', step: 'a', timings: [] },
    ],
    deeds: new Map(),
  });
  const problems: unknown[] = [];
  const kernel = new Kernel(template, { limit: Infinity, failFast: false, tiered: false, finishTier: false, graceMs: 0, flowTimeoutMs: undefined });
  const run = {
    kernel,
    isOver: false,
    resources: undefined,
    settings: { clock: virtualClock() },
    pump: () => undefined,
    problem: (...problem: Parameters<ResourceRun['problem']>) => void problems.push(problem),
  };
  return { resources: new Resources(run), problems, run };
}

const region = 1;
const wrong = new Error('wrong');

/** What the durable part knows a resource as. */
function spec<Entity>(resource: Resource<Entity>): ResourceSpec {
  return resource as unknown as ResourceSpec; // the class behind it
}

describe('suspending', () => {
  test('RES-19: hooks may change the entity and the keys; what they leave is kept in the order of attaching, and released', async () => {
    const { resources } = resourcesOfRun();
    const log: string[] = [];
    const made = (name: string): Resource<string> =>
      defineResource({
        name,
        initialize: () => `open ${name}`,
        suspend(attachment) {
          log.push(`suspend ${name}`);
          attachment.update(`closed ${name}`);
          attachment.set('at', 'suspend');
        },
        release: ({ entity }) => void log.push(`release ${entity}`),
      });
    (await resources.attach(region, made('one'), undefined)).set('by', 'step');
    await resources.attach(region, made('two'), undefined);
    expect(await resources.suspend(region)).toEqual([
      {
        name: 'one',
        entity: 'closed one',
        entries: [
          { key: 'by', isTyped: false, value: 'step' },
          { key: 'at', isTyped: false, value: 'suspend' },
        ],
      },
      { name: 'two', entity: 'closed two', entries: [{ key: 'at', isTyped: false, value: 'suspend' }] },
    ]);
    expect(log).toEqual(['suspend one', 'suspend two', 'release closed two', 'release closed one']);
  });

  test('EVT-25, EVT-26: a hook that fails is a problem; its resource is released and not kept, the others are', async () => {
    const { resources, problems } = resourcesOfRun();
    const log: string[] = [];
    const suspend = { one: throwing(wrong), two: () => undefined, three: () => Promise.reject(wrong) };
    for (const [name, hook] of Object.entries(suspend)) {
      await resources.attach(region, defineResource({ name, suspend: hook, release: () => void log.push(name) }), undefined);
    }
    expect((await resources.suspend(region)).map(({ name }) => name)).toEqual(['two']);
    expect(log).toEqual(['three', 'two', 'one']);
    expect(problems).toEqual(['one', 'three'].map((resource) => ['resource', wrong, undefined, { process: 'p', resource, action: 'suspend' }]));
  });

  test('a resource on its way is waited for, and nothing is attached meanwhile or later', async () => {
    const { resources } = resourcesOfRun();
    const opened = gate<string>();
    const db = defineResource({ name: 'db', initialize: () => opened.promise });
    void resources.attach(region, db, undefined);
    const suspended = resources.suspend(region);
    await expect(resources.attach(region, db, undefined)).rejects.toMatchObject({ code: 'resource-released' });
    await expect(resources.attach(region, counted('other').pool, undefined)).rejects.toThrow(
      "resource 'other' is attached after process 'p' has ended; attach it while the process is at work",
    );
    await expect(resources.attach(region, 'db', undefined)).rejects.toMatchObject({ code: 'unknown-resource' });
    opened.open('open');
    expect(await suspended).toEqual([{ name: 'db', entity: 'open', entries: [] }]);
    expect(resources.acquire(region, db)).toBeUndefined();
  });

  test('objects that are disposable by themselves are disposed of and not kept, nor is what could not be initialized', async () => {
    const { resources } = resourcesOfRun();
    const log: string[] = [];
    await resources.attach(region, { [Symbol.dispose]: () => void log.push('disposed') }, undefined);
    await expect(resources.attach(region, defineResource({ name: 'db', initialize: throwing(wrong) }), undefined)).rejects.toMatchObject({ cause: wrong });
    expect(await resources.suspend(region)).toEqual([]);
    expect(log).toEqual(['disposed']);
  });

  test('a process without resources, or one that has released them, keeps nothing', async () => {
    const { resources } = resourcesOfRun();
    expect(await resources.suspend(region)).toEqual([]);
    const { pool, log } = counted('pool');
    await resources.attach(region, pool, undefined);
    await resources.release(region);
    expect(await resources.suspend(region)).toEqual([]);
    await resources.release(region);
    expect(log).toEqual(['initialize pool 1', 'release pool 1']);
  });

  test('the run waits while it goes on', async () => {
    const { resources } = resourcesOfRun();
    const closed = gate();
    await resources.attach(region, defineResource({ name: 'db', release: () => closed.promise }), undefined);
    const suspended = resources.suspend(region);
    await settle();
    expect(resources.releaseEnded()).toBe(true);
    closed.open();
    await suspended;
    expect(resources.releaseEnded()).toBe(false);
  });
});

describe('recovering', () => {
  const color = key<string>('color');

  test('RES-17: the hook gets what was kept and may replace the entity; initialize is not called', async () => {
    const { resources, problems } = resourcesOfRun();
    const log: string[] = [];
    const db = defineResource({
      name: 'db',
      initialize: () => (log.push('initialize'), 'new'),
      recover(attachment: Attachment<string>) {
        log.push(`recover ${attachment.entity} ${attachment.get<number>('k')} ${attachment.get(color)}`);
        attachment.update('reopened');
      },
      release: ({ entity }) => void log.push(`release ${entity}`),
    });
    const entries = [
      { key: 'k', isTyped: false, value: 1 },
      { key: 'color', isTyped: true, value: 'red' },
    ];
    await resources.recover(region, [{ name: 'db', entity: 'kept', entries }], [spec(db)]);
    expect(resources.acquire(region, db)?.entity).toBe('reopened');
    expect((await resources.attach(region, db, undefined)).get(color)).toBe('red');
    await resources.release(region);
    expect([log, problems]).toEqual([['recover kept 1 red', 'release reopened'], []]);
  });

  test('RES-18: the hook may overwrite keys', async () => {
    const { resources } = resourcesOfRun();
    const db = defineResource({
      name: 'db',
      recover(attachment) {
        attachment.set('k', 2);
        attachment.set(color, 'blue');
      },
    });
    const entries = [
      { key: 'k', isTyped: false, value: 1 },
      { key: 'color', isTyped: true, value: 'red' },
    ];
    await resources.recover(region, [{ name: 'db', entity: undefined, entries }], [spec(db)]);
    const attached = resources.acquire(region, db);
    expect([attached?.get('k'), attached?.get(color)]).toEqual([2, 'blue']);
    expect(attached?.record.entries).toEqual([
      { key: 'k', isTyped: false, value: 2 },
      { key: 'color', isTyped: true, value: 'blue' },
    ]);
  });

  test('RES-20, RES-21: a secret that suspend clears is not kept, and recover makes it again', async () => {
    const before = resourcesOfRun();
    const db = defineResource({
      name: 'db',
      initialize: () => 'secret',
      suspend: (attachment: Attachment<string>) => attachment.clear(),
      recover: (attachment: Attachment<string>) => attachment.update('secret again'),
    });
    (await before.resources.attach(region, db, undefined)).set(color, 'red');
    const kept = await before.resources.suspend(region);
    expect(kept).toEqual([{ name: 'db', entity: undefined, entries: [] }]);
    const after = resourcesOfRun();
    await after.resources.recover(region, kept, [spec(db)]);
    expect(after.resources.acquire(region, db)?.entity).toBe('secret again');
  });

  test('a resource that is not known is recovered when it is attached, once', async () => {
    const { resources } = resourcesOfRun();
    const log: string[] = [];
    const db = defineResource({ name: 'db', initialize: () => 'new', recover: ({ entity }) => void log.push(`recover ${entity}`) });
    await resources.recover(region, [{ name: 'db', entity: 'kept', entries: [] }]);
    expect(resources.acquire(region, db)).toBeUndefined();
    const [one, two] = await Promise.all([resources.attach(region, db, undefined), resources.attach(region, db, undefined)]);
    expect([one === two, one.entity, log]).toEqual([true, 'kept', ['recover kept']]);
  });

  test('what nobody has attached is kept again by the next suspension', async () => {
    const { resources } = resourcesOfRun();
    const record = { name: 'db', entity: 'kept', entries: [{ key: 'color', isTyped: true, value: 'red' }] };
    await resources.recover(region, [record]);
    await resources.attach(region, counted('other').pool, undefined);
    expect(await resources.suspend(region)).toEqual([record, { name: 'other', entity: 'other 1', entries: [] }]);
  });

  test('EVT-27, EVT-28: a hook that fails is a problem; its resource is there with what was kept, and so are the others', async () => {
    const { resources, problems } = resourcesOfRun();
    const recover = { one: throwing(wrong), two: () => Promise.reject(wrong), three: () => undefined };
    const known = Object.entries(recover).map(([name, hook]) => defineResource<string>({ name, recover: hook }));
    await resources.recover(region, known.map(({ name }) => ({ name, entity: `kept ${name}`, entries: [] })), known.map((one) => spec(one)));
    expect(known.map((one) => resources.acquire(region, one)?.entity)).toEqual(['kept one', 'kept two', 'kept three']);
    expect(problems).toEqual(['one', 'two'].map((resource) => ['resource', wrong, undefined, { process: 'p', resource, action: 'recover' }]));
  });
});

test('nothing can be attached after the run has ended', async () => {
  const { resources, run } = resourcesOfRun();
  run.isOver = true;
  await expect(resources.attach(region, counted('pool').pool, undefined)).rejects.toThrow(
    "a resource is attached after the run has ended; attach it while process 'p' is at work",
  );
});
