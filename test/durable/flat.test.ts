import { parse, stringify } from 'devalue';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { flatText, flatValue } from '../../src/durable/flat.ts';

const primitive = fc.oneof(fc.string({ unit: 'binary' }), fc.double(), fc.integer(), fc.boolean(), fc.constantFrom(null, '<', '\u2028', '', -0, '"'));

test('a flat object has the text that devalue gives it', () => {
  let flat = 0;
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'binary' }), primitive, { maxKeys: 20, noNullPrototype: true }), (value) => {
      const text = flatText(value);
      if (text === undefined) return;
      flat += 1;
      expect(text).toBe(stringify(value));
    }),
    { numRuns: 2_000 },
  );
  expect(flat).toBeGreaterThan(50);
});

test('results as most steps have them are flat', () => {
  for (const value of [{}, { id: 'o-1', total: 12.5, isPaid: true, note: null, other: 12.5 }]) expect(flatText(value)).toBe(stringify(value));
});

test('a zero and a minus zero are two values', () => {
  for (const value of [{ a: 0, b: -0 }, { a: -0, b: 0 }]) expect(flatText(value) ?? stringify(value)).toBe(stringify(value));
});

class Line {
  readonly sku = 'tea';
}

test.each([
  ['a list', []],
  ['an instance', new Line()],
  ['an object in it', { a: {} }],
  ['undefined', { a: undefined }],
  ['NaN', { a: NaN }],
  ['a minus zero', { a: -0 }],
  ['a bigint', { a: 1n }],
  ['a function', { a: () => 1 }],
  ['a symbol as a key', { [Symbol('a')]: 1 }],
  ['a key __proto__', JSON.parse('{"__proto__":1}')],
  ['no prototype', Object.create(null)],
  ['many fields', Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`f${index}`, 1]))],
  ['null', null],
])('%s is not flat', (_, value) => {
  expect(flatText(value)).toBeUndefined();
});

test('a flat text is read as devalue reads it, and every other text is left as it was', () => {
  let flat = 0;
  const object = fc.dictionary(fc.string(), primitive, { maxKeys: 20, noNullPrototype: true });
  const value = fc.oneof(object, fc.object({ withMap: true, withDate: true, withSparseArray: true }), fc.anything());
  fc.assert(
    fc.property(value, (given) => {
      const text = stringify(given);
      const parsed: unknown = JSON.parse(text);
      const read = flatValue(parsed);
      if (read === undefined) expect(parsed).toStrictEqual(JSON.parse(text));
      else expect(read).toStrictEqual(parse(text));
      if (read !== undefined) flat += 1;
    }),
    { numRuns: 2_000 },
  );
  expect(flat).toBeGreaterThan(50);
});

test.each(['1', '-1', '[]', '[{"a":"1"},5]', '[{"a":0}]', '[{"a":1.5},1,2]', '[{"a":2},1]', '[{"__proto__":1},2]', '[{"a":1},[2],3]', '[["Date","x"]]', '[null,1]'])('%s is no flat text', (text) => {
  const parsed: unknown = JSON.parse(text);
  expect(flatValue(parsed)).toBeUndefined();
  expect(parsed).toStrictEqual(JSON.parse(text));
});
