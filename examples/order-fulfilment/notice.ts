import type { StepContext } from 'millrace';
import type { OrderRecord } from './orders.ts';
import type { Simulation } from './simulation.ts';
import type { Fate, Verdict } from './verdict.ts';

const texts: Readonly<Record<Fate, string>> = {
  paid: 'your order is on its way',
  refunded: 'we could not deliver your order and have refunded it',
  'refund due': 'we could not deliver your order and will refund it by hand',
  declined: 'your payment was declined',
  unpaid: 'your payment did not go through, please order again',
  held: 'we are looking at your order and will get back to you',
  'out of stock': 'we cannot deliver all of your order',
  rejected: 'we cannot read your order',
};

/** The simulated mail server. It drops connections, too. */
export class Outbox {
  readonly #simulation: Simulation;
  readonly #sent = new Map<string, string>();

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  /** Tells the customer what became of an order; the reasons are told for what the customer can change. */
  async send(record: OrderRecord, { fate, problems }: Verdict, s: Pick<StepContext, 'attempt' | 'signal'>): Promise<void> {
    await this.#simulation.latency(2, 10, s.signal, record.id, 'mail', s.attempt);
    if (this.#simulation.draw(record.id, 'mail', s.attempt) < 0.02) throw new Error('the mail server closed the connection');
    const reasons = fate === 'held' || problems.length === 0 ? '' : `: ${problems.map(({ text }) => text).join('; ')}`;
    this.#sent.set(record.id, `${record.id}: ${texts[fate]}${reasons}`);
  }

  /** Returns what was sent about an order. */
  about(orderId: string): string | undefined {
    return this.#sent.get(orderId);
  }
}
