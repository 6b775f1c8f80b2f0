import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { articleOf, type Catalogue } from './catalogue.ts';
import { currencies, type Currency, type Order } from './orders.ts';
import { money, type Price } from './pricing.ts';
import type { Shipment } from './shipping.ts';

/** What was sold in one currency, in cents. */
export interface Revenue {
  readonly invoices: number;
  readonly goodsCents: number;
  readonly shippingCents: number;
  readonly taxCents: number;
  readonly totalCents: number;
}

/** The books of the shop: a folder with an invoice for each paid order, and the sums. */
export class Books {
  readonly #folder: string;
  readonly #catalogue: Catalogue;
  readonly #revenue = new Map<Currency, Revenue>();

  constructor(folder: string, catalogue: Catalogue) {
    this.#folder = folder;
    this.#catalogue = catalogue;
  }

  /** Makes the folder, and removes invoices that an earlier job has written for these orders. */
  async open(orderIds: readonly string[]): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    await Promise.all(orderIds.map((id) => rm(this.#fileOf(id), { force: true })));
  }

  /** Writes an invoice and returns the name of its file. */
  async writeInvoice(order: Order, price: Price, shipment: Shipment): Promise<string> {
    const file = this.#fileOf(order.id);
    await writeFile(file, invoiceText(order, price, shipment, this.#catalogue));
    return file;
  }

  post(price: Price): void {
    const { invoices, ...sums } = this.revenue(price.currency);
    this.#revenue.set(price.currency, {
      invoices: invoices + 1,
      goodsCents: sums.goodsCents + price.goodsCents,
      shippingCents: sums.shippingCents + price.shippingCents,
      taxCents: sums.taxCents + price.taxCents,
      totalCents: sums.totalCents + price.totalCents,
    });
  }

  revenue(currency: Currency): Revenue {
    return this.#revenue.get(currency) ?? { invoices: 0, goodsCents: 0, shippingCents: 0, taxCents: 0, totalCents: 0 };
  }

  /** The currencies in which something was sold. */
  get currencies(): readonly Currency[] {
    return currencies.filter((currency) => this.#revenue.has(currency));
  }

  #fileOf(orderId: string): string {
    return join(this.#folder, `${orderId}.txt`);
  }
}

/** Writes an invoice as text, 76 characters wide. */
export function invoiceText(order: Order, price: Price, shipment: Shipment, catalogue: Catalogue): string {
  const { customer, address, currency } = order;
  const rule = '-'.repeat(76);
  const row = (text: string, cents: number): string => `${text.padEnd(62)}${money(cents, currency).padStart(14)}`;
  const lines = order.lines.map(({ sku, quantity, unitCents }) => {
    return row(`${String(quantity).padStart(3)} x ${articleOf(catalogue, sku).name}`, quantity * unitCents);
  });
  return [
    `Millrace Coffee Supplies${`Invoice ${order.id}`.padStart(52)}`,
    order.placedAt.toISOString().slice(0, 10).padStart(76),
    customer.name,
    address.street,
    `${address.postcode} ${address.city}, ${address.country}`,
    rule,
    ...lines,
    row(`    Shipping, ${(shipment.grams / 1000).toFixed(2)} kg, parcel ${shipment.tracking}`, price.shippingCents),
    rule,
    row(price.taxRate === 0 ? 'Tax, export' : `Tax, ${price.taxRate / 100} %`, price.taxCents),
    row('Total', price.totalCents),
    '',
  ].join('\n');
}
