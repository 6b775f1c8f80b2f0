import { defineResource, key, type Attachment, type InternalError, type Resource, type StepContext } from 'millrace';
import { settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { lives, type Life, type Lived } from './lives.ts';

interface Pool {
  readonly made: number;
}

const token = key<string>('token');

interface Hooks {
  readonly suspend?: (at: Attachment<Pool>) => unknown;
  readonly recover?: (at: Attachment<Pool>) => unknown;
  readonly initialize?: () => unknown;
  readonly release?: () => unknown;
}

/** A resource whose hooks are written down. */
function pool({ calls }: Life, { suspend, recover, initialize, release }: Hooks = {}): Resource<Pool, number> {
  const told = (word: string, { entity }: Attachment<Pool>): void => void calls.push(`${word} ${JSON.stringify(entity ?? null)}`);
  return defineResource<Pool, number>({
    name: 'pool',
    initialize: (_, made) => {
      calls.push('initialize');
      initialize?.();
      return { made };
    },
    suspend(at) {
      told('suspend', at);
      return suspend?.(at);
    },
    recover(at) {
      told('recover', at);
      return recover?.(at);
    },
    release(at) {
      told('release', at);
      return release?.();
    },
  });
}

/** Step 1 attaches the resource and sets keys of it; step 2 fails in the first life; steps 3 and 4 write down what they see of it. */
function using(life: Life, resource: Resource<Pool, number>): void {
  const { p, note, calls } = life;
  const see = (word: string, held: Attachment<Pool> | undefined): void => void calls.push(`${word} sees ${JSON.stringify([held?.entity, held?.get('plain'), held?.get(token)])}`);
  const one = p.customStep(async (s) => {
    const held = await s.attach(resource, 1);
    held.set('plain', 'a');
    held.set(token, 'secret');
    note('1')();
  }, '1');
  const two = p.customStep(note('2', 1), '2', one);
  const three = p.customStep((s) => see('3', s.acquire(resource)), '3', two);
  p.customStep(async (s) => see('4', await s.attach(resource, 2)), '4', three);
}

/** Two lives with the resource among those of the registry, or without. */
async function two(hooks: Hooks = {}, isKnown = true): Promise<{ readonly first: Lived; readonly second: Lived; readonly events: readonly InternalError[] }> {
  const events: InternalError[] = [];
  let calls: string[] = [];
  const all = pool({ calls: { push: (word: string) => calls.push(word) } as unknown as string[] } as Life, hooks);
  const { next } = lives(
    (life) => {
      calls = life.calls;
      life.flows.onInternalError((event) => void events.push(event));
      using(life, all);
    },
    isKnown ? { resources: [all] } : {},
  );
  return { first: await next(), second: await next(), events };
}

describe('a resource of a process that failed', () => {
  test('RES-17: is suspended with its entity and its keys, and recovered before the first step', async () => {
    const { first, second, events } = await two();
    expect(first.calls).toEqual(['initialize', '1', '2', 'suspend {"made":1}', 'release {"made":1}']);
    expect(second.calls).toEqual(['recover {"made":1}', '2', '3 sees [{"made":1},"a","secret"]', '4 sees [{"made":1},"a","secret"]', 'release {"made":1}']);
    expect(events).toEqual([]);
  });

  test('RES-17: later steps see the entity that recovering gave it', async () => {
    const { second } = await two({ recover: (at) => at.update({ made: 9 }) });
    expect(second.calls.slice(1)).toEqual(['2', '3 sees [{"made":9},"a","secret"]', '4 sees [{"made":9},"a","secret"]', 'release {"made":9}']);
  });

  test('RES-18: recovering may set its keys anew', async () => {
    const { second } = await two({
      recover: (at) => {
        at.set('plain', `${String(at.get('plain'))}b`);
        at.set(token, `${at.get(token)}!`);
      },
    });
    expect(second.calls).toContain('3 sees [{"made":1},"ab","secret!"]');
  });

  test('RES-19: suspending may change what is kept', async () => {
    const { second } = await two({
      suspend: (at) => {
        at.update({ made: 5 });
        at.set('plain', 'kept');
      },
    });
    expect(second.calls[0]).toBe('recover {"made":5}');
    expect(second.calls).toContain('3 sees [{"made":5},"kept","secret"]');
  });

  test('RES-20: both hooks have their say', async () => {
    const { second } = await two({ suspend: (at) => at.update({ made: 5 }), recover: (at) => at.update({ made: at.entity.made + 1 }) });
    expect(second.calls).toContain('3 sees [{"made":6},"a","secret"]');
  });

  test('RES-21: a secret that suspending clears is not kept, and recovering makes another', async () => {
    const { second } = await two({
      suspend: (at) => at.clear(),
      recover(at) {
        expect([at.entity, at.get('plain'), at.get(token)]).toEqual([undefined, undefined, undefined]);
        at.update({ made: 7 });
        at.set(token, 'new');
      },
    });
    expect(second.calls[0]).toBe('recover null');
    expect(second.calls).toContain('3 sees [{"made":7},null,"new"]');
  });

  test('comes back when a step attaches it, if the registry does not know it', async () => {
    const { second } = await two({}, false);
    expect(second.calls).toEqual(['2', '3 sees [null,null,null]', 'recover {"made":1}', '4 sees [{"made":1},"a","secret"]', 'release {"made":1}']);
  });

  test('keeps what the last failure left, in any number of recoveries', async () => {
    const { next } = lives((life) => {
      const { p, note, calls } = life;
      const own = pool(life, { suspend: (at) => at.update({ made: at.entity.made + 1 }) });
      const one = p.customStep(async (s) => void (await s.attach(own, 10)), '1');
      const two = p.customStep(note('2', 1, 2), '2', one);
      p.customStep(
        async (s) => {
          calls.push(`3 sees ${(await s.attach(own, 0)).entity.made}`);
          note('3', 3)();
        },
        '3',
        two,
      );
    });
    await next();
    expect((await next()).calls).toEqual(['2']);
    expect((await next()).calls).toEqual(['2', 'recover {"made":11}', '3 sees 11', '3', 'suspend {"made":11}', 'release {"made":12}']);
    expect((await next()).calls).toEqual(['recover {"made":12}', '3 sees 12', '3', 'release {"made":12}']);
  });
});

test('a resource of a process that succeeded is released, and nothing of it is kept', async () => {
  const { next } = lives((life) => {
    const own = pool(life);
    life.p.customStep(async (s) => void (await s.attach(own, 1)), '1');
    life.flow.process('q').after(life.p).customStep(life.note('q', 1), 'q');
  });
  expect((await next()).calls).toEqual(['initialize', 'release {"made":1}', 'q']);
  expect((await next()).calls).toEqual(['q']);
});

test('resources of a process that was stopped are suspended as well', async () => {
  const { next } = lives((life) => {
    const own = pool(life);
    const one = life.p.customStep(async (s) => void (await s.attach(own, 1)), '1');
    const two = async (s: StepContext): Promise<void> => void life.calls.push(`2 sees ${(await s.attach(own, 2)).entity.made}`);
    life.p.customStep(two, '2', one);
  });
  const first = await next((run) => run.on('step-started', () => run.stop()));
  expect([first.result.status, first.calls]).toEqual(['stopped', ['initialize', 'suspend {"made":1}', 'release {"made":1}']]);
  expect((await next()).calls).toEqual(['recover {"made":1}', '2 sees 1', 'release {"made":1}']);
});

test('a run that is not recorded releases its resources without suspending them', async () => {
  const { registry } = lives((life) => using(life, pool(life)), { durability: 'none' });
  const { flow, calls } = registry();
  expect((await flow.run({})).status).toBe('failed');
  expect(calls).toEqual(['initialize', '1', '2', 'release {"made":1}']);
});

test('resources of a run that another process has taken over are released, and nothing of them is kept', async () => {
  const { begin, store } = lives((life) => {
    const own = pool(life);
    life.p.customStep(async (s) => {
      await s.attach(own, 1);
      const seq = ((await store.load('r'))?.rows.length ?? 0) + 1;
      await store.append([{ runId: 'r', row: { seq, at: 0, text: 'of another owner' } }]);
    }, '1');
  });
  const { run, calls } = await begin();
  await expect(run.done).rejects.toMatchObject({ code: 'lost-ownership' });
  await settle();
  expect(calls).toEqual(['initialize', 'release {"made":1}']);
});

test('SER-05: keys named like what is recorded beside them do not get in their way', async () => {
  const names = ['resources', 'pool', 'suspended', '@before', '__proto__', 'constructor', 'p', ''].filter((name) => name !== '');
  let seen: unknown[] = [];
  const { next } = lives((life) => {
    const own = pool(life);
    life.p.beforeProcess((s) => {
      for (const name of names) s.set(name, `process ${name}`);
    });
    const one = life.p.customStep(async (s) => {
      const held = await s.attach(own, 1);
      for (const name of names) {
        s.set(name, `step ${name}`);
        held.set(name, `held ${name}`);
      }
    }, '1');
    const two = life.p.customStep(life.note('2', 1), '2', one);
    life.p.customStep(async (s) => {
      const held = await s.attach(own, 2);
      seen = names.map((name) => [s.get(name), held.get(name)]);
    }, '3', two);
    life.p.customStep((s) => s.get('pool'), 'side');
  });
  await next();
  const { result } = await next();
  expect(result.status).toBe('succeeded');
  expect(seen).toEqual(names.map((name) => [`step ${name}`, `held ${name}`]));
  expect(result.value('side')).toBe('process pool');
});

describe('a hook that fails', () => {
  const wrong = (): never => {
    throw new Error('wrong');
  };
  const told = (events: readonly InternalError[]): unknown =>
    events.map(({ stage, action, resource, process, path, error }) => [stage, action, resource, process, path, error.message]);

  for (const [how, fails] of [['throws', wrong], ['rejects', () => Promise.reject(new Error('wrong'))]] as const) {
    test(`EVT-21..22: initialize ${how}: its step fails, and a recovery tries again`, async () => {
      let times = 0;
      const { first, second, events } = await two({ initialize: () => (++times === 1 ? wrong() : undefined) });
      expect(told(events)).toEqual([['resource', 'initialize', 'pool', 'p', 'p/1', 'wrong']]);
      expect([first.result.outcome('1').status, second.result.status]).toEqual(['failed', 'succeeded']);
    });

    test(`EVT-23..24: release ${how}: an event, and the run succeeds`, async () => {
      const { second, events } = await two({ release: fails });
      expect(second.result.status).toBe('succeeded');
      expect(told(events)).toEqual([['resource', 'release', 'pool', 'p', undefined, 'wrong'], ['resource', 'release', 'pool', 'p', undefined, 'wrong']]);
    });

    test(`EVT-25..26: suspend ${how}: an event, nothing of the resource is kept, and it is released`, async () => {
      const { first, second, events } = await two({ suspend: fails });
      expect(first.result.status).toBe('failed');
      expect(told(events)).toEqual([['resource', 'suspend', 'pool', 'p', undefined, 'wrong']]);
      expect(first.calls.at(-1)).toBe('release {"made":1}');
      expect(second.calls).toEqual(['2', '3 sees [null,null,null]', 'initialize', '4 sees [{"made":2},null,null]', 'release {"made":2}']);
    });

    test(`EVT-27..28: recover ${how}: an event, and the run goes on and succeeds`, async () => {
      const { second, events } = await two({ recover: fails });
      expect(told(events)).toEqual([['resource', 'recover', 'pool', 'p', undefined, 'wrong']]);
      expect([second.result.status, second.calls.at(1)]).toEqual(['succeeded', '2']);
    });
  }

  test('a resource that cannot be encoded is an event, and the others are kept', async () => {
    const events: InternalError[] = [];
    const { next } = lives((life) => {
      life.flows.onInternalError((event) => void events.push(event));
      const own = pool(life);
      const odd = defineResource({ name: 'odd', initialize: () => ({ call: () => 1 }) });
      const one = life.p.customStep(async (s) => void (await Promise.all([s.attach(odd), s.attach(own, 1)])), '1');
      const two = life.p.customStep(life.note('2', 1), '2', one);
      life.p.customStep(async (s) => [(await s.attach(own, 2)).entity.made, typeof (await s.attach(odd)).entity.call], '3', two);
    });
    await next();
    expect(events.map(({ stage, path, error }) => [stage, path, (error as { code?: string }).code])).toEqual([['persist', 'p', 'encode']]);
    expect((await next()).result.value('3')).toEqual([1, 'function']);
  });
});
