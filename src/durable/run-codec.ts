import { ContextKey } from '../define/key.ts';
import { shown } from '../define/shown.ts';
import type { ResourceRecord } from '../run/attachment.ts';
import { errorOf } from '../run/thrown.ts';
import { DecodeError, EncodeError } from './codec-errors.ts';
import type { Codec } from './codec.ts';
import type { Encoded, EncodedWrite, SuspendedResource } from './entry.ts';

/** Stands for an error that the codec did not take in any form. It writes no such text. */
const lost: Encoded = '';

/** What one run hands to its codec: values, errors that must not get lost, and keys by name. */
export class RunCodec {
  readonly #codec: Codec;
  /** The typed keys that the run has written under, by name: two of one name could not be told apart later. */
  #keys: Map<string, ContextKey> | undefined = undefined;

  constructor(codec: Codec) {
    this.#codec = codec;
  }

  /** @throws EncodeError - the value cannot be brought back */
  value(value: unknown): Encoded {
    const text: unknown = this.#codec.encode(value);
    if (typeof text === 'string' && text !== lost) return text;
    throw new EncodeError(`the codec returned ${shown(text)}; let its 'encode' return a text that is not empty`, 'value');
  }

  /** @throws EncodeError - the input cannot be brought back */
  input(value: unknown, flow: string): Encoded {
    try {
      return this.value(value);
    } catch (thrown) {
      throw this.notEncoded(thrown, `the input of flow '${flow}'`);
    }
  }

  /** @throws DecodeError - the text cannot be read */
  decode(text: Encoded): unknown {
    if (text === lost) return new EncodeError('what it failed with could not be recorded', 'value');
    try {
      return this.#codec.decode(text);
    } catch (thrown) {
      if (thrown instanceof DecodeError) throw thrown;
      const { message } = errorOf(thrown); // of a codec that somebody else wrote
      throw new DecodeError(`the text cannot be read: ${message}; it is corrupt, or was written by another codec`, { cause: thrown });
    }
  }

  /** Returns an error as text; one that cannot be kept whole by its name and message, and if the codec takes nothing, that there was one. */
  error(error: unknown): Encoded {
    try {
      return this.value(error);
    } catch {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      const plain = new Error(message);
      plain.name = name;
      plain.stack = String(plain); // where it was made says nothing about the error
      return this.#textOr(plain, lost);
    }
  }

  /** Returns the reason of a stop as text; one that cannot be kept as an error that says what it was. */
  reason(reason: unknown): Encoded {
    try {
      return this.value(reason);
    } catch {
      return this.error(reason instanceof Error ? reason : new Error(`a reason that cannot be recorded: ${String(reason)}`));
    }
  }

  /** @throws EncodeError - a value, or a typed key whose name another one has taken */
  writes(writes: readonly (readonly [key: unknown, value: unknown])[]): readonly EncodedWrite[] {
    return writes.map(([key, value]) => this.#write(key, value));
  }

  /** Returns what a resource keeps; nothing when that cannot be recorded, which is told. */
  resource({ name, entity, entries }: ResourceRecord, wrong: (error: Error) => void): readonly SuspendedResource[] {
    try {
      const kept = entries.map(({ key, isTyped, value }): EncodedWrite => [isTyped ? 'typed' : 'plain', key, this.value(value)]);
      return [{ name, entity: this.value(entity), entries: kept }];
    } catch (thrown) {
      wrong(this.notEncoded(thrown, `resource '${name}'`));
      return [];
    }
  }

  /** Makes an error that says whose value it is of what encoding threw. */
  notEncoded(thrown: unknown, what: string): EncodeError {
    const cause = errorOf(thrown);
    const at = thrown instanceof EncodeError ? thrown.path : 'value';
    return new EncodeError(`${what} cannot be recorded: ${cause.message}`, at, { cause });
  }

  #textOr(value: unknown, otherwise: Encoded): Encoded {
    try {
      return this.value(value);
    } catch {
      return otherwise;
    }
  }

  #write(key: unknown, value: unknown): EncodedWrite {
    if (!(key instanceof ContextKey)) return ['plain', String(key), this.#encoded(String(key), value)];
    const known = this.#keys?.get(key.name);
    if (known !== undefined && known !== key && !key.isStandIn) {
      throw new EncodeError(`two keys named '${key.name}' are set in one run, and a recorded run knows keys by their names; give them different names`, key.name);
    }
    if (!key.isStandIn) (this.#keys ??= new Map<string, ContextKey>()).set(key.name, key);
    return ['typed', key.name, this.#encoded(key.name, value)];
  }

  #encoded(name: string, value: unknown): Encoded {
    try {
      return this.value(value);
    } catch (thrown) {
      throw new EncodeError(`key '${name}': ${thrown instanceof Error ? thrown.message : String(thrown)}`, name, { cause: thrown });
    }
  }
}
