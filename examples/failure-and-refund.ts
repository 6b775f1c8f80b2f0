// What runs when something failed, whatever became of it, and after everything.
//
//     reserve ──→ charge ──┬→ pack ──→ ship
//                          │    └────────┴─✗→ refund
//                          └─(settled)→ record          notify (always)
import { createFlows, failed, NonRetriableError, settled, type StepContext } from 'millrace';

interface Order {
  readonly id: string;
  readonly card: 'good' | 'expired';
  readonly weightKg: number;
}

const shop = createFlows().registerFlow<Order>('order');
const fulfil = shop.process('fulfil');

const reserve = fulfil.customStep((s) => `goods of ${s.input.id}`, 'reserve');
const charge = fulfil.customStep(
  (s) => {
    if (s.input.card === 'expired') throw new NonRetriableError('the card has expired');
    return 4200;
  },
  'charge',
  reserve,
);

const pack = (s: StepContext<Order>) => {
  if (s.input.weightKg > 30) throw new Error('nobody can lift this');
  return 'parcel';
};
const ship = () => 'on its way';
const delivery = fulfil.follow(pack, ship).after(charge);

// Only if packing or shipping failed by itself. `charge` is an ancestor, so its result can be read.
const refund = fulfil.customStep((s) => -s.result(charge), 'refund', failed(delivery));
// However charging ended: the result may be missing, and its type says so.
const record = fulfil.customStep((s) => s.results.charge ?? 0, 'record', settled(charge));
const notify = fulfil.always((s) => {
  const [paid, sent, repaid] = [s.outcome(charge), s.outcome(ship), s.outcome(refund)];
  return `charge ${paid.status}, ship ${sent.status}, refund ${repaid.status}`;
}, 'notify');

for (const input of [
  { id: 'o-1', card: 'good', weightKg: 2 },
  { id: 'o-2', card: 'expired', weightKg: 2 },
  { id: 'o-3', card: 'good', weightKg: 90 },
] as const) {
  const result = await shop.run(input);
  console.log(`${input.id} ${result.status}, recorded ${result.value(record)}: ${result.value(notify)}`);
  console.log(`    ${result.explain(ship)}`);
}

// Output:
// o-1 succeeded, recorded 4200: charge succeeded, ship succeeded, refund skipped
//     ship: succeeded
// o-2 failed, recorded 0: charge failed, ship cancelled, refund skipped
//     ship: cancelled ← pack: cancelled ← charge: failed: the card has expired
// o-3 failed, recorded 4200: charge succeeded, ship cancelled, refund succeeded
//     ship: cancelled ← pack: failed: nobody can lift this
