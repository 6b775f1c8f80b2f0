/**
 * Where the library writes what nobody listens to, and what `s.logger` is. `console` and a pino logger fit as they are.
 * The default writes nothing (law K9).
 */
export interface Logger {
  /** Writes what only a developer wants to see. */
  debug(fields: object, message: string): void;
  /** Writes what is worth knowing and needs no action. */
  info(fields: object, message: string): void;
  /** Writes what may need action: a listener that threw, a step that was abandoned. */
  warn(fields: object, message: string): void;
  /** Writes what needs action. */
  error(fields: object, message: string): void;
}

const nothing = (): void => undefined;

/** A logger that writes nothing. */
export const silentLogger: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
