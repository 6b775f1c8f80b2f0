import { describe, expect, test } from 'vitest';
import { type InternalError, key, settled } from '../../src/index.ts';
import type { Codec } from '../../src/durable/codec.ts';
import { EncodeError } from '../../src/durable/codec-errors.ts';
import { encrypt } from '../../src/durable/encrypt.ts';
import { jsonCodec } from '../../src/durable/json-codec.ts';
import { createFlows } from '../../src/flows.ts';
import { memoryStore } from '../../src/stores/memory.ts';
import { leftBehind } from './left-behind.ts';

const spring = new Uint8Array(32).fill(1);
const summer = new Uint8Array(32).fill(2);

const define: Parameters<typeof leftBehind>[2] = (flow) => {
  const process = flow.process('p');
  const a = process.customStep((s) => `secret ${s.input}`, 'a');
  process.customStep((s) => `${s.result(a)} again`, 'b', a);
};

describe('a run whose values are encrypted', () => {
  test('goes on after a restart with a new key beside the old one, and writes with the new one', async () => {
    const store = memoryStore();
    await leftBehind(store, 'r', define, 2, { codec: encrypt({ key: 'spring', keys: { spring } }) });
    const flows = createFlows({ store, codec: encrypt({ key: 'summer', keys: { spring, summer } }) });
    define(flows.registerFlow<number>('order'));
    expect((await (await flows.resume('r')).done).value('b')).toBe('secret 7 again');
    const texts = (await store.load('r'))!.rows.map(({ text }) => text);
    expect(texts[1]).toContain('aes256gcm:spring:');
    expect(texts.at(-1)).toContain('aes256gcm:summer:');
    expect(texts.join()).not.toContain('secret');
  });

  test('is not touched by a process that has another key under that name', async () => {
    const store = memoryStore();
    await leftBehind(store, 'r', define, 2, { codec: encrypt({ key: 'spring', keys: { spring } }) });
    const wrong = createFlows({ store, codec: encrypt({ key: 'spring', keys: { spring: summer } }), owner: 'wrong' });
    define(wrong.registerFlow<number>('order'));
    await expect(wrong.resume('r')).rejects.toThrow("a value of run 'r' cannot be read: ");
    const right = createFlows({ store, codec: encrypt({ key: 'spring', keys: { spring } }), owner: 'right' });
    define(right.registerFlow<number>('order'));
    expect((await (await right.resume('r')).done).status).toBe('succeeded');
  });

  test('is joined by a start with the same input, although no two texts of it are the same', async () => {
    const store = memoryStore();
    const flows = createFlows({ store, codec: encrypt({ key: 'spring', keys: { spring } }) });
    const flow = flows.registerFlow<{ readonly id: number }>('order');
    let calls = 0;
    flow.process('p').customStep(() => ++calls, 'a');
    expect((await flow.run({ id: 1 }, { runId: 'r' })).value('a')).toBe(1);
    expect((await flow.run({ id: 1 }, { runId: 'r' })).value('a')).toBe(1);
    await expect(flow.run({ id: 2 }, { runId: 'r' })).rejects.toThrow('it has another input');
  });
});

/** A codec that refuses what contains a word, as a key service does that is not there. */
function refusing(isRefused: (value: unknown) => boolean): Codec {
  const inner = jsonCodec();
  return {
    encode(value) {
      if (isRefused(value)) throw new Error('no key service');
      return inner.encode(value);
    },
    decode: (text) => inner.decode(text),
  };
}

describe('a codec that throws', () => {
  const token = key<string>('token');

  test('EVT-07: for the value of a step fails that step, naming it, and the run goes on', async () => {
    const store = memoryStore();
    const flows = createFlows({ store, codec: refusing((value) => value === 'secret') });
    const process = flows.registerFlow<undefined>('order').process('p');
    const a = process.customStep(() => 'secret', 'a');
    process.customStep(() => 'handled', 'b', settled(a));
    const result = await process.flow.run(undefined, { runId: 'r' });
    const outcome = result.outcome('a');
    expect(outcome).toMatchObject({ status: 'failed', error: expect.any(EncodeError) as Error });
    expect(outcome.status === 'failed' && outcome.error.message).toBe("'p/a' cannot be recorded: no key service");
    expect(result.value('b')).toBe('handled');
    const again = createFlows({ store });
    const other = again.registerFlow<undefined>('order').process('p');
    other.customStep(() => 'handled', 'b', settled(other.customStep(() => 'secret', 'a')));
    expect((await again.result('r'))!.outcome('a')).toMatchObject({ status: 'failed', error: { message: "'p/a' cannot be recorded: no key service" } });
  });

  test('EVT-08: for what a step set fails that step, naming the key', async () => {
    const flows = createFlows({ store: memoryStore(), codec: refusing((value) => value === 'secret') });
    const process = flows.registerFlow<undefined>('order').process('p');
    process.customStep((s) => void s.set(token, 'secret'), 'a');
    const outcome = (await process.flow.run(undefined)).outcome('a');
    expect(outcome.status === 'failed' && outcome.error.message).toBe("'p/a' cannot be recorded: key 'token': no key service");
  });

  test('EVT-09: for everything but the input fails every step that has something to keep, and never loses the run', async () => {
    const store = memoryStore();
    const flows = createFlows({ store, codec: refusing((value) => value !== 7) });
    const problems: InternalError[] = [];
    flows.onInternalError((event) => problems.push(event));
    const flow = flows.registerFlow<number>('order');
    define(flow);
    const result = await flow.run(7, { runId: 'r' });
    expect(result.outcome('a')).toMatchObject({ status: 'failed', error: { message: "'p/a' cannot be recorded: no key service" } });
    const working = createFlows({ store });
    define(working.registerFlow<number>('order'));
    const recorded = (await working.result('r'))!.outcome('a');
    expect(recorded).toMatchObject({ status: 'failed', error: { code: 'encode', message: 'what it failed with could not be recorded' } });
    expect((await (await working.resume('r')).done).value('b')).toBe('secret 7 again');
  });

  test('for the input of a run rejects, and no step starts', async () => {
    const store = memoryStore();
    let calls = 0;
    const flows = createFlows({ store, codec: refusing((value) => value === 7) });
    const flow = flows.registerFlow<number>('order');
    flow.process('p').customStep(() => ++calls, 'a');
    await expect(flow.run(7, { runId: 'r' })).rejects.toThrow('no key service');
    expect(calls).toBe(0);
    expect(await store.load('r')).toBeUndefined();
    expect((await flow.run(8, { runId: 'r' })).status).toBe('succeeded');
  });

  test('returns what is no text: fails the step as well', async () => {
    const inner = jsonCodec();
    const late = { encode: (value: unknown) => (value === 'secret' ? (Promise.resolve('text') as unknown as string) : inner.encode(value)), decode: (text: string) => inner.decode(text) };
    const flows = createFlows({ store: memoryStore(), codec: late });
    const process = flows.registerFlow<undefined>('order').process('p');
    process.customStep(() => 'secret', 'a');
    const outcome = (await process.flow.run(undefined)).outcome('a');
    expect(outcome.status === 'failed' && outcome.error.message).toContain("'p/a' cannot be recorded: the codec returned ");
  });
});

describe('R21: a value that is too large', () => {
  test('fails its step, which is not tried again', async () => {
    const store = memoryStore();
    const flows = createFlows({ store, codec: jsonCodec({ maxLength: 1_000 }) });
    const process = flows.registerFlow<undefined>('order').process('p');
    let calls = 0;
    process.customStep(() => {
      calls += 1;
      return 'x'.repeat(2_000);
    }, 'a').stepRetry(3);
    const result = await process.flow.run(undefined, { runId: 'r' });
    expect(calls).toBe(1);
    const outcome = result.outcome('a');
    expect(outcome.status === 'failed' && outcome.error.message).toBe(
      "'p/a' cannot be recorded: value has 2004 characters as text, more than the 1000 that are allowed; keep it elsewhere and a reference to it here, or raise maxLength of the codec",
    );
    expect((await store.load('r'))!.rows.at(-1)!.text).toContain('"why":"encode"');
  });

  test('runs again when somebody resumes the run with a larger limit', async () => {
    const store = memoryStore();
    for (const [maxLength, status] of [[1_000, 'failed'], [5_000, 'succeeded']] as const) {
      const flows = createFlows({ store, codec: jsonCodec({ maxLength }) });
      const process = flows.registerFlow<undefined>('order').process('p');
      process.customStep(() => 'x'.repeat(2_000), 'a');
      const result = status === 'failed' ? await process.flow.run(undefined, { runId: 'r' }) : await (await flows.resume('r')).done;
      expect(result.status).toBe(status);
    }
  });

  test('an error that is too large is kept by its name and message', async () => {
    const store = memoryStore();
    const flows = createFlows({ store, codec: jsonCodec({ maxLength: 500 }) });
    const process = flows.registerFlow<undefined>('order').process('p');
    process.customStep(() => {
      throw Object.assign(new RangeError('too much'), { data: 'x'.repeat(2_000), stack: '' });
    }, 'a');
    await process.flow.run(undefined, { runId: 'r' });
    expect((await flows.result('r'))!.outcome('a')).toMatchObject({ status: 'failed', error: { message: 'too much' } });
  });
});
