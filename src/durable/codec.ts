import type { Encoded } from './entry.ts';

/** Turns values into text and back. A run never keeps a value that its codec cannot bring back. */
export interface Codec {
  /**
   * Returns a value as text.
   *
   * @throws EncodeError - the value, or something inside it, cannot be brought back; the message names where it is
   */
  encode(value: unknown): Encoded;
  /**
   * Returns the value of a text.
   *
   * @throws DecodeError - the text was not made by this codec, or its key is not known
   */
  decode(text: Encoded): unknown;
}
