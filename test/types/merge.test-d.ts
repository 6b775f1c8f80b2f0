import { createFlows, step, type ExplainedSetting, type Process, type Retry, type StepContext, type StepHandle } from 'millrace';
import { expectTypeOf } from 'vitest';

interface Order {
  readonly id: string;
  readonly total: number;
}

const flows = createFlows();
const order = flows.registerFlow<Order>('order').process('fulfil');
const charge = order.customStep((s) => ({ receipt: `r-${s.input.id}` }), 'charge');
const pack = step((s: StepContext<Order>) => s.input.total, 'pack');
const ship = (): boolean => true;
order.follow(pack, ship);

interface Express extends Order {
  readonly courier: string;
}

const express = flows.registerFlow<Express>('express').process('fulfil');

// Handles of the copies have the names and values of the source and the input of the target.
const merged = express.merge(order);
expectTypeOf(merged.step(charge)).toEqualTypeOf<StepHandle<'charge', { receipt: string }, Express>>();
expectTypeOf(merged.step(pack)).toEqualTypeOf<StepHandle<'pack', number, Express>>();
expectTypeOf(merged.step(ship)).toEqualTypeOf<StepHandle<string, boolean, Express>>();
expectTypeOf(merged.step('charge')).toEqualTypeOf<StepHandle<'charge', unknown, Express>>();
express.customStep(
  (s) => {
    expectTypeOf(s.results.charge).toEqualTypeOf<{ receipt: string }>();
    expectTypeOf(s.results.pack).toEqualTypeOf<number>();
    expectTypeOf(s.input).toEqualTypeOf<Express>();
  },
  'invoice',
  merged.step(charge),
  merged.step(pack),
);
merged.step(charge).next((s) => s.input.courier + s.results.charge.receipt, 'label');

// The input of the target satisfies the source.
express.merge(flows.registerFlow<unknown>('common').process('p'));
express.merge(express);
express.merge(flows.registerFlow<Order | { readonly id: string }>('wide').process('p'));
// @ts-expect-error the steps of express read a courier, which an order has not
order.merge(express);
// @ts-expect-error the steps of the source are promised no input at all
express.merge(flows.registerFlow('without').process('p'));
// @ts-expect-error a source with an input cannot go where there is none
flows.registerFlow('without').process('p').merge(order);
// @ts-expect-error some inputs of the target do not satisfy the source
flows.registerFlow<Order | { readonly other: number }>('either').process('p').merge(order);
// @ts-expect-error a flow is not a process
express.merge(order.flow);
// @ts-expect-error a name is not a process
express.merge('fulfil');
// @ts-expect-error a process is merged, not nothing
express.merge();

// The input that run takes need not be that of the source.
declare const parsed: Process<Order, { readonly raw: string }>;
express.merge(parsed);
declare const raw: Process<Express, string>;
expectTypeOf(raw.merge(order).step(charge)).toEqualTypeOf<StepHandle<'charge', { receipt: string }, Express>>();

// What is explained are data.
const explained = order.flow.explain(charge);
expectTypeOf(explained.stepRetry).toEqualTypeOf<ExplainedSetting<Retry>>();
expectTypeOf(explained.stepTimeout.value).toEqualTypeOf<number | undefined>();
// @ts-expect-error an explanation is not changed
explained.stepTimeout.value = 1;
// @ts-expect-error a number names no step
order.flow.explain(1);
