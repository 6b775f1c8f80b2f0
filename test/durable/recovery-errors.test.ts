import type { InternalError } from 'millrace';
import { settle, virtualClock } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import type { Codec } from '../../src/durable/codec.ts';
import { EncodeError } from '../../src/durable/codec-errors.ts';
import { encrypt } from '../../src/durable/encrypt.ts';
import { CorruptJournalError } from '../../src/durable/journal-errors.ts';
import { jsonCodec } from '../../src/durable/json-codec.ts';
import type { Store } from '../../src/durable/store.ts';
import { memoryStore } from '../../src/stores/memory.ts';
import { lives, type Life, type LivesOptions } from './lives.ts';

const secret = 'secret';

/** A codec that fails for one value, as an encryptor would whose key is gone. */
const failing: Codec = {
  ...jsonCodec(),
  encode(value) {
    if (value === secret) throw new Error('no key');
    return jsonCodec().encode(value);
  },
};

/** Lives whose internal errors are written down. */
function heard(define: (life: Life) => void, options: LivesOptions = {}) {
  const events: InternalError[] = [];
  const made = lives((life) => {
    life.flows.onInternalError((event) => void events.push(event));
    define(life);
  }, options);
  return { ...made, events };
}

describe('a value that cannot be recorded', () => {
  test.for([
    ['EVT-07..08', failing, secret, 'no key'],
    ['EVT-12', jsonCodec(), () => 1, 'function'],
  ] as const)('%s: as a key of a process fails the process, and the recovery tries again', async ([, codec, value, what]) => {
    const { next, events } = heard(
      ({ p, note, number }) => {
        p.beforeProcess((s) => {
          note('before')();
          s.set('k', number === 1 ? value : 'good');
        });
        p.customStep((s) => s.get('k'), '1');
      },
      { codec },
    );
    const { result } = await next();
    expect(result.status).toBe('failed');
    expect(result.errors).toEqual([{ path: 'p/@before', error: expect.any(EncodeError) as unknown }]);
    expect(result.errors[0]?.error).toMatchObject({ code: 'encode', message: expect.stringMatching(/'p\/@before' cannot be recorded: key 'k': /) as unknown });
    expect(result.errors[0]?.error.message).toContain(what);
    const again = await next();
    expect([again.calls, again.result.value('1')]).toEqual([['before'], 'good']);
    expect(events).toEqual([]);
  });

  test.for([
    ['EVT-07..08', failing, secret],
    ['EVT-12', jsonCodec(), () => 1],
  ] as const)('%s: as a key or the value of a step fails the step', async ([, codec, value]) => {
    const { next } = heard(
      ({ p, note, number }) => {
        const one = p.customStep((s) => {
          note('1')();
          s.set('k', number === 1 ? value : 'good');
        }, '1');
        const two = p.customStep(() => {
          note('2')();
          return number === 2 ? value : 'good';
        }, '2', one);
        p.customStep((s) => [s.get('k'), s.result(two)], '3', two);
      },
      { codec },
    );
    const first = await next();
    expect([first.calls, first.result.outcome('1').status, first.result.outcome('2').status]).toEqual([['1'], 'failed', 'cancelled']);
    const second = await next();
    expect([second.calls, second.result.outcome('2')]).toEqual([['1', '2'], { status: 'failed', error: expect.any(EncodeError) as unknown }]);
    const third = await next();
    expect([third.calls, third.result.value('3')]).toEqual([['2'], ['good', 'good']]);
  });

  test('as a key of a step that fails is an event, and its error stays', async () => {
    const { next, events } = heard(({ p }) => {
      p.customStep((s) => {
        s.set('k', () => 1);
        throw new Error('broken');
      }, '1');
    });
    const { result } = await next();
    expect(result.errors.map(({ error }) => error.message)).toEqual(['broken']);
    expect(events.map(({ stage, path, error }) => [stage, path, error instanceof EncodeError])).toEqual([['persist', 'p/1', true]]);
  });

  test.for([
    ['EVT-09', failing, secret],
    ['EVT-13', jsonCodec(), () => 1],
  ] as const)('%s: as the input refuses the run, of which nothing is kept', async ([, codec, value]) => {
    const { next, store } = heard(({ p, note }) => void p.customStep(note('1'), '1'), { codec, input: value as unknown as Record<string, unknown> });
    await expect(next()).rejects.toThrow();
    expect(await store.load('r')).toBeUndefined();
  });

  test('may be an error: then its message is kept', async () => {
    class Odd extends Error {
      readonly call = (): number => 1;
    }
    const { next, registry } = heard(({ p }) => {
      p.customStep(() => {
        throw new Odd('odd');
      }, '1');
    });
    await next();
    expect((await registry().flows.result('r'))?.errors.map(({ error }) => error.message)).toEqual(['odd']);
  });

  test('may be everything: the run fails all the same, and goes on with a codec that works', async () => {
    let isBroken = false;
    const codec: Codec = {
      ...jsonCodec(),
      encode(value) {
        if (isBroken) throw new Error('no key');
        return jsonCodec().encode(value);
      },
    };
    const { next, registry } = heard(
      ({ p, number }) => {
        p.customStep(() => {
          isBroken = number === 1;
          return 'value';
        }, '1');
      },
      { codec },
    );
    const { result } = await next();
    expect(result.errors.map(({ error }) => error.message)).toEqual(["'p/1' cannot be recorded: no key"]);
    isBroken = false;
    expect((await registry().flows.result('r'))?.errors.map(({ error }) => error.message)).toEqual(['what it failed with could not be recorded']);
    expect((await next()).result.value('1')).toBe('value');
  });
});

/** A store of which some methods are others. */
function storeWith(real: Store, changed: Partial<Store>): Store {
  return new Proxy(real, {
    get(target, name) {
      const own: unknown = Reflect.get(changed, name) ?? Reflect.get(target, name);
      return typeof own === 'function' ? (own.bind(target) as unknown) : own;
    },
  });
}

/** A store of which one method fails as long as it is told to. */
function broken(method: 'append' | 'load' | 'claim', how: 'throws' | 'rejects'): { readonly store: Store; fails: boolean } {
  const real = memoryStore();
  const made = { store: real, fails: false };
  const fail = (): Promise<never> => {
    const error = new Error('no disk');
    if (how === 'rejects') return Promise.reject(error);
    throw error;
  };
  made.store = storeWith(real, {
    [method]: (...args: unknown[]) => (made.fails ? fail() : (real[method] as (...args: unknown[]) => unknown).apply(real, args)),
  });
  return made;
}

describe.for(['rejects', 'throws'] as const)('a store that %s', (how) => {
  test('EVT-10..11: while a run is recorded is an event; nothing goes on that is not kept, until it works again', async () => {
    const disk = broken('append', how);
    const clock = virtualClock();
    const { begin, events } = heard(
      ({ p, note }) => {
        p.customStep(() => {
          note('1')();
          disk.fails = true;
        }, '1').next(note('2'), '2');
      },
      { store: disk.store, clock: () => clock },
    );
    const { run, calls } = await begin();
    await clock.advance(1000);
    expect([run.status, calls]).toEqual(['running', ['1']]);
    expect(events.map(({ stage, error }) => [stage, error.message])).toEqual([['persist', 'no disk']]);
    disk.fails = false;
    await clock.advance(10_000);
    expect([(await run.done).status, calls]).toEqual(['succeeded', ['1', '2']]);
  });

  test.for(['load', 'claim'] as const)('EVT-14..19: while %s of a recovery is asked rejects it, and a later one goes on', async (method) => {
    const disk = broken(method, how);
    const { next, registry } = heard(({ p, note }) => void p.customStep(note('1', 1), '1'), { store: disk.store });
    const { result } = await next();
    disk.fails = true;
    const { flows } = registry();
    await expect(flows.resume('r')).rejects.toThrow('no disk');
    await expect(result.recover()).rejects.toThrow('no disk');
    if (method === 'claim') await expect(flows.recover()).rejects.toThrow('no disk');
    disk.fails = false;
    expect((await (await flows.resume('r')).done).status).toBe('succeeded');
  });
});

describe('EVT-20: what is corrupt in the store', () => {
  test('keeps its run from going on, and says so', async () => {
    const { next, store } = heard(({ p, note }) => void p.customStep(note('1', 1), '1'));
    await next();
    const spoil = <Run>(run: Run): Run => {
      const { rows } = run as unknown as { rows: { text: string }[] };
      return { ...run, rows: rows.map((row, place) => (place === 0 ? { ...row, text: row.text.replace('started', 'strated') } : row)) };
    };
    const spoilt = storeWith(store, {
      load: async (id) => spoil(await store.load(id)),
      claim: async (request) => (await store.claim(request)).map(spoil),
    });
    const { flows } = lives(({ p, note }) => void p.customStep(note('1'), '1'), { store: spoilt }).registry();
    await expect(flows.resume('r')).rejects.toBeInstanceOf(CorruptJournalError);
    await expect(flows.result('r')).rejects.toThrow("the journal of run 'r' is corrupt");
  });

  test('is an event when all runs are taken over, and the others go on', async () => {
    const clocks = [virtualClock(), virtualClock(60_000)];
    const { registry, store, events } = heard(
      ({ p, number }) => void p.customStep(() => (number === 1 ? new Promise(() => undefined) : 'value'), '1'),
      { clock: (life) => clocks[life - 1] ?? virtualClock() },
    );
    const first = registry();
    first.flow.start({}, { runId: 'good' });
    first.flow.start({}, { runId: 'bad' });
    await settle();
    await store.append([{ runId: 'bad', row: { seq: 2, at: 0, text: 'no row' } }]);
    const runs = await registry().flows.recover();
    expect(runs.map(({ id }) => id)).toEqual(['good']);
    expect((await runs[0]?.done)?.value('1')).toBe('value');
    expect(events.map(({ stage, runId, error }) => [stage, runId, (error as CorruptJournalError).code])).toEqual([['recover', 'bad', 'corrupt-journal']]);
  });
});

const keys = { one: 'a'.repeat(64) };

test('REC-52: a run goes on with encryption and without', async () => {
  for (const [codec, isPlain] of [[encrypt({ key: 'one', keys }), false], [jsonCodec(), true]] as const) {
    const { next, store } = heard(
      ({ p, note }) => {
        const one = p.customStep((s) => {
          s.set('pwd', 'topsecret');
          return 'topsecret';
        }, '1');
        const two = p.customStep(note('2', 1), '2', one);
        p.customStep((s) => [s.get('pwd'), s.result(one), s.input['password']], '3', two);
      },
      { codec, input: { password: 'topsecret' } },
    );
    await next();
    expect(JSON.stringify((await store.load('r'))?.rows).includes('topsecret')).toBe(isPlain);
    expect((await next()).result.value('3')).toEqual(['topsecret', 'topsecret', 'topsecret']);
  }
});
