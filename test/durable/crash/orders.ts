import { openSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Flow } from '../../../src/define/flow.ts';
import type { StepContext } from '../../../src/define/step-context.ts';
import type { DurableFlows } from '../../../src/durable/durable-flows.ts';

/** An order, and the number from which the times of its steps follow. */
export interface Order {
  readonly number: number;
}

/** The shortest lease that there is. */
export const leaseMs = 1_000;

export const idOf = (number: number): string => `o-${number}`;

/**
 * Registers the flow of an order: two processes with 7 steps, some async for up to 2 ms, one that fails at first for every third order.
 * Each step writes to the log before and after its work, so that its effects outlive the process, and returns its process id.
 *
 *     pay:                        reserve ─▶ charge ─▶ receipt
 *     deliver (after pay):        pick ─┬▶ pack ──┬▶ post
 *                                       └▶ label ─┘
 */
export function registerOrders(flows: DurableFlows, log: string): Flow<Order> {
  const file = openSync(log, 'a');
  const note = (s: StepContext<Order>, path: string, what: string): void => void writeSync(file, `${s.input.number} ${path} ${what} ${process.pid}\n`);
  const work = (path: string, ms: number) => async (s: StepContext<Order>) => {
    note(s, path, 'begin');
    if (ms > 0) await sleep((s.input.number * ms * 7) % 3);
    if (path === 'pay/charge' && s.input.number % 3 === 0 && s.attempt === 1) {
      note(s, path, 'retry');
      throw new Error('the bank is busy');
    }
    note(s, path, 'end');
    return process.pid;
  };
  const order = flows.registerFlow<Order>('order');
  const pay = order.process('pay');
  const reserve = pay.customStep(work('pay/reserve', 0), 'reserve');
  const charge = pay.customStep(work('pay/charge', 1), 'charge', reserve).stepRetry({ retries: 20, delay: 1 });
  pay.customStep(work('pay/receipt', 2), 'receipt', charge);
  const deliver = order.process('deliver').after(pay);
  const pick = deliver.customStep(work('deliver/pick', 1), 'pick');
  const pack = deliver.customStep(work('deliver/pack', 2), 'pack', pick);
  const label = deliver.customStep(work('deliver/label', 0), 'label', pick);
  deliver.customStep(work('deliver/post', 1), 'post', pack, label);
  return order;
}

export const stepsOfAnOrder = 7;
