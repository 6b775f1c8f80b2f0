import { RetryAfterError, type StepContext } from 'millrace';
import type { Currency } from './orders.ts';
import { Refusal } from './refusal.ts';
import type { Simulation } from './simulation.ts';

/** What the gateway is asked to move. */
export interface Payment {
  readonly orderId: string;
  readonly totalCents: number;
  readonly currency: Currency;
}

/** What the gateway answers. */
export interface Receipt extends Payment {
  readonly reference: string;
}

/** What the gateway needs to know about the call: the context of a step has it. */
export type Call = Pick<StepContext, 'attempt' | 'signal' | 'idempotencyKey'>;

/**
 * The simulated payment gateway. It declines some cards, asks to come back later, drops connections before and after it
 * did its work, and now and then says nothing at all. A repeated call with the same idempotency key moves no money twice.
 */
export class Gateway {
  readonly #simulation: Simulation;
  readonly #answered = new Map<string, Receipt>();
  readonly #balances = new Map<Currency, number>();

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  async charge(payment: Payment, call: Call): Promise<Receipt> {
    const trouble = await this.#trouble('charge', payment, call);
    if (this.#simulation.draw(payment.orderId, 'card') < 0.025) {
      const text = this.#simulation.draw(payment.orderId, 'why') < 0.5 ? 'insufficient funds' : 'the card has expired';
      throw new Refusal({ kind: 'card-declined', text });
    }
    return this.#answer(payment, payment.totalCents, call, trouble);
  }

  async refund(receipt: Receipt, call: Call): Promise<Receipt> {
    const trouble = await this.#trouble('refund', receipt, call);
    return this.#answer(receipt, -receipt.totalCents, call, trouble);
  }

  /** Returns all charges less all refunds in a currency. */
  balanceCents(currency: Currency): number {
    return this.#balances.get(currency) ?? 0;
  }

  /** Throws what hits the call before it reaches the bank; returns what is to be thrown after it. */
  async #trouble(what: 'charge' | 'refund', { orderId }: Payment, { attempt, signal }: Call): Promise<Error | undefined> {
    await this.#simulation.latency(6, 30, signal, orderId, what, attempt);
    const luck = this.#simulation.draw(orderId, what, attempt);
    if (this.#simulation.draw(orderId, 'outage') < 0.007 || luck < 0.09) throw new Error('the gateway reset the connection');
    if (luck < 0.13) throw new RetryAfterError('the gateway is busy', 25);
    if (luck < 0.14) await this.#simulation.silence(60_000, signal);
    return luck < 0.17 ? new Error('the gateway closed the connection before it answered') : undefined;
  }

  #answer(payment: Payment, cents: number, { idempotencyKey }: Call, trouble: Error | undefined): Receipt {
    const { orderId, totalCents, currency } = payment;
    let receipt = this.#answered.get(idempotencyKey);
    if (receipt === undefined) {
      const number = Math.floor(this.#simulation.draw(orderId, 'reference') * 2 ** 32);
      receipt = { orderId, totalCents, currency, reference: `${cents < 0 ? 're' : 'ch'}_${number.toString(36)}` };
      this.#answered.set(idempotencyKey, receipt);
      this.#balances.set(currency, this.balanceCents(currency) + cents);
    }
    if (trouble !== undefined) throw trouble;
    return receipt;
  }
}
