import type { Catalogue } from './catalogue.ts';
import type { Currency, Order } from './orders.ts';
import { shippingCents } from './shipping.ts';

/** What an order costs, in whole cents. */
export interface Price {
  readonly currency: Currency;
  readonly goodsCents: number;
  readonly shippingCents: number;
  /** The tax rate in hundredths of a percent: 1900 is 19 %. */
  readonly taxRate: number;
  readonly taxCents: number;
  readonly totalCents: number;
}

/** Value added tax by country, in hundredths of a percent. Everything else is an export and goes untaxed. */
const taxRates: Readonly<Record<string, number>> = {
  AT: 2000,
  CH: 810,
  DE: 1900,
  ES: 2100,
  FR: 2000,
  GB: 2000,
  IT: 2200,
  NL: 2100,
  PL: 2300,
  SE: 2500,
};

/** Prices an order: goods, shipping by weight, and the tax of the country on both. */
export function priceOf(order: Order, catalogue: Catalogue): Price {
  const { currency } = order;
  const goods = goodsCents(order);
  const shipping = shippingCents(order, catalogue);
  const taxRate = taxRates[order.address.country] ?? 0;
  const taxCents = Math.round(((goods + shipping) * taxRate) / 10_000);
  return { currency, goodsCents: goods, shippingCents: shipping, taxRate, taxCents, totalCents: goods + shipping + taxCents };
}

/** Returns the sum of the lines. */
export function goodsCents(order: Order): number {
  return order.lines.reduce((sum, { quantity, unitCents }) => sum + quantity * unitCents, 0);
}

const formats = new Map<Currency, Intl.NumberFormat>();

/** Writes an amount for people: `€1,234.50`. */
export function money(cents: number, currency: Currency): string {
  const format = formats.get(currency) ?? new Intl.NumberFormat('en-GB', { style: 'currency', currency });
  formats.set(currency, format);
  return format.format(cents / 100).replaceAll('\u00a0', ' ');
}
