import { createCipheriv, createDecipheriv, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { shown } from '../define/shown.ts';
import { InvalidOptionError } from '../errors.ts';
import { DecodeError, EncodeError } from './codec-errors.ts';
import type { Codec } from './codec.ts';
import { jsonCodec } from './json-codec.ts';
import { checkCodec } from './option-checks.ts';
import { textOf } from './refusal.ts';

/** What `encrypt` takes. */
export interface EncryptOptions {
  /** The name of the key that new texts are encrypted with. */
  readonly key: string;
  /**
   * All keys that texts may be encrypted with, by name: letters, digits, `-` and `_`. A key has 32 bytes: as bytes, or as a text of
   * 64 hex digits or in base64. Keep the old ones until no run needs them any more.
   */
  readonly keys: Readonly<Record<string, Uint8Array | string>>;
  /** What makes the texts. Default: `jsonCodec()` */
  readonly codec?: Codec;
  /**
   * Whether texts that are not encrypted are read too, for runs from before there was a key. Whoever can write to the store can then give
   * any value to a run. Default: false
   */
  readonly readPlain?: boolean;
}

/** How encrypted texts begin; then come the name of the key, and nonce, tag and data in base64. */
const prefix = 'aes256gcm:';
const algorithm = 'aes-256-gcm';
const nonceLength = 12;
const tagLength = 16;

/**
 * Returns a codec that encrypts the texts of another one with AES-256-GCM: every value of a run, each with a nonce of its own. Names
 * (of flows, steps, keys) and times are no values and can be read in the store.
 *
 * A text that was changed is refused, and so is one whose key is not there; each message says which it is. To change keys, add the new
 * one and make it the `key`: what the others encrypted can still be read. Nonces are random, so take a new key before one has
 * encrypted 2³² values.
 *
 * @throws InvalidOptionError - `key` is none of `keys`, or one of them does not have 32 bytes
 * @example
 * ```ts
 * const codec = encrypt({
 *   key: 'spring',
 *   keys: { winter: await secret('winter'), spring: await secret('spring') },
 *   codec: jsonCodec({ classes: [Money] }),
 * });
 * ```
 */
export function encrypt(options: EncryptOptions): Codec {
  if (typeof (options as unknown) !== 'object' || (options as unknown) === null || typeof (options.keys as unknown) !== 'object' || (options.keys as unknown) === null) {
    throw invalid('encrypt has no keys; give { key: name, keys: { name: 32 bytes } }');
  }
  const { key: current, codec = jsonCodec(), readPlain = false } = options;
  checkCodec(codec, 'the codec of encrypt');
  const keys = new Map(Object.entries(options.keys).map(([name, bytes]) => [name, secretOf(name, bytes)]));
  const secret = keys.get(current);
  if (secret === undefined) throw invalid(`key ${shown(current)} is none of the keys; name one of ${listed(keys)}`);
  const header = `${prefix}${current}:`;
  const headerBytes = Buffer.from(header);
  return {
    encode(value) {
      const text = encoded(codec, value);
      const nonce = randomBytes(nonceLength);
      const cipher = createCipheriv(algorithm, secret, nonce).setAAD(headerBytes);
      const data = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return `${header}${Buffer.concat([nonce, cipher.getAuthTag(), data]).toString('base64')}`;
    },
    decode(text) {
      if (!text.startsWith(prefix)) {
        if (readPlain) return codec.decode(text);
        throw new DecodeError('the text is not encrypted; it was written without a key, which `readPlain: true` of encrypt allows, or is corrupt');
      }
      const end = text.indexOf(':', prefix.length);
      const name = text.slice(prefix.length, Math.max(end, prefix.length));
      const theirs = keys.get(name);
      if (theirs === undefined) throw new DecodeError(`the text was encrypted with key ${shown(name)}, which is not there; add it to the keys of encrypt`);
      return codec.decode(decrypted(text.slice(end + 1), name, theirs));
    },
  };
}

function encoded(codec: Codec, value: unknown): string {
  try {
    return codec.encode(value);
  } catch (cause) {
    if (cause instanceof EncodeError) throw cause;
    throw new EncodeError(`value could not be encoded: ${textOf(cause)}`, 'value', { cause });
  }
}

function decrypted(base64: string, name: string, key: KeyObject): string {
  const bytes = Buffer.from(base64, 'base64');
  // what is no base64 is passed over by `from`; a text that was changed there is not the one that was written
  if (bytes.length < nonceLength + tagLength || bytes.toString('base64') !== base64) {
    throw new DecodeError(`the text encrypted with key '${name}' is incomplete or corrupt`);
  }
  const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, nonceLength), { authTagLength: tagLength })
    .setAAD(Buffer.from(`${prefix}${name}:`))
    .setAuthTag(bytes.subarray(nonceLength, nonceLength + tagLength));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(nonceLength + tagLength)), decipher.final()]).toString('utf8');
  } catch (cause) {
    throw new DecodeError(`the text does not fit key '${name}': it was changed, or '${name}' was another key when it was written`, { cause });
  }
}

function secretOf(name: string, given: Uint8Array | string): KeyObject {
  if (!/^[\w-]+$/.test(name)) throw invalid(`a key is named ${shown(name)}; use letters, digits, '-' and '_'`);
  const bytes = typeof given === 'string' ? bytesOf(given) : given;
  if (bytes instanceof Uint8Array && bytes.length === 32) return createSecretKey(bytes);
  const what = bytes instanceof Uint8Array ? `has ${bytes.length} bytes` : `is ${typeof given === 'string' ? 'a text that is neither hex nor base64' : shown(given)}`;
  throw invalid(`key '${name}' ${what}; give 32 bytes, as bytes or as a text of 64 hex digits or in base64`); // never the key itself
}

function bytesOf(text: string): Uint8Array | undefined {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  return /^[\w+/-]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : undefined; // base64url too
}

function listed(keys: ReadonlyMap<string, unknown>): string {
  return keys.size === 0 ? 'the keys, of which there are none' : [...keys.keys()].map((name) => `'${name}'`).join(', ');
}

function invalid(message: string): InvalidOptionError {
  return new InvalidOptionError('invalid-option', message);
}
