// Steps that run only if. A skipped step holds nothing back, unless it takes its dependents along.
//
//     total ──┬→ discount (if members of two years, or large) ──→ charge
//             └→ approve (if large, else with its dependents) ──→ sign ──→ archive (excepted)
import { createFlows, key } from 'millrace';

interface Order {
  readonly id: string;
  readonly items: readonly number[];
  readonly member: boolean;
  readonly since: Date;
}

const total = key<number>('total');
const shop = createFlows().registerFlow<Order>('shop');
const order = shop.process('order');

const price = order.customStep((s) => {
  const sum = s.input.items.reduce((before, item) => before + item, 0);
  s.set(total, sum);
  return sum;
}, 'price');

const discount = order
  .customStep((s) => Math.round(s.result(price) * 0.1), 'discount', price)
  .eq('member', true)
  .lt('since', new Date('2024-01-01'))
  .or()
  .gte(total, 5_000);
// A skipped step has no result, so the step behind it asks for its outcome.
const charge = order.customStep((s) => {
  const { status } = s.outcome(discount);
  return s.result(price) - (status === 'succeeded' ? s.result(discount) : 0);
}, 'charge', price, discount);

const approve = order
  .customStep(() => 'approved', 'approve', price)
  .when((s) => s.result(price) > 1_000 && s.input.id !== 'trusted')
  .skipWithDependents({ except: ['archive'] });
const sign = approve.next(() => 'signed', 'sign');
const archive = sign.next((s) => `archived: sign ${s.outcome(sign).status}`, 'archive');

for (const input of [
  { id: 'o-1', items: [200, 300], member: true, since: new Date('2022-05-01') },
  { id: 'o-2', items: [200, 300], member: true, since: new Date('2025-05-01') },
  { id: 'o-3', items: [4_000, 2_000], member: false, since: new Date('2025-05-01') },
]) {
  const result = await shop.run(input);
  console.log(`${input.id} ${result.status}: ${result.value(charge)} charged; ${result.value(archive)}`);
  for (const step of [discount, sign]) console.log(`    ${result.explain(step)}`);
}

// Output:
// o-1 succeeded: 450 charged; archived: sign skipped
//     discount: succeeded
//     sign: skipped, its branch was not taken ← approve: skipped by its condition, with its dependents
// o-2 succeeded: 500 charged; archived: sign skipped
//     discount: skipped by its condition
//     sign: skipped, its branch was not taken ← approve: skipped by its condition, with its dependents
// o-3 succeeded: 5400 charged; archived: sign succeeded
//     discount: succeeded
//     sign: succeeded
