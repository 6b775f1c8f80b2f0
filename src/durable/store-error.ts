import { FlowError, type ErrorCode } from '../errors.ts';

/** A store cannot do what it was asked for. What its driver threw is the `cause`. */
export class StoreError extends FlowError {
  /** Which store: the path of its file, or its kind. */
  readonly store: string;

  constructor(code: ErrorCode, store: string, problem: string, options?: ErrorOptions) {
    super(code, `the store '${store}' ${problem}`, options);
    this.store = store;
  }
}

Object.defineProperty(StoreError.prototype, 'name', { value: 'StoreError', configurable: true, writable: true });
