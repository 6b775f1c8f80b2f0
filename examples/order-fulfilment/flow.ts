import { failed, type Flow, type Flows, type StepContext, type StepHandle } from 'millrace';
import type { Catalogue } from './catalogue.ts';
import { screenOrder } from './fraud.ts';
import type { Gateway } from './gateway.ts';
import type { Books } from './invoice.ts';
import type { Outbox } from './notice.ts';
import type { OrderRecord } from './orders.ts';
import { priceOf } from './pricing.ts';
import type { Carrier } from './shipping.ts';
import type { Simulation } from './simulation.ts';
import { validOrder } from './validate.ts';
import { verdictOf, type Verdict } from './verdict.ts';
import type { Warehouse } from './warehouse.ts';

/** What the steps work with. */
export interface Shop {
  readonly simulation: Simulation;
  readonly catalogue: Catalogue;
  readonly warehouse: Warehouse;
  readonly gateway: Gateway;
  readonly carrier: Carrier;
  readonly books: Books;
  readonly outbox: Outbox;
}

/** The flow that every order goes through, and the step that says what became of it. */
export interface OrderFlow {
  readonly flow: Flow<OrderRecord>;
  readonly tell: StepHandle<'tell', Verdict, OrderRecord>;
}

/**
 * Defines what happens to an order.
 *
 *     fulfil               ┌→ reserve ─┐
 *               validate ──┼→ screen ──┼→ charge ──→ pack ──→ ship
 *                          └→ price ───┘               └────────┴──✗→ refund
 *                             reserve, and ✗ of screen … ship ──────→ release
 *
 *     books     after fulfil    invoice ──→ post
 *     notify    always          tell
 */
export function orderFlow(flows: Flows, shop: Shop): OrderFlow {
  const { simulation, catalogue, warehouse, gateway, carrier, books, outbox } = shop;
  const flow = flows.registerFlow<OrderRecord>('order').describe('One order, from the file to the customer');

  const fulfil = flow.process('fulfil');
  const validate = fulfil.customStep((s) => validOrder(s.input, catalogue), 'validate').describe('Check every field');

  const checks = fulfil
    .parallel({
      reserve: (s) => warehouse.reserve(s.result(validate), s),
      screen: (s) => screenOrder(s.result(validate), simulation, s),
      price: (s) => priceOf(s.result(validate), catalogue),
    })
    .after(validate);
  const { reserve, screen, price } = checks.steps;
  reserve.describe('Take the articles from the shelf');
  screen.describe('Look for fraud');
  price.describe('Add shipping and tax');

  const charge = fulfil
    .customStep((s) => gateway.charge({ orderId: s.input.id, ...s.results.price }, s), 'charge', checks)
    .stepRetry({ retries: 5, delay: '8ms' })
    .stepTimeout('1s')
    .describe('Take the money');

  const pack = (s: StepContext<OrderRecord>) => warehouse.pack(s.result(validate), s);
  const ship = (s: StepContext<OrderRecord>) => carrier.ship(s.result(validate), s.result(pack), s);
  const delivery = fulfil.follow(pack, ship).after(charge);
  delivery.steps[0].describe('Put it into a parcel');
  delivery.steps[1].describe('Hand it to the carrier').stepRetry({ retries: 3, delay: '10ms' });

  const refund = fulfil
    .customStep((s) => gateway.refund(s.result(charge), s), 'refund', failed(delivery))
    .stepRetry({ retries: 8, delay: '8ms' })
    .stepTimeout('1s')
    .describe('Give the money back');
  fulfil
    .customStep((s) => warehouse.release(s.results.reserve), 'release', reserve, failed(screen, charge, delivery))
    .describe('Put the articles back');

  const accounts = flow.process('books').after(fulfil);
  accounts
    .customStep((s) => books.writeInvoice(s.result(validate), s.result(price), s.result(ship)), 'invoice')
    .describe('Write the invoice')
    .next((s) => books.post(s.result(price)), 'post')
    .describe('Add it to the revenue');

  const notify = flow.process('notify').after(fulfil, accounts);
  const deciding = { validate, reserve, screen, charge, pack, ship, refund };
  const tell = notify
    .always(async (s) => {
      const verdict = verdictOf(deciding, s);
      await outbox.send(s.input, verdict, s);
      return verdict;
    }, 'tell')
    .stepRetry({ retries: 5, delay: '10ms' })
    .describe('Tell the customer');

  return { flow, tell };
}
