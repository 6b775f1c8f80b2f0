import fc from 'fast-check';

export class Line {
  sku: unknown;
}

/** A value that holds nothing else. */
const leaf: fc.Arbitrary<unknown> = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.double(),
  fc.integer(),
  fc.bigInt(),
  fc.boolean(),
  fc.constantFrom(undefined, null, NaN, -0, Infinity, -Infinity, '__proto__', 'as', '<\u2028>'),
);

/** An object that holds no others; it may stand in several places. */
const solitary: fc.Arbitrary<object> = fc.oneof(
  fc.date({ noInvalidDate: false }),
  fc.uint8Array(),
  fc.float64Array(),
  fc.bigInt64Array(),
  fc.constantFrom(/a/u, new URL('https://example.org/')).map((one) => (one instanceof URL ? new URL(one) : new RegExp(one))),
  fc.sparseArray(fc.integer(), { maxLength: 50 }),
);

type Holder = 'object' | 'bare object' | 'list' | 'map' | 'set' | 'instance' | 'error';
type Edge = readonly [key: string, to: unknown];

const key = fc.string().filter((one) => one !== '__proto__');

/** Holders with edges to leaves and, by number, to one another: any graph. */
const graph: fc.Arbitrary<readonly { readonly kind: Holder; readonly edges: readonly Edge[] }[]> = fc.array(
  fc.record({
    kind: fc.constantFrom<Holder>('object', 'bare object', 'list', 'map', 'set', 'instance', 'error'),
    edges: fc.array(fc.tuple(key, fc.oneof(leaf, solitary, fc.nat(20).map((place) => ({ place })))), { maxLength: 4 }),
  }),
  { minLength: 1, maxLength: 12 },
);

/** A value of any kind that can be kept, with cycles and shared parts. */
export const value: fc.Arbitrary<unknown> = fc.oneof(leaf, solitary, graph.map(built));

function built(nodes: readonly { readonly kind: Holder; readonly edges: readonly Edge[] }[]): unknown {
  const holders = nodes.map(({ kind }, place) => blankOf(kind, place));
  const target = (to: unknown): unknown => (typeof to === 'object' && to !== null && 'place' in to ? holders[Number(to.place) % holders.length] : to);
  nodes.forEach(({ edges }, place) => fill(holders[place], edges.map(([name, to]) => [name, target(to)])));
  return holders[0];
}

function blankOf(kind: Holder, place: number): object {
  switch (kind) {
    case 'object':
      return {};
    case 'bare object':
      return Object.create(null) as object;
    case 'list':
      return [];
    case 'map':
      return new Map();
    case 'set':
      return new Set();
    case 'instance':
      return new Line();
    case 'error':
      return new RangeError(`number ${place}`);
  }
}

function fill(holder: unknown, edges: readonly Edge[]): void {
  if (holder instanceof Map) for (const [name, to] of edges) holder.set(typeof to === 'object' ? to : name, to);
  else if (holder instanceof Set) for (const [, to] of edges) holder.add(to);
  else if (Array.isArray(holder)) holder.push(...edges.map(([, to]) => to));
  else if (holder instanceof Line) holder.sku = edges[0]?.[1];
  else if (holder instanceof Error) Object.assign(holder, Object.fromEntries(edges.map(([name, to]) => [`own ${name}`, to]).filter(([, to]) => to !== undefined)));
  else if (typeof holder === 'object' && holder !== null) Object.assign(holder, Object.fromEntries(edges));
}
