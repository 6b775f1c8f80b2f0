import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Summary } from '../../examples/order-fulfilment/summary.ts';
import { root, runNode, type Finished } from '../project/support.ts';

/** An order as the test reads it: anything may be missing or of another type. */
interface RawOrder {
  readonly id: string;
  readonly placedAt?: unknown;
  readonly customer?: { readonly email?: unknown; readonly country?: unknown };
  readonly address?: { readonly postcode?: unknown; readonly city?: unknown; readonly country?: unknown };
  readonly currency?: unknown;
  readonly lines?: readonly RawLine[] | null;
}

interface RawLine {
  readonly sku: string;
  readonly quantity: unknown;
  readonly unitCents: unknown;
}

interface RawArticle {
  readonly sku: string;
  readonly stock: number;
  readonly grams: number;
  readonly prices: Readonly<Record<string, number>>;
}

let folder: string;
let first: Finished;
let summary: Summary;
let orders: readonly RawOrder[];
let articles: ReadonlyMap<string, RawArticle>;

const job = (out: string, ...args: readonly string[]): Promise<Finished> => {
  const main = join('examples', 'order-fulfilment', 'main.ts');
  return runNode(['--import', 'tsx', main, '--out', join(folder, out), ...args], root, { TSX_TSCONFIG_PATH: join(root, 'tsconfig.json') });
};
const written = (...path: readonly string[]): Promise<string> => readFile(join(folder, ...path), 'utf8');
const shipped = async <Row>(file: string): Promise<readonly Row[]> => {
  return JSON.parse(await readFile(join(root, 'examples', 'order-fulfilment', file), 'utf8')) as readonly Row[]; // the test says what to expect in it
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-orders-'));
  orders = await shipped<RawOrder>('orders.json');
  articles = new Map((await shipped<RawArticle>('stock.json')).map((article) => [article.sku, article]));
  first = await job('first');
  summary = JSON.parse(await written('first', 'summary.json')) as Summary; // the tests check it
}, 60_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

test('the job ends with exit code 0 and shows the flow, its progress, a timeline and the summary', async () => {
  expect({ code: first.code, stderr: first.stderr }).toEqual({ code: 0, stderr: '' });
  expect(first.stdout).toContain('flowchart');
  expect(first.stdout).toContain(' 50/300');
  expect(first.stdout).toContain('300/300');
  expect(first.stdout).toMatch(/^fulfil\/charge +█+·+█+/m);
  expect(first.stdout).toContain('| Outcome ');
  expect(await written('first', 'summary.md')).toContain('## Not delivered');
});

test('every order of the file has one outcome', () => {
  expect(summary.orders).toBe(orders.length);
  expect(Object.values(summary.fates).reduce((sum, count) => sum + count, 0)).toBe(orders.length);
  expect(summary.undelivered.length).toBe(orders.length - summary.fates.paid);
  const { 'refund due': due, ...usual } = summary.fates;
  for (const [fate, count] of Object.entries(usual)) expect(count, fate).toBeGreaterThan(0);
  expect(due).toBe(0);
});

test('each paid order has an invoice, and the invoices add up to the revenue and to what the gateway holds', async () => {
  const files = await readdir(join(folder, 'first', 'invoices'));
  const undelivered = new Set(summary.undelivered.map(({ id }) => id));
  expect(files.toSorted()).toEqual(orders.filter(({ id }) => !undelivered.has(id)).map(({ id }) => `${id}.txt`));
  expect(files.length).toBe(summary.fates.paid);

  const totals = new Map<string, number>();
  for (const file of files) {
    const total = /^Total +(\S+?)([\d,.]+)$/mu.exec((await written('first', 'invoices', file)).replaceAll('CHF ', 'CHF'));
    const currency = String(total?.[1]);
    totals.set(currency, (totals.get(currency) ?? 0) + Number(total?.[2]?.replace(/[.,]/g, '')));
  }
  const { EUR, USD, GBP, CHF } = summary.revenue;
  expect(Object.fromEntries(totals)).toEqual({ '€': EUR?.totalCents, US$: USD?.totalCents, '£': GBP?.totalCents, CHF: CHF?.totalCents });
  expect(summary.reconciled).toBe(true);
});

test('what was reserved and not shipped is back on the shelf', () => {
  const undelivered = new Set(summary.undelivered.map(({ id }) => id));
  const delivered = orders.filter(({ id }) => !undelivered.has(id));
  expect(summary.unitsShipped).toBe(delivered.flatMap(({ lines }) => lines ?? []).reduce((sum, { quantity }) => sum + Number(quantity), 0));
});

test('troubles of the gateway are retried', () => {
  expect(summary.retries['fulfil/charge']).toBeGreaterThan(10);
});

test('a second run gives the same summary, notices and invoices', async () => {
  await job('second');
  for (const file of ['summary.json', 'summary.md', 'notices.txt', join('invoices', 'o-0001.txt')]) {
    expect(await written('second', file)).toBe(await written('first', file));
  }
}, 60_000);

test('another seed gives another summary, with the same orders rejected', async () => {
  await job('other', '--seed', '2');
  const other = JSON.parse(await written('other', 'summary.json')) as Summary;
  expect(other).not.toEqual(summary);
  const rejected = ({ undelivered }: Summary): readonly unknown[] => undelivered.filter(({ fate }) => fate === 'rejected');
  expect(rejected(other)).toEqual(rejected(summary));
}, 60_000);

const articleOf = ({ sku }: RawLine): RawArticle | undefined => articles.get(sku);

/** What can be wrong with an order that is rejected: all of it is reported. */
const mistakes: Readonly<Record<string, (order: RawOrder) => boolean>> = {
  'malformed-value': ({ customer, placedAt, lines }) => {
    const isOddLine = ({ quantity, unitCents }: RawLine): boolean => typeof quantity !== 'number' || typeof unitCents !== 'number';
    return typeof customer !== 'object' || placedAt === 'yesterday' || !Array.isArray(lines) || lines.some(isOddLine);
  },
  'incomplete-address': ({ address }) => [address?.postcode, address?.city].some((part) => String(part ?? '').trim() === ''),
  'bad-email': ({ customer }) => typeof customer === 'object' && !/^\S+@\S+\.\S+$/.test(String(customer.email)),
  'unknown-currency': ({ currency }) => !['EUR', 'USD', 'GBP', 'CHF'].includes(String(currency)),
  'no-lines': ({ lines }) => lines?.length === 0,
  'duplicate-line': ({ lines }) => new Set(lines?.map(({ sku }) => sku)).size < (lines?.length ?? 0),
  'unknown-sku': ({ lines }) => lines?.some((line) => articleOf(line) === undefined) === true,
  'bad-quantity': ({ lines }) => {
    const isOddCount = ({ quantity }: RawLine): boolean => typeof quantity === 'number' && !(Number.isInteger(quantity) && quantity > 0);
    return lines?.some(isOddCount) === true;
  },
  'wrong-price': ({ lines, currency }) => {
    const isOddPrice = (line: RawLine): boolean => {
      const price = articleOf(line)?.prices[String(currency)];
      return price !== undefined && typeof line.unitCents === 'number' && line.unitCents !== price;
    };
    return lines?.some(isOddPrice) === true;
  },
};

/** What can be wrong with an order that is in order itself. */
const troubles: Readonly<Record<string, (order: RawOrder) => boolean>> = {
  'out-of-stock': ({ lines }) => lines?.some((line) => Number(line.quantity) > (articleOf(line)?.stock ?? Infinity)) === true,
  'fraud-review': ({ customer, address }) => customer?.country !== address?.country && address?.country === 'US',
  'not-served': ({ address }) => ['AQ', 'FK'].includes(String(address?.country)),
  overweight: ({ lines }) => {
    const grams = (line: RawLine): number => Number(line.quantity) * (articleOf(line)?.grams ?? 0);
    return (lines ?? []).reduce((sum, line) => sum + grams(line), 0) > 31_500;
  },
};

const reportedWith = (kind: string): readonly string[] => {
  return summary.undelivered.filter(({ problems }) => problems.some((problem) => problem.kind === kind)).map(({ id }) => id);
};

test.for(Object.entries(mistakes))('%s is reported for every order that has it, and for no other', ([kind, isWrong]) => {
  const wrong = orders.filter(isWrong).map(({ id }) => id);
  expect(wrong).not.toEqual([]);
  expect(reportedWith(kind)).toEqual(wrong);
  expect(summary.problems[kind]).toBeGreaterThanOrEqual(wrong.length);
});

test.for(Object.entries(troubles))('%s is reported, and an order that has it is not delivered', ([kind, isWrong]) => {
  const wrong = orders.filter(isWrong).map(({ id }) => id);
  const undelivered = summary.undelivered.map(({ id }) => id);
  expect(wrong).not.toEqual([]);
  expect(undelivered).toEqual(expect.arrayContaining(wrong));
  expect(reportedWith(kind).filter((id) => wrong.includes(id))).not.toEqual([]); // others of these were stopped earlier
});

test.for([
  ['that is not there', undefined, /^there is no file .*orders\.json$/],
  ['that is not JSON', '[{"id": "o-1"},', /orders\.json is not JSON: /],
  ['that is not a list', '{"orders": []}', /orders\.json holds an object, not a list$/],
  ['with an entry that is not an object', '[{"id": "o-1"}, 7]', /^entry 2 of .*orders\.json is the number 7, not an object$/],
  ['with an order without an id', '[{"id": "o-1"}, {"lines": []}]', /^order 2 of orders\.json has no id of letters/],
  ['with the same id twice', '[{"id": "o-1"}, {"id": "o-2"}, {"id": "o-1"}]', /^orders 1 and 3 of orders\.json have the same id, 'o-1'$/],
] as const)('a file %s ends the job with exit code 1 and a message', { timeout: 60_000 }, async ([, text, message]) => {
  const file = join(await mkdtemp(join(folder, 'file-')), 'orders.json');
  if (text !== undefined) await writeFile(file, text);
  const { code, stdout, stderr } = await job('nothing', '--orders', file);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr.trimEnd()).toMatch(message);
});

test('an order of nothing but an id is rejected, and the job goes on', async () => {
  const file = join(folder, 'bare.json');
  await writeFile(file, '[{"id": "o-1"}]');
  const { code } = await job('bare', '--orders', file);
  expect(code).toBe(0);
  expect((JSON.parse(await written('bare', 'summary.json')) as Summary).fates).toMatchObject({ paid: 0, rejected: 1 });
}, 60_000);

test.for([[['--seed', 'x']], [['--sede', '1']]] as const)('the arguments %s end the job with exit code 1 and the usage', { timeout: 60_000 }, async ([args]) => {
  const { code, stderr } = await job('nothing', ...args);
  expect(code).toBe(1);
  expect(stderr).toContain('usage: npm start --');
});
