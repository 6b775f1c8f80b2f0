import type { StandardSchemaV1 } from '@standard-schema/spec';
import { createFlows, step, type Flow, type StepContext } from 'millrace';
import { expectTypeOf } from 'vitest';

interface Given {
  readonly id: string;
  readonly total?: string;
}

interface Order {
  readonly id: string;
  readonly total: number;
}

declare const schema: StandardSchemaV1<Given, Order>;
const flows = createFlows();

// A schema types both sides: what run takes and what the steps get.
const order = flows.registerFlow('order', { input: schema });
expectTypeOf(order).toEqualTypeOf<Flow<Given, Order>>();
void order.run({ id: 'o-1' });
void order.run({ id: 'o-1', total: '42' });
// @ts-expect-error run takes what the schema takes, not what it gives
void order.run({ id: 'o-1', total: 42 });
const p = order.process('p');
p.customStep((s) => expectTypeOf(s.input).toEqualTypeOf<Order>(), 'a');
p.follow(step((s: StepContext<Order>) => s.input.total, 'b'));
// @ts-expect-error the steps get what the schema gives
p.customStep((s: StepContext<Given>) => s.input.id satisfies 'x', 'c');

// Without a schema both are the same; without an input there is none.
expectTypeOf(flows.registerFlow<Order>('plain')).toEqualTypeOf<Flow<Order, Order>>();
expectTypeOf(flows.registerFlow('none')).toEqualTypeOf<Flow<undefined, undefined>>();
void flows.registerFlow<Order | undefined>('maybe').run();
void flows.registerFlow('none too').run(undefined, { concurrency: 1 });
// @ts-expect-error undefined is not an order
void flows.registerFlow<Order>('required').run(undefined);

// A flow that is looked up by name takes anything: its input is not known.
expectTypeOf(flows.get('order')).toEqualTypeOf<Flow<unknown> | undefined>();
void flows.run('order', { id: 'o-1' });

// The input goes through handles and tokens.
const handle = p.customStep((s) => s.input.total, 'd').next((s) => s.input.total + s.results.d, 'e').same((s) => s.input.id, 'f');
expectTypeOf(handle.next((s) => s.input, 'g')).toExtend<{ readonly name: 'g' }>();
const anyInput = step((s: StepContext) => s.runId, 'anyInput');
p.follow(anyInput);
flows.registerFlow('other').process('p').follow(anyInput);
