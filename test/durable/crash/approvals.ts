import { appendFileSync } from 'node:fs';
import type { DurableFlows } from '../../../src/durable/durable-flows.ts';

/** A flow that waits for two approvals, and writes down which it got. */
export function registerApprovals(flows: DurableFlows, log: string): void {
  const p = flows.registerFlow('approvals').process('p');
  const first = p.waitForSignal<'first', string>('first', { timeout: '30m' });
  const note = p.customStep((s) => appendFileSync(log, `${s.runId} ${s.result(first)}\n`), 'note', first);
  const second = p.waitForSignal<'second', string>('second', { timeout: '30m' }).after(note);
  p.customStep((s) => appendFileSync(log, `${s.runId} ${s.result(second)}\n`), 'end', second);
}
