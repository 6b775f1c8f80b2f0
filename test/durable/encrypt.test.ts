import { describe, expect, test } from 'vitest';
import { InvalidOptionError } from 'millrace';
import { encrypt } from '../../src/durable/encrypt.ts';
import { jsonCodec } from '../../src/durable/json-codec.ts';

const k1 = new Uint8Array(32).fill(1);
const k2 = new Uint8Array(32).fill(2);
const codec = encrypt({ key: 'k2', keys: { k1, k2 } });
const value = { password: 'open sesame', at: new Date(0), list: [1n, undefined] };

function messageOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof Error && 'code' in error) return `${String(error.code)}: ${error.message}`;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('encrypted values', () => {
  test('they come back, and nothing of them stands in the text but the name of the key', () => {
    const text = codec.encode(value);
    expect(codec.decode(text)).toEqual(value);
    expect(text).toMatch(/^aes256gcm:k2:[A-Za-z0-9+/]+=*$/);
    expect(Buffer.from(text.split(':')[2]!, 'base64').includes('sesame')).toBe(false);
  });

  test('the same value is another text each time', () => {
    const texts = new Set(Array.from({ length: 100 }, () => codec.encode(1)));
    expect(texts.size).toBe(100);
  });

  test('what an older key encrypted can be read as long as that key is there', () => {
    const old = encrypt({ key: 'k1', keys: { k1 } }).encode(value);
    expect(codec.decode(old)).toEqual(value);
    expect(codec.encode(1)).toMatch(/^aes256gcm:k2:/);
    expect(messageOf(() => encrypt({ key: 'k2', keys: { k2 } }).decode(old))).toBe("decode: the text was encrypted with key 'k1', which is not there; add it to the keys of encrypt");
  });

  test('another key of the same name does not fit', () => {
    const other = encrypt({ key: 'k2', keys: { k2: k1 } });
    expect(messageOf(() => other.decode(codec.encode(1)))).toBe("decode: the text does not fit key 'k2': it was changed, or 'k2' was another key when it was written");
  });

  test.each(['', 'x', 'xx'])("the text of '%s' is refused when it was changed or cut off anywhere", (inner) => { // with each length of the end of base64
    const text = codec.encode(inner);
    for (let place = 0; place < text.length; place += 1) {
      for (const by of ['A', 'B', 'b', 'h', 'x', '1', ':', '=', ' ']) {
        if (text[place] === by) continue;
        expect(messageOf(() => codec.decode(text.slice(0, place) + by + text.slice(place + 1)))).toMatch(/^decode: /);
      }
      expect(messageOf(() => codec.decode(text.slice(0, place)))).toMatch(/^decode: /);
    }
    const last = text.replace(/=*$/, '').length - 1;
    for (const by of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/') {
      if (text[last] !== by) expect(messageOf(() => codec.decode(text.slice(0, last) + by + text.slice(last + 1)))).toMatch(/^decode: /);
    }
  });

  test('a text under the name of another key is refused, even when both are the same bytes', () => {
    const twins = encrypt({ key: 'a', keys: { a: k1, b: k1 } });
    expect(messageOf(() => twins.decode(twins.encode(1).replace(':a:', ':b:')))).toMatch(/^decode: the text does not fit key 'b'/);
  });

  test('REC-52: a value that is not encrypted is read by a codec without keys, and by one with keys when that is asked for', () => {
    const plain = jsonCodec().encode(value);
    expect(jsonCodec().decode(plain)).toEqual(value);
    expect(messageOf(() => codec.decode(plain))).toBe('decode: the text is not encrypted; it was written without a key, which `readPlain: true` of encrypt allows, or is corrupt');
    expect(encrypt({ key: 'k1', keys: { k1 }, readPlain: true }).decode(plain)).toEqual(value);
    expect(messageOf(() => jsonCodec().decode(codec.encode(1)))).toMatch(/^decode: the text cannot be read/);
  });

  test('what the inner codec refuses is refused, and what it throws otherwise is the cause of an EncodeError', () => {
    expect(messageOf(() => codec.encode({ a: () => 1 }))).toBe("encode: value.a is the function 'a'; keep data only");
    const cause = new Error('no disk');
    const broken = encrypt({ key: 'k1', keys: { k1 }, codec: { encode: () => { throw cause; }, decode: () => 1 } });
    expect(() => broken.encode(1)).toThrow(expect.objectContaining({ code: 'encode', message: 'value could not be encoded: no disk', cause }));
  });

  test('a key is bytes, hex or base64', () => {
    for (const text of [Buffer.from(k2).toString('hex'), Buffer.from(k2).toString('base64'), Buffer.from(k2).toString('base64url')]) {
      expect(encrypt({ key: 'k2', keys: { k2: text } }).decode(codec.encode(value))).toEqual(value);
    }
  });
});

describe('keys that cannot be meant', () => {
  test.each([
    ['a short one', { key: 'a', keys: { a: new Uint8Array(16) } }, "key 'a' has 16 bytes; give 32 bytes, as bytes or as a text of 64 hex digits or in base64"],
    ['a password', { key: 'a', keys: { a: 'correct horse!' } }, "key 'a' is a text that is neither hex nor base64; give 32 bytes, as bytes or as a text of 64 hex digits or in base64"],
    ['none', { key: 'a', keys: { a: undefined as never } }, "key 'a' is undefined; give 32 bytes, as bytes or as a text of 64 hex digits or in base64"],
    ['one under a name that texts cannot hold', { key: 'a:b', keys: { 'a:b': k1 } }, "a key is named 'a:b'; use letters, digits, '-' and '_'"],
    ['a current one that is not there', { key: 'c', keys: { a: k1, b: k2 } }, "key 'c' is none of the keys; name one of 'a', 'b'"],
    ['no keys', { key: 'c', keys: {} }, "key 'c' is none of the keys; name one of the keys, of which there are none"],
  ])('%s is refused', (_, options, message) => {
    expect(() => encrypt(options)).toThrow(InvalidOptionError);
    expect(messageOf(() => encrypt(options))).toBe(`invalid-option: ${message}`);
  });
});
