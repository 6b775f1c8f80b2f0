import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DecodeError, EncodeError } from '../../src/durable/codec-errors.ts';
import type { Codec } from '../../src/durable/codec.ts';
import { encrypt } from '../../src/durable/encrypt.ts';
import { jsonCodec } from '../../src/durable/json-codec.ts';
import { redacted } from '../../src/durable/redacted.ts';
import { Line, value } from './codec-values.ts';
import { same } from './same.ts';

const codec = jsonCodec({ classes: [Line] });
const encrypted = encrypt({ key: 'k', keys: { k: new Uint8Array(32) }, codec });

/** Whatever a text is, it is read or refused with a DecodeError. */
function readsOrRefuses(by: Codec, text: string): void {
  try {
    by.decode(text);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
  }
}

describe('any value', () => {
  test('comes back the same, with everything that is shared', () => {
    fc.assert(fc.property(value, (one) => same(one, codec.decode(codec.encode(one)))), { numRuns: 2000 });
  });

  test('comes back the same from an encrypted text', () => {
    fc.assert(fc.property(value, (one) => same(one, encrypted.decode(encrypted.encode(one)))), { numRuns: 200 });
  });

  test('has the same text when it has come back', () => {
    fc.assert(
      fc.property(value, (one) => {
        const text = codec.encode(one);
        expect(codec.encode(codec.decode(text))).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  test('looks the same with names masked that it does not have', () => {
    fc.assert(fc.property(value, (one) => void redacted(one, ['no such name'])), { numRuns: 500 });
  });
});

test('the path of what cannot be kept leads to it', () => {
  const stranger = (): void => undefined;
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom(1, 'a', stranger),
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(fc.string().filter((one) => one !== '__proto__'), tie('tree'), { maxKeys: 4, noNullPrototype: true }),
      fc.array(fc.tuple(fc.string(), tie('tree')), { maxLength: 4 }).map((entries) => new Map(entries)),
    ),
  }));
  fc.assert(
    fc.property(tree, (one) => {
      try {
        expect(codec.decode(codec.encode(one))).toEqual(one);
      } catch (error) {
        if (!(error instanceof EncodeError)) throw error;
        // eslint-disable-next-line @typescript-eslint/no-implied-eval -- paths are expressions, which is what the test is about
        const read = new Function('value', `return ${error.path}`) as (root: unknown) => unknown;
        expect(read(one)).toBe(stranger);
      }
    }),
    { numRuns: 1000 },
  );
});

describe('any text', () => {
  test('is read or refused with a DecodeError', () => {
    const tag = fc.constantFrom('as', 'Date', 'Map', 'Set', 'null', 'Object', 'BigInt', 'RegExp', 'URL', 'ArrayBuffer', 'Uint8Array', 'DataView', 'Error', 'Line', 'Buffer', 'view', 'millrace/FlowResult');
    const part = fc.oneof(fc.integer({ min: -8, max: 12 }), tag, fc.constantFrom(null, true, 1.5));
    const flat = fc.array(fc.oneof(part, fc.array(part, { maxLength: 4 }), fc.dictionary(fc.constantFrom('name', 'message', 'own', '__proto__', 'steps', 'callbacks', 'processes', 'timeline', 'abandoned'), part)), { maxLength: 12 });
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json(), flat.map((one) => JSON.stringify(one))), (text) => readsOrRefuses(codec, text)), { numRuns: 5000 });
    fc.assert(fc.property(fc.string(), (text) => readsOrRefuses(encrypted, `aes256gcm:k:${text}`)), { numRuns: 500 });
  });

  test('that was cut off or changed in one place is read or refused with a DecodeError', () => {
    fc.assert(
      fc.property(value, fc.nat(), fc.string({ minLength: 0, maxLength: 1 }), fc.boolean(), (one, place, by, isCut) => {
        const text = codec.encode(one);
        const at = place % text.length;
        readsOrRefuses(codec, isCut ? text.slice(0, at) : text.slice(0, at) + by + text.slice(at + 1));
      }),
      { numRuns: 2000 },
    );
  });
});
