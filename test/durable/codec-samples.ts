import { TimeoutError } from 'millrace';
import { encrypt } from '../../src/durable/encrypt.ts';
import { jsonCodec } from '../../src/durable/json-codec.ts';
import { registeredClass } from '../../src/durable/registered-class.ts';

export class Line {
  sku = 'tea';
  next: Line | undefined;
}

export class Money {
  readonly #cents: bigint;
  constructor(cents: bigint) {
    this.#cents = cents;
  }
  get cents(): bigint {
    return this.#cents;
  }
  toJSON(): unknown {
    return { cents: String(this.#cents) };
  }
}

const money = registeredClass({ type: Money, encode: ({ cents }) => cents, decode: (cents: bigint) => new Money(cents) });

export const codec = jsonCodec({ classes: [Line, money] });
export const encrypted = encrypt({ key: 'k2', keys: { k1: '11'.repeat(32), k2: '22'.repeat(32) }, codec });

function cyclic(): unknown {
  const line = new Line();
  line.next = line;
  const map = new Map<unknown, unknown>([['line', line]]);
  return map.set(map, [line, map]);
}

function bare(): object {
  return Object.assign(Object.create(null) as object, { a: 1, constructor: 2 });
}

/** An error whose stack does not depend on where this file is. */
function plain<Thrown extends Error>(error: Thrown): Thrown {
  error.stack = `${error.name}: ${error.message}\n    at somewhere`;
  return error;
}

/** One value of each kind that format 1 keeps. What is added here is added to the texts of the fixture; nothing is ever taken out. */
export const samples: Readonly<Record<string, unknown>> = {
  text: 'a"b\\c</x>\u2028 😀 \ud800',
  number: -1.5e-7,
  'minus zero': -0,
  'not a number': NaN,
  infinity: Infinity,
  'minus infinity': -Infinity,
  bigint: -(2n ** 70n),
  true: true,
  null: null,
  undefined,
  object: { a: { b: [1, 'x', undefined, null] }, 'c d': {} },
  'object without a prototype': bare(),
  'list with holes': Object.assign([1], { 2: 3 }),
  'list that is mostly holes': Object.assign([], { 1000: 'x' }),
  date: new Date(1_700_000_000_123),
  'date that is none': new Date(NaN),
  map: new Map<unknown, unknown>([['a', 1], [{ b: 1 }, new Map()]]),
  set: new Set([1, 'a', [2]]),
  expression: /a+\/b/giu,
  address: new URL('https://example.org/?a=1#b'),
  'boxed text': Object('x') as unknown,
  bytes: new Uint8Array([0, 127, 255]),
  'part of a buffer': new Uint8Array([1, 2, 3, 4]).subarray(1, 3),
  floats: new Float64Array([-0, NaN, 1e-300]),
  'big integers': new BigUint64Array([2n ** 64n - 1n]),
  'array buffer': new Uint8Array([1, 2]).buffer,
  'data view': new DataView(new Uint8Array([1, 2]).buffer),
  buffer: Buffer.from('tea'),
  'the same twice': ((one) => [one, { one }])({ a: 1 }),
  cycles: cyclic(),
  'registered class': { line: new Line(), price: new Money(995n) },
  error: plain(Object.assign(new RangeError('out', { cause: plain(new Error('why')) }), { code: 'E_RANGE', at: { line: 3 } })),
  'several errors': plain(new AggregateError([plain(new TypeError('a')), 'b'], 'both')),
  'error of the library': plain(new TimeoutError("step 'a'", 50)),
};
