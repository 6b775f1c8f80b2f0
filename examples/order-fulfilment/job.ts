import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createFlows, type RunEvent } from 'millrace';
import { readCatalogue } from './catalogue.ts';
import { orderFlow, type OrderFlow, type Shop } from './flow.ts';
import { Gateway } from './gateway.ts';
import { Books } from './invoice.ts';
import { Outbox } from './notice.ts';
import { readOrders, type OrderRecord } from './orders.ts';
import { Progress } from './progress.ts';
import { Carrier } from './shipping.ts';
import { Simulation } from './simulation.ts';
import { summaryOf, summaryText, undeliveredText, type FinishedOrder } from './summary.ts';
import { timelineOf } from './timeline.ts';
import { checkOrder } from './validate.ts';
import { Warehouse } from './warehouse.ts';

/** What the job is asked for. */
export interface JobOptions {
  readonly orders: string;
  readonly out: string;
  readonly seed: number;
}

const stockFile = fileURLToPath(new URL('stock.json', import.meta.url));
const ordersAtOnce = 10;

/** Runs all orders of a file through the flow, writes invoices, notices and a summary, and shows what it does. */
export async function runJob(options: JobOptions): Promise<void> {
  const { stdout } = process;
  const records = await readOrders(options.orders);
  const shop = await openShop(options, records);
  const orders = orderFlow(createFlows(), shop);
  stdout.write(`The flow of an order, as Mermaid:\n\n${orders.flow.graph().toMermaid().trimEnd()}\n\n`);

  const progress = new Progress(records.length, stdout);
  const finished = await runOrders(orders, records, (order) => progress.add(order.verdict.fate));
  const shown = liveliest(finished);
  if (shown !== undefined) stdout.write(`\nOrder ${shown.id}, which is ${shown.verdict.fate}:\n\n${timelineOf(shown.events)}\n`);

  const summary = summaryOf(finished, shop);
  await writeFile(join(options.out, 'summary.json'), `${JSON.stringify(summary, undefined, 2)}\n`);
  await writeFile(join(options.out, 'summary.md'), `${summaryText(summary)}\n\n${undeliveredText(summary)}\n`);
  await writeFile(join(options.out, 'notices.txt'), records.map(({ id }) => `${shop.outbox.about(id) ?? `${id}: nothing was sent`}\n`).join(''));
  stdout.write(`\n${summaryText(summary)}\n\nInvoices, notices and the summary are in ${options.out}\n`);
}

/** Opens the shop: the last articles go to the first orders of the file that are in order. */
async function openShop({ out, seed }: JobOptions, records: readonly OrderRecord[]): Promise<Shop> {
  const catalogue = await readCatalogue(stockFile);
  const simulation = new Simulation(seed);
  const checked = records.map((record) => checkOrder(record, catalogue)).filter(({ problems }) => problems.length === 0);
  const warehouse = new Warehouse(simulation, catalogue, checked.map(({ order }) => order));
  await mkdir(out, { recursive: true });
  const books = new Books(join(out, 'invoices'), catalogue);
  await books.open(records.map(({ id }) => id));
  const [gateway, carrier, outbox] = [new Gateway(simulation), new Carrier(simulation), new Outbox(simulation)];
  return { simulation, catalogue, warehouse, gateway, carrier, books, outbox };
}

/** Runs the orders, a few at once, and returns them in the order of the file. */
async function runOrders(
  orders: OrderFlow,
  records: readonly OrderRecord[],
  onEnd: (order: FinishedOrder) => void,
): Promise<readonly FinishedOrder[]> {
  const finished: FinishedOrder[] = [];
  const waiting = records.entries();
  const work = async (): Promise<void> => {
    for (const [position, record] of waiting) {
      const order = await runOrder(orders, record);
      finished[position] = order;
      onEnd(order);
    }
  };
  await Promise.all(Array.from({ length: ordersAtOnce }, work)); // they share one iterator, so each order is taken once
  return finished;
}

async function runOrder({ flow, tell }: OrderFlow, record: OrderRecord): Promise<FinishedOrder> {
  const events: RunEvent[] = [];
  const run = flow.start(record, { runId: record.id });
  run.on('*', (event) => events.push(event));
  const result = await run.done;
  const books = result.process('books');
  if (books.status === 'failed') throw new Error(`the books of order ${record.id} cannot be kept`, { cause: books.errors[0]?.error });
  return { id: record.id, verdict: result.value(tell), events };
}

/** The order with the most events; a refunded one if there is any. */
function liveliest(finished: readonly FinishedOrder[]): FinishedOrder | undefined {
  const refunded = finished.filter(({ verdict }) => verdict.fate === 'refunded');
  return (refunded.length > 0 ? refunded : finished).toSorted((a, b) => b.events.length - a.events.length)[0];
}
