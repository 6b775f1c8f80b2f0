import { FlowError } from '../errors.ts';
import type { Message } from '../run/inbox.ts';
import { parsed } from './rows.ts';
import type { RunCodec } from './run-codec.ts';
import type { Message as StoredMessage } from './store.ts';

/** The number of the format in which messages are written. Every one that was released is read for ever. */
const FORMAT = 1;

/**
 * Returns a signal as the text of a message.
 *
 * @throws EncodeError - the payload cannot be brought back
 */
export function signalText({ to, payload }: Message, codec: RunCodec): string {
  if (payload === undefined) return JSON.stringify({ v: FORMAT, kind: 'signal', to });
  try {
    return JSON.stringify({ v: FORMAT, kind: 'signal', to, payload: codec.value(payload) });
  } catch (thrown) {
    throw codec.notEncoded(thrown, `the payload of signal '${to}'`);
  }
}

/**
 * Reads a signal as `signalText` wrote it.
 *
 * @throws FlowError - `unknown-message`: a later version has sent it, or something else
 * @throws DecodeError - the payload cannot be read
 */
export function signalOf({ id, text }: StoredMessage, runId: string, codec: RunCodec): Message {
  const read = parsed(text);
  const { v, kind, to, payload } = (typeof read === 'object' && read !== null ? read : {}) as Readonly<Record<string, unknown>>; // each is looked at
  const isOurs = v === FORMAT && kind === 'signal' && typeof to === 'string' && (payload === undefined || typeof payload === 'string');
  if (isOurs) return { id, to, payload: payload === undefined ? undefined : codec.decode(payload) };
  const what = typeof kind === 'string' ? `a '${kind}'${v === FORMAT ? '' : ` of format ${String(v)}`}` : 'no message of this library';
  throw new FlowError('unknown-message', `message '${id}' to run '${runId}' is ${what}, which this version does not know, and stays where it is; let a later version go on with the run`);
}

/** Whom a message is for, as far as that can be read. */
export function addressOf({ text }: StoredMessage): string {
  const read = parsed(text);
  const to: unknown = typeof read === 'object' && read !== null ? Reflect.get(read, 'to') : undefined;
  return typeof to === 'string' ? to : '';
}
