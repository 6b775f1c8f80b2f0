import type { StepContext } from 'millrace';
import type { Order } from './orders.ts';
import { goodsCents } from './pricing.ts';
import { Refusal } from './refusal.ts';
import type { Simulation } from './simulation.ts';

const throwaway = ['throwaway.example'];

/** Looks at an order as a fraud team would; throws a refusal that holds it for a person to decide. */
export async function screenOrder(order: Order, simulation: Simulation, s: Pick<StepContext, 'signal'>): Promise<void> {
  await simulation.latency(4, 24, s.signal, order.id, 'screen');
  const signs = [...signsOf(order)];
  if (signs.length > 0) throw new Refusal({ kind: 'fraud-review', text: signs.join(', ') });
}

function* signsOf(order: Order): Iterable<string> {
  const { customer, address } = order;
  const goods = goodsCents(order);
  if (goods > 350_000) yield 'a very large amount';
  if (goods > 50_000 && customer.country !== address.country) yield `a card from ${customer.country} pays for a large parcel to ${address.country}`;
  if (goods > 20_000 && throwaway.some((domain) => customer.email.endsWith(`@${domain}`))) yield 'a throwaway address orders for a large amount';
}
