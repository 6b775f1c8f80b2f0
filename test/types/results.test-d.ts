import { anyOf, createFlows, failed, key, optional, settled, step, type Outcome, type StepContext } from 'millrace';
import { expectTypeOf } from 'vitest';

const p = createFlows().registerFlow<{ readonly id: string }>('f').process('p');
const a = p.customStep(() => 1, 'a');
const b = p.customStep(async () => 'B', 'b');
const c = step(() => [true], 'c');
function work(): Date {
  return new Date(0);
}
const group = p.parallel(c, work);
const record = p.parallel({ d: () => 4 as const, e: async (s: StepContext<{ readonly id: string }>) => s.input.id });

// What is waited for is known by name: handles, tokens, literal strings, through groups.
p.customStep(
  (s) => {
    expectTypeOf(s.results.a).toEqualTypeOf<number>();
    expectTypeOf(s.results.b).toEqualTypeOf<string>();
    expectTypeOf(s.results.c).toEqualTypeOf<boolean[]>();
    expectTypeOf(s.results.d).toEqualTypeOf<4>();
    expectTypeOf(s.results.e).toEqualTypeOf<string>();
    expectTypeOf(s.results.later).toEqualTypeOf<unknown>();
    expectTypeOf(s.result(a)).toEqualTypeOf<number>();
    expectTypeOf(s.result('b')).toEqualTypeOf<string>();
    expectTypeOf(s.result(c)).toEqualTypeOf<boolean[]>();
    expectTypeOf(s.result(work)).toEqualTypeOf<Date>();
    expectTypeOf(s.result(record.steps.e)).toEqualTypeOf<string>();
    expectTypeOf(s.outcome(a)).toEqualTypeOf<Outcome<number>>();
    expectTypeOf(s.outcome('anything')).toEqualTypeOf<Outcome>();
    // @ts-expect-error no step of this name is waited for
    void s.results.nobody;
    // @ts-expect-error a function has no name that the compiler knows
    void s.results.work;
    // @ts-expect-error the name is not among the timings
    void s.result('nobody');
    // @ts-expect-error a number is no string
    s.results.a satisfies string;
    // @ts-expect-error results are read, never written
    s.results.a = 2;
  },
  'reader',
  a, b, group, record, 'later',
);

// Under settled, anyOf and optional a value may be missing; under failed there is none.
p.customStep(
  (s) => {
    expectTypeOf(s.results.a).toEqualTypeOf<number | undefined>();
    expectTypeOf(s.results.b).toEqualTypeOf<string | undefined>();
    expectTypeOf(s.result(a)).toEqualTypeOf<number | undefined>();
    // @ts-expect-error the value may be missing
    s.results.a satisfies number;
  },
  'under settled',
  settled(a, b),
);
p.customStep(
  (s) => {
    expectTypeOf(s.results.a).toEqualTypeOf<number | undefined>();
    expectTypeOf(s.results.b).toEqualTypeOf<string | undefined>();
    expectTypeOf(s.result(a)).toEqualTypeOf<number | undefined>();
    // @ts-expect-error the value may be missing
    s.results.a satisfies number;
  },
  'under anyOf',
  anyOf(a, b),
);
p.customStep(
  (s) => {
    expectTypeOf(s.results.a).toEqualTypeOf<number | undefined>();
    expectTypeOf(s.results.b).toEqualTypeOf<string | undefined>();
    expectTypeOf(s.result(a)).toEqualTypeOf<number | undefined>();
    // @ts-expect-error the value may be missing
    s.results.a satisfies number;
  },
  'under optional',
  optional(a, b),
);
p.customStep(
  (s) => {
    expectTypeOf(s.outcome(a)).toEqualTypeOf<Outcome<number>>();
    // @ts-expect-error what has only failed has no result
    void s.results.a;
  },
  'handler',
  failed(a),
);

// Nested ones stay weak, and groups go through.
p.customStep(
  (s) => {
    expectTypeOf(s.results.a).toEqualTypeOf<number | undefined>();
    expectTypeOf(s.results.c).toEqualTypeOf<boolean[] | undefined>();
    expectTypeOf(s.results.d).toEqualTypeOf<4 | undefined>();
  },
  'nested',
  settled(anyOf(a, settled(group)), record),
);

// A ref both strong and weak is strong, in either order; strong and failed is strong.
p.customStep((s) => expectTypeOf(s.results.a).toEqualTypeOf<number>(), 'strong', a, settled(a));
p.customStep((s) => expectTypeOf(s.results.a).toEqualTypeOf<number>(), 'strong too', optional(a), a);
p.customStep((s) => expectTypeOf(s.results.a).toEqualTypeOf<number>(), 'strong three', failed(a), a);
p.customStep((s) => expectTypeOf(s.results.a).toEqualTypeOf<number | undefined>(), 'weak and failed', failed(a), settled(a));

// next knows the step before it, same and syncAll know none by name.
a.next((s) => expectTypeOf(s.results.a).toEqualTypeOf<number>(), 'next');
a.same((s) => expectTypeOf(s.results).toEqualTypeOf<object>(), 'same');
p.syncAll((s) => expectTypeOf(s.results).toEqualTypeOf<object>(), 'all');

// A step that waits for nothing has no results, but reads ancestors by ref.
p.customStep((s) => {
  expectTypeOf(s.result(a)).toEqualTypeOf<number>();
  expectTypeOf(s.input.id).toEqualTypeOf<string>();
  // @ts-expect-error it waits for nothing
  void s.results.a;
  // @ts-expect-error the input is read, never written
  s.input.id = 'x';
}, 'alone');

// Keys are typed and invariant.
const amount = key<number>('amount');
const any = key<number | string>('any');
p.customStep((s) => {
  expectTypeOf(s.get(amount)).toEqualTypeOf<number | undefined>();
  expectTypeOf(s.get('text')).toEqualTypeOf<unknown>();
  expectTypeOf(s.get<string>('text')).toEqualTypeOf<string | undefined>();
  s.set(amount, 1);
  s.set(any, 'text');
  // @ts-expect-error the key holds numbers
  s.set(amount, 'text');
  // @ts-expect-error a key of number is no key of number or string
  any satisfies typeof amount;
  // @ts-expect-error nor the other way round
  amount satisfies typeof any;
}, 'keys');
