import { createFlows, failed, flow, step, type Flow, type FlowResult, type Outcome, type StepContext, type StepHandle } from 'millrace';
import { expectTypeOf } from 'vitest';

// The example of the design: everything compiles, with the types that are stated there.

interface Order {
  readonly id: string;
  readonly total: number;
}

interface Receipt {
  readonly amount: number;
}

declare function pay(total: number, price: number): Promise<Receipt>;
declare function refund(charge: Outcome<Receipt>): void;

const checkFraud = (s: StepContext<Order>): boolean => s.input.total < 1_000;
const checkStock = async (s: StepContext<Order>): Promise<{ readonly price: number }> => ({ price: s.input.total });
const pack = step((s: StepContext<Order>) => s.input.id, 'pack');
const ship = step(async () => new Date(0), 'ship');
const notify = (s: StepContext<Order>): string => s.input.id;

const order = flow.registerFlow<Order>('order');
expectTypeOf(order).toEqualTypeOf<Flow<Order, Order>>();
const fulfil = order.process('fulfil');

const checks = fulfil.parallel(checkFraud, checkStock);
expectTypeOf(checks.steps[0]).toEqualTypeOf<StepHandle<string, boolean, Order>>();
expectTypeOf(checks.steps[1]).toEqualTypeOf<StepHandle<string, { readonly price: number }, Order>>();

const charge = fulfil
  .customStep(async (s) => pay(s.input.total, s.result(checkStock).price), 'charge', checks)
  .stepRetry(3)
  .stepTimeout('30s');
expectTypeOf(charge).toEqualTypeOf<StepHandle<'charge', Receipt, Order>>();

const chain = fulfil.follow(pack, ship).after(charge);
expectTypeOf(chain.steps).toEqualTypeOf<readonly [StepHandle<'pack', string, Order>, StepHandle<'ship', Date, Order>]>();

fulfil.customStep((s) => refund(s.outcome(charge)), 'refund', failed(charge));
expectTypeOf(fulfil.always(notify, 'notify')).toEqualTypeOf<StepHandle<'notify', string, Order>>();

expectTypeOf(order.run({ id: 'o-1', total: 42 })).toEqualTypeOf<Promise<FlowResult>>();
const result = await order.run({ id: 'o-1', total: 42 });
expectTypeOf(result.value(ship)).toEqualTypeOf<Date>();
expectTypeOf(result.value(charge)).toEqualTypeOf<Receipt>();
expectTypeOf(result.value(checkStock)).toEqualTypeOf<{ readonly price: number }>();
expectTypeOf(result.value('ship')).toEqualTypeOf<unknown>();
expectTypeOf(result.outcome(charge)).toEqualTypeOf<Outcome<Receipt>>();
expectTypeOf(result.orThrow()).toEqualTypeOf<FlowResult>();

// An outcome is told apart by its status, and the union is closed.
const outcome = result.outcome(charge);
switch (outcome.status) {
  case 'succeeded':
    expectTypeOf(outcome.value).toEqualTypeOf<Receipt>();
    break;
  case 'failed':
    expectTypeOf(outcome.error).toEqualTypeOf<Error>();
    break;
  case 'skipped':
    expectTypeOf(outcome.reason.kind).toEqualTypeOf<'condition' | 'plan' | 'branch'>();
    break;
  case 'cancelled':
    expectTypeOf(outcome.because[0]).not.toBeAny();
    break;
  case 'stopped':
    expectTypeOf(outcome.reason).toEqualTypeOf<unknown>();
    break;
  default:
    outcome satisfies never;
}

// Events are narrowed by their names.
const run = order.start({ id: 'o-1', total: 42 });
run.on('step-ended', (event) => expectTypeOf(event.outcome).toEqualTypeOf<Outcome>());
run.on('*', (event) => {
  if (event.type === 'step-retrying') expectTypeOf(event.retryAt).toEqualTypeOf<number>();
});
for await (const event of run.events()) expectTypeOf(event.runId).toEqualTypeOf<string>();

// A flow with one process, and flows without an input.
const nightly = createFlows().flowWithProcess('nightly');
expectTypeOf(nightly.flow).toExtend<Flow>();
void nightly.flow.run();
void nightly.flow.run(undefined, { runId: 'r' });
// @ts-expect-error this flow takes no input
void nightly.flow.run({ id: 'o-1' });
// @ts-expect-error the input is missing
void order.run();
// @ts-expect-error the input is not complete
void order.run({ id: 'o-1' });
// @ts-expect-error the input is missing, also for start
order.start();
// @ts-expect-error there is no such event
run.on('step-finished', () => undefined);
