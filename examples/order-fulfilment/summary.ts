import type { RunEvent } from 'millrace';
import type { Shop } from './flow.ts';
import type { Revenue } from './invoice.ts';
import { currencies, type Currency } from './orders.ts';
import { money } from './pricing.ts';
import type { Problem } from './refusal.ts';
import { fates, type Fate, type Verdict } from './verdict.ts';

/** An order that has been through the flow. */
export interface FinishedOrder {
  readonly id: string;
  readonly verdict: Verdict;
  readonly events: readonly RunEvent[];
}

/** What became of all orders. It follows from the files and the seed alone. */
export interface Summary {
  readonly orders: number;
  readonly fates: Readonly<Record<Fate, number>>;
  readonly revenue: Readonly<Partial<Record<Currency, Revenue>>>;
  /** Whether the gateway holds in each currency what the invoices say. */
  readonly reconciled: boolean;
  readonly unitsShipped: number;
  /** How often each step was tried again. */
  readonly retries: Readonly<Record<string, number>>;
  /** How often each kind of problem was met. */
  readonly problems: Readonly<Record<string, number>>;
  readonly undelivered: readonly { readonly id: string; readonly fate: Fate; readonly problems: readonly Problem[] }[];
}

/** Sums up the orders, which are in the order of the file. */
export function summaryOf(finished: readonly FinishedOrder[], { books, gateway, warehouse }: Shop): Summary {
  const retries = finished.flatMap(({ events }) => events.flatMap((event) => (event.type === 'step-retrying' ? [event.path] : [])));
  const undelivered = finished.filter(({ verdict }) => verdict.fate !== 'paid');
  const counts = counted(finished.map(({ verdict }) => verdict.fate));
  return {
    orders: finished.length,
    fates: Object.fromEntries(fates.map((fate) => [fate, counts[fate] ?? 0])) as Record<Fate, number>, // all fates are there
    revenue: Object.fromEntries(books.currencies.map((currency) => [currency, books.revenue(currency)])),
    reconciled: currencies.every((currency) => gateway.balanceCents(currency) === books.revenue(currency).totalCents),
    unitsShipped: warehouse.takenUnits,
    retries: counted(retries),
    problems: counted(finished.flatMap(({ verdict }) => verdict.problems.map(({ kind }) => kind))),
    undelivered: undelivered.map(({ id, verdict }) => ({ id, ...verdict })),
  };
}

/** Writes the summary as Markdown. */
export function summaryText(summary: Summary): string {
  const revenue = Object.entries(summary.revenue) as [Currency, Revenue][]; // the keys are currencies
  return [
    `# ${summary.orders} orders`,
    table(['Outcome', 'Orders'], rows(summary.fates)),
    table(
      ['Revenue', 'Invoices', 'Goods', 'Shipping', 'Tax', 'Total'],
      revenue.map(([currency, sums]) => {
        const amounts = [sums.goodsCents, sums.shippingCents, sums.taxCents, sums.totalCents].map((cents) => money(cents, currency));
        return [currency, String(sums.invoices), ...amounts];
      }),
    ),
    `${summary.unitsShipped} pieces were shipped. The gateway ${summary.reconciled ? 'holds' : 'DOES NOT hold'} what the invoices say.`,
    table(['Problem', 'Orders'], rows(summary.problems)),
    table(['Retried step', 'Times'], rows(summary.retries)),
  ].join('\n\n');
}

/** Writes the orders that were not delivered as Markdown. */
export function undeliveredText({ undelivered }: Summary): string {
  const lines = undelivered.map(({ id, fate, problems }) => [id, fate, problems.map(({ kind, text }) => `${kind}: ${text}`).join('; ')]);
  return `## Not delivered\n\n${table(['Order', 'Outcome', 'Why'], lines)}`;
}

function rows(counts: Readonly<Record<string, number>>): string[][] {
  return Object.entries(counts).map(([name, count]) => [name, String(count)]);
}

/** Counts what is the same, most frequent first. */
function counted(values: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)));
}

/** A Markdown table; columns after the first are aligned to the right if they hold numbers. */
function table(head: readonly string[], body: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, 4, ...body.map((cells) => cells[column]?.length ?? 0)));
  const isNumeric = head.map((_, column) => column > 0 && body.every((cells) => /\d$/.test(cells[column] ?? '')));
  const padded = (cell: string, column: number): string => (isNumeric[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0));
  const line = (cells: readonly string[]): string => `| ${cells.map(padded).join(' | ')} |`;
  const rule = widths.map((width, column) => (isNumeric[column] ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)));
  return [line(head), line(rule), ...body.map(line)].join('\n');
}
