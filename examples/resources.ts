// A pool of connections and a lease that the steps of a process share. Each is made by whoever needs it first and released when
// the process has ended, whatever became of the steps.
import { createFlows, defineResource } from 'millrace';

class Pool implements AsyncDisposable {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
    console.log(`pool of ${url} opened`);
  }

  query(text: string): string {
    return `${text} from ${this.#url}`;
  }

  [Symbol.asyncDispose](): Promise<void> {
    console.log(`pool of ${this.#url} closed`);
    return Promise.resolve();
  }
}

const pool = defineResource({
  name: 'pool',
  initialize: (_, url: string) => Promise.resolve(new Pool(url)),
  release: ({ entity }) => entity[Symbol.asyncDispose](),
});
let tries = 0;
const lease = defineResource({
  name: 'lease',
  initialize: () => {
    if (++tries === 1) throw new Error('somebody else holds it');
    return `lease ${tries}`;
  },
  release: (held) => console.log(`${held.entity} given back after ${held.get<number>('uses')} uses`),
});

const invoicing = createFlows().registerFlow<{ db: string }>('invoicing');
const nightly = invoicing.process('nightly');
nightly.beforeStep(async (s) => void (await s.attach(pool, s.input.db))); // the first step opens it, all others get the same

const orders = nightly.customStep((s) => s.acquire(pool)?.entity.query('orders'), 'orders');
const refunds = nightly.customStep((s) => s.acquire(pool)?.entity.query('refunds'), 'refunds');
const book = nightly
  .customStep(async (s) => {
    const held = await s.attach(lease); // rejects at the first attempt, and the retry tries again
    held.set('uses', (held.get<number>('uses') ?? 0) + 1);
    return `${s.result(orders)} and ${s.result(refunds)} booked under ${held.entity}`;
  }, 'book', orders, refunds)
  .stepRetry(1);
nightly.customStep(() => Promise.reject(new Error('printer on fire')), 'print', book);

const run = invoicing.start({ db: 'db://north' });
run.on('internal-error', ({ stage, action, resource, error }) => console.log(`${stage} ${action} ${resource}: ${error.message}`));
const result = await run.done;
console.log(result.status, '-', result.value(book));

// Output:
// pool of db://north opened
// resource initialize lease: somebody else holds it
// lease 2 given back after 1 uses
// pool of db://north closed
// failed - orders from db://north and refunds from db://north booked under lease 2
