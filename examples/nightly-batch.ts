// A nightly batch: an invoice for every customer, three at a time, taken from the database page by page. A customer whose invoice fails stops
// nobody else, and a batch that died goes on with the customers that are left.
import { createFlows, memoryStore } from 'millrace';

interface Customer {
  readonly id: string;
  readonly cents: number;
}

const customers: readonly Customer[] = Array.from({ length: 12 }, (_, index) => ({ id: `c-${index + 1}`, cents: index === 4 ? -1 : 100 * (index + 1) }));
let pages = 0;

/** No more pages are read than can be worked on. */
async function* fromDatabase(): AsyncIterable<Customer> {
  for (let at = 0; at < customers.length; at += 5) {
    pages++;
    yield* await Promise.resolve(customers.slice(at, at + 5));
  }
}

const nightly = createFlows({ store: memoryStore() }).registerFlow<{ readonly night: string }>('nightly');
nightly.steps((s) => {
  const invoices = s.forEach(
    () => fromDatabase(),
    'invoices',
    (each) => {
      const invoice = each.customStep((c) => {
        const { id, cents } = c.result(each.item);
        if (cents < 0) throw new Error(`${id} owes ${cents} cents`);
        return { number: `${c.input.night}/${c.result(each.index) + 1}`, cents };
      }, 'write');
      return each.customStep((c) => ({ ...c.result(invoice), key: c.idempotencyKey }), 'send').stepRetry(2);
    },
    { key: ({ id }) => id, concurrency: 3, onError: 'collect' },
  );
  s.customStep((c) => {
    const sent = c.result(invoices).flatMap((one) => (one.status === 'succeeded' ? [one.value] : []));
    const failed = c.result(invoices).flatMap((one) => (one.status === 'failed' ? [one.error.message] : []));
    return { sent: sent.length, cents: sent.reduce((sum, { cents }) => sum + cents, 0), last: sent.at(-1), failed };
  }, 'summary');
});

const result = await nightly.run({ night: '2025-01-31' }, { runId: 'night-31' });
console.log(result.status, result.value('steps/summary'));
console.log(`${pages} pages`);
// Output:
// succeeded {
//   sent: 11,
//   cents: 7300,
//   last: {
//     number: '2025-01-31/12',
//     cents: 1200,
//     key: 'night-31/steps/invoices/c-12/send'
//   },
//   failed: [ 'c-5 owes -1 cents' ]
// }
// 3 pages
