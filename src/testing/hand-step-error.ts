/** A step that is driven by hand was driven wrongly, or was not called. It ends the test, so it has no code. */
export class HandStepError extends Error {
  /** The name of the step. */
  readonly step: string;

  constructor(step: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.step = step;
  }
}

Object.defineProperty(HandStepError.prototype, 'name', { value: 'HandStepError', configurable: true, writable: true });
