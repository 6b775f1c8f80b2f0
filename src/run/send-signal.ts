import { checkOptionNames, type OptionNames } from '../define/option-names.ts';
import type { SendOptions } from '../define/run.ts';
import { shown } from '../define/shown.ts';
import type { FlowSpec } from '../define/spec.ts';
import { FlowError, InvalidOptionError } from '../errors.ts';
import type { FlowRun } from './flow-run.ts';
import type { Message } from './inbox.ts';
import { checkedPayload } from './signal-payload.ts';
import { waitFor } from './signal-waits.ts';

const optionNames: OptionNames<SendOptions> = { id: true };

/** Sends a signal to a run at work. */
export async function sendSignal(run: FlowRun, to: unknown, payload: unknown, options: SendOptions): Promise<void> {
  const message = await checkedMessage(run.plan.flow, to, payload, options, run.around.ids);
  await run.fed; // whether it is recorded is known when its input was accepted
  await deliver(run, message);
}

/**
 * Hands a message to a run at work; one that goes on elsewhere gets it there.
 *
 * @throws FlowError - `run-ended`
 */
export async function deliver(run: FlowRun, message: Message): Promise<void> {
  if (run.isOver && (!run.isRefused || run.post === undefined)) throw runEnded(run.id);
  if (run.post === undefined) run.receive(message);
  else await run.post(message, run);
}

/**
 * Checks a signal before it is sent to a run of a flow.
 *
 * @throws UnknownSignalError - no step waits for it
 * @throws SignalError - the payload does not fit
 */
export async function checkedMessage(flow: FlowSpec, to: unknown, payload: unknown, options: SendOptions, ids: () => string): Promise<Message> {
  if (typeof (options as unknown) !== 'object' || (options as unknown) === null) {
    throw new InvalidOptionError('invalid-option', `the options of a signal are ${shown(options)}; give an object, or leave them out`);
  }
  checkOptionNames(options, optionNames, 'a signal');
  const { id } = options;
  if (id !== undefined && (typeof (id as unknown) !== 'string' || id === '')) throw new InvalidOptionError('invalid-option', `the id of a signal is ${shown(id)}; give a text that is not empty`);
  const { path, schema } = waitFor(flow, to);
  const checked = await checkedPayload(schema, path, payload);
  if ('error' in checked) throw checked.error;
  return { id: id ?? ids(), to: (to as string).normalize('NFC'), payload };
}

/** The error of a signal to a run that has ended. */
export function runEnded(runId: string): FlowError {
  return new FlowError('run-ended', `run '${runId}' has ended, so nobody waits for a signal; send it while the run goes on`);
}
