import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { redacted } from '../../src/durable/redacted.ts';

test('named keys are masked at any depth, in lists, maps and sets, whatever the case of their letters', () => {
  const value = {
    user: 'ada',
    Password: { hash: 'x' },
    headers: [{ authorization: 'Bearer x', host: 'h' }],
    map: new Map<string, unknown>([['token', 'x'], ['inner', new Map([['TOKEN', 1]])]]),
    set: new Set([{ token: 1 }]),
  };
  const before = structuredClone(value);
  expect(redacted(value, ['password', 'Authorization', 'token'])).toEqual({
    user: 'ada',
    Password: '[redacted]',
    headers: [{ authorization: '[redacted]', host: 'h' }],
    map: new Map<string, unknown>([['token', '[redacted]'], ['inner', new Map([['TOKEN', '[redacted]']])]]),
    set: new Set([{ token: '[redacted]' }]),
  });
  expect(value).toEqual(before);
});

test('without names, and for what holds nothing, the value stands for itself', () => {
  const value = { password: 'x' };
  expect(redacted(value, [])).toBe(value);
  for (const one of ['password', 1, null, undefined, new Date(0), new Uint8Array(2), new URL('https://example.org')]) expect(redacted(one, ['password'])).toBe(one);
});

test('cycles and what is shared stay so, and depth does not matter', () => {
  const loop: { token: number; self?: unknown } = { token: 1 };
  loop.self = loop;
  const copy = redacted(loop, ['token']) as typeof loop;
  expect(copy.self).toBe(copy);
  let deep: unknown = { token: 1 };
  for (let level = 0; level < 100_000; level += 1) deep = [deep];
  expect(redacted(deep, ['token'])).toHaveLength(1);
});

test('an error keeps its class, message and stack, and so does its cause', () => {
  const error = Object.assign(new TypeError('no', { cause: Object.assign(new Error('why'), { token: 1 }) }), { token: 'x', status: 500 });
  const copy = redacted(error, ['token']) as typeof error;
  expect(copy).toBeInstanceOf(TypeError);
  expect(copy).toMatchObject({ name: 'TypeError', message: 'no', stack: error.stack, token: '[redacted]', status: 500, cause: { message: 'why', token: '[redacted]' } });
  expect(Object.keys(copy)).toEqual(['token', 'status']);
  expect(inspect(redacted({ reason: AbortSignal.abort().reason as unknown }, ['token']))).toContain('AbortError');
});

test('an instance is shown by its properties, and what is masked is not read', () => {
  class Client {
    readonly #socket = 1;
    readonly host = 'h';
    readonly token = 'x';
    toJSON(): unknown {
      return this.#socket;
    }
  }
  const value = { client: new Client(), get token(): never { throw new Error('read'); }, get broken(): never { throw new Error('read'); } };
  const copy = redacted(value, ['token']);
  expect(copy).toEqual({ client: { host: 'h', token: '[redacted]' }, token: '[redacted]', broken: '[getter that throws]' });
  expect(JSON.stringify(copy)).toContain('"host":"h"');
});

test('a key that would change the prototype is copied as a key', () => {
  const copy = redacted(JSON.parse('{ "__proto__": { "token": 1 } }'), ['token']) as object;
  expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
  expect(JSON.stringify(copy)).toBe('{"__proto__":{"token":"[redacted]"}}');
});
