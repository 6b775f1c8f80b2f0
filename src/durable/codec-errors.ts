import { FlowError } from '../errors.ts';

/** A value, or something inside it, cannot be kept as text. What its step did stands; the step fails because nobody could read its value back. */
export class EncodeError extends FlowError {
  /** Where in the value: `value.order.lines[2].price`; `value` for the value itself. */
  readonly path: string;

  constructor(message: string, path: string, options?: ErrorOptions) {
    super('encode', message, options);
    this.path = path;
  }
}

/** A text cannot be read: it is corrupt, names a class that is not registered, or needs a key that is not known. */
export class DecodeError extends FlowError {
  constructor(message: string, options?: ErrorOptions) {
    super('decode', message, options);
  }
}

for (const type of [EncodeError, DecodeError]) {
  Object.defineProperty(type.prototype, 'name', { value: type.name, configurable: true, writable: true });
}
