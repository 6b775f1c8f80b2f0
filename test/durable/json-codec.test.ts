import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { stringify } from 'devalue';
import { InvalidOptionError } from 'millrace';
import { DecodeError, EncodeError } from '../../src/durable/codec-errors.ts';
import { jsonCodec } from '../../src/durable/json-codec.ts';
import { registeredClass } from '../../src/durable/registered-class.ts';
import { same } from './same.ts';

class Point {
  readonly x: number;
  readonly y: number;
  constructor(x: number, y: number) {
    this.x = x;
    this.y = y;
  }
}

class Size {
  readonly x: number;
  readonly y: number;
  constructor(x: number, y: number) {
    this.x = x;
    this.y = y;
  }
}

class Empty {}

class Node {
  parent: Node | undefined;
  readonly children: Node[] = [];
}

class Money {
  readonly #cents: bigint;
  constructor(cents: bigint) {
    this.#cents = cents;
  }
  get cents(): bigint {
    return this.#cents;
  }
}

class Cents extends Money {}
class Place extends Point {}

const money = registeredClass({ name: 'money', type: Money, encode: (one) => one.cents, decode: (cents: bigint) => new Money(cents) });
const codec = jsonCodec({ classes: [Point, Size, Empty, Node, money] });

function back<Value>(value: Value): Value {
  return codec.decode(codec.encode(value)) as Value;
}

function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

describe('values', () => {
  const shared = { a: 1 };
  const cyclic: { name: string; self?: unknown } = { name: 'loop' };
  cyclic.self = cyclic;
  const values: Readonly<Record<string, unknown>> = {
    'an empty text': '',
    'a text with everything that needs care': 'a"b\\c</script>\u2028\u2029\u0000\ud800 😀',
    'a number': 1.5e300,
    'minus zero': -0,
    'not a number': NaN,
    'an infinity': -Infinity,
    'a bigint': 2n ** 80n,
    undefined,
    null: null,
    'an object with undefined': { a: undefined, b: null },
    'an object without a prototype': Object.assign(Object.create(null) as object, { constructor: 1, toString: 2 }),
    'keys that objects have': { constructor: 1, toString: 2, hasOwnProperty: 3 },
    'a list with holes': [1, , 3, undefined],
    'a list that is mostly holes': Object.assign([], { 100_000: 'x' }),
    'a date': new Date(1e12),
    'a date that is none': new Date(NaN),
    'a map with objects as keys': new Map<unknown, unknown>([[shared, shared], [NaN, -0]]),
    'a set': new Set([1, shared, undefined]),
    'an expression': /a+\/b/giu,
    'an address': new URL('https://example.org/?a=1#b'),
    bytes: new Uint8Array([0, 255]),
    floats: new Float64Array([NaN, -0, 1e-300]),
    'big integers': new BigInt64Array([-1n]),
    'a buffer': Buffer.from('text'),
    'a cycle': cyclic,
    'the same object twice': [shared, shared, { shared }],
  };

  test.each(Object.entries(values))('%s comes back', (_, value) => {
    expect(same(value, back(value))).toBe(true);
    expect(same([value, { value }], back([value, { value }]))).toBe(true);
  });

  test.each([undefined, null, true, 0, -0, NaN, Infinity, 1e21, 5n, '', '<a>', '\ud800'])('the text of %s is the one that devalue makes', (value) => {
    expect(codec.encode(value)).toBe(stringify(value));
  });

  test('a getter is kept as the value that it has', () => {
    expect(back({ get total() { return 3; } })).toEqual({ total: 3 });
  });

  test('a view of a part of a buffer keeps that part, and not what stands beside it', () => {
    const all = new TextEncoder().encode('secret public secret');
    const part = all.subarray(7, 13);
    expect(back(part)).toEqual(new TextEncoder().encode('public'));
    expect(new Uint8Array(back(new DataView(all.buffer, 7, 6)).buffer)).toEqual(new TextEncoder().encode('public'));
    expect(codec.encode(Buffer.from('x')).length).toBeLessThan(100); // Node has it in a buffer of 8 KiB
  });

  test('values of another realm come back as values of this one', () => {
    const value: unknown = runInNewContext('({ list: [1], map: new Map([[1, new Date(0)]]), error: new TypeError("x") })');
    const copy = back(value) as { list: unknown; map: Map<unknown, unknown>; error: unknown };
    expect(copy.list).toEqual([1]);
    expect(copy.map).toBeInstanceOf(Map);
    expect(copy.map.get(1)).toEqual(new Date(0));
    expect(copy.error).toMatchObject({ name: 'TypeError', message: 'x' });
  });

  test('SER-05: values that look like what the codec writes come back as they are', () => {
    for (const value of [['as', 1], [['as', 1], [2, 3], 'Error', {}], { as: ['Point', {}] }, ['Date', 'x'], { name: 'Error', message: 'm', stack: 's' }, '[["as",1]]', [-1, -7]]) {
      expect(back(value)).toEqual(value);
      expect(Array.isArray(back(value))).toBe(Array.isArray(value));
    }
  });
});

describe('registered classes', () => {
  test('SER-01: two classes with the same structure keep apart', () => {
    const [point, size] = back([new Point(1, 2), new Size(1, 2)]);
    expect(point).toBeInstanceOf(Point);
    expect(size).toBeInstanceOf(Size);
    expect(point).toEqual(new Point(1, 2));
  });

  test('SER-02: an instance without properties comes back, in a map and in a list', () => {
    const empty = new Empty();
    const copy = back({ map: new Map([['a', empty]]), list: [empty] });
    expect(copy.map.get('a')).toBeInstanceOf(Empty);
    expect(copy.list[0]).toBe(copy.map.get('a'));
  });

  test('an instance that holds itself comes back whole', () => {
    const root = new Node();
    const leaf = new Node();
    leaf.parent = root;
    root.children.push(leaf, leaf);
    expect(same(root, back(root))).toBe(true);
    expect(back({ leaf }).leaf.parent?.children[1]?.parent?.children).toHaveLength(2);
  });

  test('a class with encode and decode keeps what is private', () => {
    expect(back({ price: new Money(995n) }).price.cents).toBe(995n);
    expect(back([new Money(0n), new Money(0n)]).map((one) => one.cents)).toEqual([0n, 0n]);
  });

  test.each([0, '', false, null, undefined, NaN])('an instance whose data is %s comes back', (data) => {
    class Box {
      readonly content: unknown;
      constructor(content: unknown) {
        this.content = content;
      }
    }
    const boxes = jsonCodec({ classes: [registeredClass({ type: Box, encode: (box) => box.content, decode: (content: unknown) => new Box(content) })] });
    expect(boxes.decode(boxes.encode(new Box(data)))).toEqual(new Box(data));
  });

  test('data that stands elsewhere too is whole when the instance is made of it, or the value is refused', () => {
    class Box {
      readonly content: object;
      readonly count: number;
      constructor(content: object, count: number) {
        this.content = content;
        this.count = count;
      }
    }
    const type = registeredClass({
      type: Box,
      encode: (box) => box.content,
      decode: (content: object) => new Box(content, Object.keys(content).length),
    });
    const boxes = jsonCodec({ classes: [type] });
    const content: { a: number; b: number; box?: unknown; z?: number } = { a: 1, b: 2 };
    for (const value of [[content, new Box(content, 2)], [new Box(content, 2), content]]) {
      expect(boxes.decode(boxes.encode(value))).toEqual(value);
    }
    content.box = new Box(content, 3);
    content.z = 4;
    expect(thrownBy(() => boxes.encode(content))).toBeInstanceOf(EncodeError);
  });

  test('an instance that cannot be read back is found when it is encoded', () => {
    class Loop {
      self: unknown = this;
    }
    const type = registeredClass({ type: Loop, encode: ({ self }) => ({ self }), decode: () => new Loop() });
    const error = thrownBy(() => jsonCodec({ classes: [type] }).encode({ loop: new Loop() }));
    expect(error).toBeInstanceOf(EncodeError);
    expect((error as Error).message).toBe(
      "value could not be encoded and read back: a 'Loop' holds itself, which its 'decode' cannot make; leave the way back to it out of 'encode'",
    );
  });

  test('what encode and decode throw is the cause', () => {
    const cause = new Error('no rate');
    const fail = (): never => {
      throw cause;
    };
    const encodes = jsonCodec({ classes: [registeredClass({ type: Money, encode: fail, decode: () => new Money(1n) })] });
    expect(thrownBy(() => encodes.encode({ a: [new Money(1n)] }))).toMatchObject({
      message: "value.a[0] could not be encoded by its class 'Money': no rate",
      path: 'value.a[0]',
      cause,
    });
    const decodes = jsonCodec({ classes: [registeredClass({ name: 'money', type: Money, encode: (one) => one.cents, decode: fail })] });
    expect(thrownBy(() => decodes.decode(codec.encode(new Money(1n))))).toMatchObject({ code: 'decode', cause });
  });

  test('a class keeps its name in the text when it is renamed', () => {
    class Amount {
      readonly x: number;
      readonly y: number;
      constructor(x: number, y: number) {
        this.x = x;
        this.y = y;
      }
    }
    const renamed = jsonCodec({ classes: [registeredClass({ name: 'Point', type: Amount })] });
    expect(renamed.decode(codec.encode(new Point(1, 2)))).toBeInstanceOf(Amount);
  });

  test.each([
    ['two with the same name', () => jsonCodec({ classes: [Point, registeredClass({ name: 'Point', type: Size })] }), "two registered classes are named 'Point'; give one of them another 'name'"],
    ['a name that the codec uses', () => jsonCodec({ classes: [registeredClass({ name: 'Error', type: Size })] }), "two registered classes are named 'Error'; give one of them another 'name'"],
    ['the same twice', () => jsonCodec({ classes: [Point, registeredClass({ name: 'p', type: Point })] }), "class 'Point' is registered twice, the second time as 'p'; register it once"],
    ['only one direction', () => registeredClass({ type: Point, encode: () => 1 }), "registered class 'Point' has 'encode' and no 'decode'; give both, or none to keep the own properties"],
    ['a class without a name', () => registeredClass({ type: (() => class {})() }), "the name of a registered class is ''; give it a name that stays"],
    ['what is no class', () => registeredClass({ type: 5 as never }), 'a registered class is 5; give a class'],
    [
      'a collection in the short form',
      () => registeredClass({ type: class Names extends Map<string, string> {} }),
      "registered class 'Names' extends 'Map', whose content is not in its properties; give 'encode' and 'decode'",
    ],
    ['a limit that is none', () => jsonCodec({ maxLength: 0 }), 'maxLength is 0; give a number of characters from 1'],
  ])('refuses %s', (_, call, message) => {
    const error = thrownBy(call);
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect((error as Error).message).toBe(message);
  });
});

describe('what cannot be kept', () => {
  const register = 'register its class, jsonCodec({ classes: ';
  test.each([
    [{ order: { lines: [1, 2, { price: () => 1 }] } }, "value.order.lines[2].price is the function 'price'; keep data only"],
    [(() => () => 1)(), 'value is a function; keep data only'],
    [[Symbol('x')], 'value[0] is a symbol; keep a text'],
    [{ 'a b': new Set([1, Symbol('x')]) }, 'value["a b"].values()[1] is a symbol; keep a text'],
    [new Map([['k', Promise.resolve()]]), 'value.get("k") is a promise; await it first'],
    [new Map([[() => 1, 1]]), 'value.keys()[0] is a function; keep data only'],
    [{ at: new WeakMap() }, 'value.at is a WeakMap, which cannot be read back; keep data only'],
    [{ at: new ReadableStream() }, `value.at is an instance of 'ReadableStream'; ${register}[ReadableStream] }), or keep plain data`],
    [{ at: new Cents(1n) }, `value.at is an instance of 'Cents', which extends 'money' and is not registered itself; ${register}[Cents] }), or keep plain data`],
    [new Place(1, 2), `value is an instance of 'Place', which extends 'Point' and is not registered itself; ${register}[Place] }), or keep plain data`],
    [new Point(1, (() => 1) as never), 'value.y is a function; keep data only'],
    [new (class Names extends Map {})(), `value is an instance of 'Names'; ${register}[Names] }), or keep plain data`],
    [Object.create({ inherited: 1 }), 'value is an object whose prototype is another object; keep plain data'],
    [{ a: { [Symbol.for('s')]: 1 } }, 'value.a has Symbol(s) as a key; use a text'],
    [JSON.parse('{ "a": { "__proto__": 1 } }'), "value.a has a key '__proto__', which no text keeps; rename it"],
    [{ found: /b/.exec('abc') }, "value.found has a property 'groups', which is not kept with it; keep an object that has both"],
    [Object.assign(new Map(), { extra: 1 }), "value has a property 'extra', which is not kept with it; keep an object that has both"],
    [new Uint8Array(new SharedArrayBuffer(1)), 'value.buffer is a SharedArrayBuffer, which cannot be read back; keep data only'],
    [{ a: { get b(): never { throw new Error('locked'); } } }, 'value.a.b could not be read: locked'],
  ])('%# is refused with the place and what to do', (value: unknown, message) => {
    const error = thrownBy(() => codec.encode(value));
    expect(error).toBeInstanceOf(EncodeError);
    expect(error).toMatchObject({ name: 'EncodeError', code: 'encode', message });
    expect(message.startsWith(`${(error as EncodeError).path} `)).toBe(true);
  });

  test('a text that is too long is refused with its length and the limit', () => {
    const short = jsonCodec({ maxLength: 20 });
    expect(short.encode('x'.repeat(16))).toHaveLength(20);
    expect(thrownBy(() => short.encode('x'.repeat(17)))).toMatchObject({
      code: 'encode',
      message: 'value has 21 characters as text, more than the 20 that are allowed; keep it elsewhere and a reference to it here, or raise maxLength of the codec',
    });
    expect(thrownBy(() => codec.encode('x'.repeat(4 * 1024 * 1024)))).toBeInstanceOf(EncodeError);
    expect(codec.encode('x'.repeat(4 * 1024 * 1024 - 4))).toHaveLength(4 * 1024 * 1024);
  });

  test.each([999, 1000, 1001, 100_000])('%i levels are kept when they can be read back', (levels) => {
    const nest = (wrap: (inner: unknown) => unknown): unknown => Array.from({ length: levels }).reduce<unknown>(wrap, 1);
    for (const wrap of [(inner: unknown) => [inner], (inner: unknown) => ({ inner }), (inner: unknown) => new Map([[1, inner]])]) {
      if (levels <= 1000) expect(codec.decode(codec.encode(nest(wrap)))).toBeDefined();
      else expect(thrownBy(() => codec.encode(nest(wrap)))).toMatchObject({ message: 'value is more than 1000 levels deep; keep a list instead of links from one to the next' });
    }
  });

  test('a long list is not deep, nor one whose members share something or refer back', () => {
    const shared = { a: [1] };
    const list: unknown[] = Array.from({ length: 5000 }, (_, index) => ({ index, shared }));
    list.push(list);
    const copy = back(list);
    expect(copy[5000]).toBe(copy);
    expect(copy[4999]).toEqual(list[4999]);
  });
});

describe('texts that cannot be read', () => {
  test.each([
    ['', 'Unexpected end of JSON input'],
    ['{}', 'Invalid input'],
    ['7', 'Invalid input'],
    ['[{"a":1}', undefined],
    ['[{"a":9}]', 'Invalid input'],
    ['[["Nope",1],1]', 'Unknown type Nope'],
    ['[["BigInt","x"]]', 'Cannot convert x to a BigInt'],
    ['[["as",1],[2,3],"Point",7]', undefined],
    ['[["as",1],[2],"Point"]', undefined],
    ['[["as",1],7]', undefined],
    ['[["as",0]]', undefined],
    ['[["as",1],[2,3],"Error",{"name":4},5]', undefined],
    ['[["as",1],[2,3],"Buffer",5]', undefined],
    [`[${Array.from({ length: 50_000 }, (_, index) => `[${index + 1}]`).join()},1]`, 'Maximum call stack size exceeded'],
  ])('%# is refused', (text, why) => {
    const error = thrownBy(() => codec.decode(text));
    expect(error).toBeInstanceOf(DecodeError);
    expect(error).toMatchObject({ name: 'DecodeError', code: 'decode' });
    if (why !== undefined) expect((error as Error).message).toBe(`the text cannot be read: ${why}; it is corrupt, or was written by another codec`);
    expect(codec.decode('[1]')).toBe(1);
  });

  test('a class that is not registered is named', () => {
    const error = thrownBy(() => jsonCodec().decode(codec.encode([new Point(1, 2)])));
    expect(error).toMatchObject({ code: 'decode', message: "the text holds a 'Point', which is not registered; add its class to the classes of the codec" });
  });
});
