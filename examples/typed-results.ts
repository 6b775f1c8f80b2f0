// The types of results follow the timings: what a step waits for is what it can read.
//
//     price ─┬→ total ──────────────────────────→ receipt
//     rate ──┘                        (settled)↗
//     coupon ─────────────────────────┘
import { createFlows, MissingResultError, settled, step } from 'millrace';

interface Cart {
  readonly items: readonly number[];
  readonly coupon?: string;
}

const checkout = createFlows().registerFlow<Cart>('checkout');
const till = checkout.process('till');

// Handles carry name, value and input. A token made by `step` carries its own.
const price = till.customStep((s) => s.input.items.reduce((sum, cents) => sum + cents, 0), 'price');
const rate = step(() => Promise.resolve(0.19), 'rate'); // StepToken<'rate', number>
till.parallel(rate);
const coupon = till.customStep((s) => {
  if (s.input.coupon === undefined) throw new Error('no coupon was given');
  return { code: s.input.coupon, cents: 500 };
}, 'coupon');

// `s.results` has the names of the timings: { price: number; rate: number }
const total = till.customStep((s) => Math.round(s.results.price * (1 + s.results.rate)), 'total', price, rate);

// Under `settled` a result may be missing: { total: number; coupon: { code: string; cents: number } | undefined }
const receipt = till.customStep(
  (s) => {
    // @ts-expect-error: `price` is not among the timings; as an ancestor it is read by its handle
    void s.results.price;
    const off = s.results.coupon?.cents ?? 0;
    return `${s.result(price)} + tax - ${off} = ${s.results.total - off}`;
  },
  'receipt',
  total,
  settled(coupon),
);

const withCoupon = await checkout.run({ items: [1000, 250], coupon: 'SPRING' });
const text: string = withCoupon.value(receipt);
console.log(text);

const without = await checkout.run({ items: [1000, 250] });
console.log(without.value(receipt));

const outcome = without.outcome(coupon); // a closed union, told apart by its status
if (outcome.status === 'failed') console.log(`coupon failed: ${outcome.error.message}`);
try {
  console.log(without.value(coupon).code);
} catch (error) {
  if (error instanceof MissingResultError) console.log(error.message);
}

// Output:
// 1250 + tax - 500 = 988
// 1250 + tax - 0 = 1488
// coupon failed: no coupon was given
// 'till/coupon' has no result (coupon: failed: no coupon was given); read its outcome instead, or wait for it with a timing that needs its success
