import type { StepContext } from 'millrace';
import type { Catalogue } from './catalogue.ts';
import type { Order, OrderLine } from './orders.ts';
import { Refusal, type Problem } from './refusal.ts';
import { weightGrams } from './shipping.ts';
import type { Simulation } from './simulation.ts';

/** Articles that have been taken from the shelf for an order. */
export interface Reservation {
  readonly orderId: string;
  readonly lines: readonly OrderLine[];
}

/** A packed order. */
export interface Parcel {
  readonly grams: number;
}

/** The heaviest parcel that one person may lift. */
const mostGrams = 31_500;

/**
 * The shelf. Who gets the last ones is settled by the order of the file before the first order is worked on, so the result
 * does not depend on which of two orders comes first in time.
 */
export class Warehouse {
  readonly #simulation: Simulation;
  readonly #catalogue: Catalogue;
  readonly #shelf: Map<string, number>;
  readonly #shortages = new Map<string, readonly Problem[]>();

  constructor(simulation: Simulation, catalogue: Catalogue, orders: readonly Order[]) {
    this.#simulation = simulation;
    this.#catalogue = catalogue;
    this.#shelf = new Map([...catalogue].map(([sku, { stock }]) => [sku, stock]));
    const free = new Map(this.#shelf);
    for (const order of orders) {
      const missing = order.lines.filter(({ sku, quantity }) => quantity > (free.get(sku) ?? 0));
      const shortage = ({ sku, quantity }: OrderLine): Problem => {
        return { kind: 'out-of-stock', text: `${quantity} of ${sku} were ordered, left: ${free.get(sku) ?? 0}` };
      };
      this.#shortages.set(order.id, missing.map(shortage));
      if (missing.length === 0) move(free, order.lines, -1);
    }
  }

  async reserve(order: Order, s: Pick<StepContext, 'signal'>): Promise<Reservation> {
    await this.#simulation.latency(4, 16, s.signal, order.id, 'reserve');
    const [first, ...others] = this.#shortages.get(order.id) ?? [];
    if (first !== undefined) throw new Refusal(first, ...others);
    move(this.#shelf, order.lines, -1);
    return { orderId: order.id, lines: order.lines };
  }

  /** Puts back what was reserved. */
  release(reservation: Reservation): void {
    move(this.#shelf, reservation.lines, +1);
  }

  async pack(order: Order, s: Pick<StepContext, 'signal'>): Promise<Parcel> {
    await this.#simulation.latency(6, 20, s.signal, order.id, 'pack');
    const grams = weightGrams(order, this.#catalogue);
    if (grams > mostGrams) throw new Refusal({ kind: 'overweight', text: `the parcel weighs ${grams} g, more than ${mostGrams} g` });
    if (this.#simulation.draw(order.id, 'damage') < 0.012) throw new Refusal({ kind: 'damaged', text: 'an article was damaged while it was packed' });
    return { grams };
  }

  /** How many pieces have left the shelf. */
  get takenUnits(): number {
    let units = 0;
    for (const [sku, left] of this.#shelf) units += (this.#catalogue.get(sku)?.stock ?? 0) - left;
    return units;
  }
}

function move(shelf: Map<string, number>, lines: readonly OrderLine[], direction: 1 | -1): void {
  for (const { sku, quantity } of lines) shelf.set(sku, (shelf.get(sku) ?? 0) + direction * quantity);
}
