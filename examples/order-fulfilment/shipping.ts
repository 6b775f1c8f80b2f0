import type { StepContext } from 'millrace';
import { articleOf, type Catalogue } from './catalogue.ts';
import type { Currency, Order } from './orders.ts';
import { Refusal } from './refusal.ts';
import type { Simulation } from './simulation.ts';
import type { Parcel } from './warehouse.ts';

/** A parcel on its way. */
export interface Shipment {
  readonly tracking: string;
  readonly grams: number;
}

/** The first kilogram and each further one, in euro cents. */
const tariffs = {
  home: { first: 490, further: 60 },
  europe: { first: 990, further: 140 },
  world: { first: 1990, further: 720 },
};

const zones: Readonly<Record<string, keyof typeof tariffs>> = {
  DE: 'home',
  ...Object.fromEntries(['AT', 'CH', 'ES', 'FR', 'GB', 'IT', 'NL', 'PL', 'SE'].map((country) => [country, 'europe' as const])),
  US: 'world',
};

/** What one euro is charged as, in hundredths. */
const rates: Readonly<Record<Currency, number>> = { EUR: 100, USD: 109, GBP: 85, CHF: 95 };

/** Returns what an order weighs. */
export function weightGrams(order: Order, catalogue: Catalogue): number {
  return order.lines.reduce((sum, { sku, quantity }) => sum + quantity * articleOf(catalogue, sku).grams, 0);
}

/** Returns what shipping costs: by zone and started kilogram. */
export function shippingCents(order: Order, catalogue: Catalogue): number {
  const tariff = tariffs[zones[order.address.country] ?? 'world'];
  const kilograms = Math.max(1, Math.ceil(weightGrams(order, catalogue) / 1000));
  return Math.round(((tariff.first + (kilograms - 1) * tariff.further) * rates[order.currency]) / 100);
}

/** The simulated carrier: it loses its connection now and then, and does not go everywhere. */
export class Carrier {
  readonly #simulation: Simulation;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  async ship(order: Order, parcel: Parcel, s: Pick<StepContext, 'attempt' | 'signal'>): Promise<Shipment> {
    await this.#simulation.latency(6, 24, s.signal, order.id, 'ship', s.attempt);
    const { country } = order.address;
    if (zones[country] === undefined) throw new Refusal({ kind: 'not-served', text: `the carrier does not go to ${country}` });
    if (this.#simulation.draw(order.id, 'carrier', s.attempt) < 0.02) throw new Error('the carrier closed the connection');
    return { tracking: `MR${Math.floor(this.#simulation.draw(order.id, 'tracking') * 1e9).toString().padStart(9, '0')}`, grams: parcel.grams };
  }
}
