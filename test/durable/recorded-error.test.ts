import { describe, expect, test } from 'vitest';
import { CallbackError, FlowError, NonErrorThrown, RetryAfterError, TimeoutError } from 'millrace';
import { DecodeError, EncodeError } from '../../src/durable/codec-errors.ts';
import { jsonCodec } from '../../src/durable/json-codec.ts';
import { RecordedError } from '../../src/durable/recorded-error.ts';
import { registeredClass } from '../../src/durable/registered-class.ts';

class Refused extends Error {
  readonly #secret = 1;
  readonly bank: string;
  constructor(message: string, bank: string, options?: ErrorOptions) {
    super(message, options);
    this.bank = bank;
  }
  get secret(): number {
    return this.#secret;
  }
}

const codec = jsonCodec();

function back(error: unknown, by = codec): Error {
  return by.decode(by.encode(error)) as Error;
}

describe('errors of others', () => {
  test('an error comes back with its name, message, stack, cause and own properties', () => {
    const error = Object.assign(new RangeError('out', { cause: new Error('why', { cause: 'deep' }) }), { code: 'E_RANGE', at: { line: 3 }, tags: new Set(['x']) });
    const copy = back(error);
    expect(copy).toBeInstanceOf(RecordedError);
    expect(copy).toMatchObject({ name: 'RangeError', message: 'out', stack: error.stack, code: 'E_RANGE', at: { line: 3 } });
    expect(copy.cause).toMatchObject({ name: 'Error', message: 'why', cause: 'deep' });
    expect(String(copy)).toBe('RangeError: out');
    expect(Object.keys(copy).toSorted()).toEqual(['at', 'code', 'tags']);
  });

  test('one without a cause has none, and one without a stack says what it is', () => {
    const error = new Error('x');
    delete error.stack;
    expect('cause' in back(error)).toBe(false);
    expect(back(error).stack).toBe('Error: x');
  });

  test('the errors of an AggregateError come back', () => {
    const copy = back(new AggregateError([new TypeError('a'), 'b', () => 'lost'], 'both')) as AggregateError;
    expect(copy).toMatchObject({ name: 'AggregateError', message: 'both' });
    expect(copy.errors).toMatchObject([{ name: 'TypeError', message: 'a' }, 'b']);
  });

  test('the reason of an abort keeps its name and code, which are getters', () => {
    expect(back(AbortSignal.abort().reason)).toMatchObject({ name: 'AbortError', code: 20 });
  });

  test('what hangs on an error and cannot be kept is left out, and the error is kept', () => {
    const socket = new (class Socket {})();
    const error = Object.assign(new Error('refused'), {
      status: 500,
      retry: () => 1,
      request: { url: 'https://example.org', socket },
      response: { body: 'no' },
      mark: Symbol('x'),
    });
    Object.defineProperty(error, 'shy', { enumerable: true, get: () => { throw new Error('locked'); } });
    const copy = back(Object.assign(new Error('outer', { cause: error }), { socket }));
    expect(Object.keys(copy)).toEqual([]);
    expect(Object.keys(copy.cause as Error).toSorted()).toEqual(['response', 'status']);
  });

  test('errors that reach themselves come back so, whatever else hangs on them', () => {
    const error: Error & { broken?: object; context?: object; worse?: object } = new Error('a');
    error.cause = new Error('b', { cause: error });
    error.broken = { error, fail: () => 1 };
    error.context = { error, ok: true };
    error.worse = { error, inner: error.broken };
    const copy = back(error) as typeof error;
    expect((copy.cause as Error).cause).toBe(copy);
    expect(copy.context).toEqual({ error: copy, ok: true });
    expect(Object.keys(copy)).toEqual(['context']);
  });

  test('the same error twice is one error', () => {
    const error = new Error('x');
    const [one, other] = codec.decode(codec.encode([error, { error }])) as [Error, { error: Error }];
    expect(other.error).toBe(one);
  });

  test('an error that was read back is kept as it was', () => {
    const copy = back(Object.assign(new TypeError('x'), { code: 'E' }));
    expect(back(copy)).toMatchObject({ name: 'TypeError', message: 'x', code: 'E', stack: copy.stack });
    expect(back(copy)).toBeInstanceOf(RecordedError);
  });

  test('what was thrown and is no error comes back as the value', () => {
    expect(back('a reason')).toBe('a reason');
    expect(back({ name: 'Error', message: 'not really' })).toEqual({ name: 'Error', message: 'not really' });
    expect(back({ name: 'Error', message: 'not really' })).not.toBeInstanceOf(Error);
  });
});

describe('errors of registered classes', () => {
  test('the short form keeps what errors have', () => {
    const error = new Refused('no', 'alpha', { cause: new Error('limit') });
    const copy = back(error, jsonCodec({ classes: [Refused] }));
    expect(copy).toBeInstanceOf(Refused);
    expect(copy).toMatchObject({ message: 'no', bank: 'alpha', stack: error.stack, cause: { message: 'limit' } });
  });

  test('encode and decode make the error that they make', () => {
    const refused = registeredClass({
      type: Refused,
      encode: ({ message, bank }) => [message, bank] as const,
      decode: ([message, bank]: readonly [string, string]) => new Refused(message, bank),
    });
    expect((back(new Refused('no', 'alpha'), jsonCodec({ classes: [refused] })) as Refused).secret).toBe(1);
  });

  test('an error whose class extends a registered one is a RecordedError, for no failure is lost', () => {
    class Declined extends Refused {}
    expect(back(new Declined('no', 'alpha'), jsonCodec({ classes: [Refused] }))).toBeInstanceOf(RecordedError);
  });
});

describe('errors of the library', () => {
  test('they come back as what they were, with their code and data', () => {
    const place = { kind: 'beforeStep', level: 'flow', order: 2, must: true } as const;
    for (const error of [
      new TimeoutError("step 'a'", 50),
      new CallbackError('a', place, new Error('inner')),
      new RetryAfterError('later', 5),
      new EncodeError('value is a function', 'value'),
      new DecodeError('corrupt'),
    ]) {
      const copy = back(error);
      expect(copy).toBeInstanceOf(error.constructor);
      expect(copy).toBeInstanceOf(FlowError);
      expect(copy).toMatchObject({ ...error, name: error.name, message: error.message, stack: error.stack });
      expect(Object.keys(copy).toSorted()).toEqual(Object.keys(error).toSorted());
    }
  });

  test('what was thrown without being an error is kept as far as it can be', () => {
    expect(back(new NonErrorThrown({ a: 1 }))).toMatchObject({ code: 'non-error-thrown', thrown: { a: 1 } });
    expect((back(new NonErrorThrown(() => 1)) as NonErrorThrown).thrown).toBeUndefined();
  });
});
