import type { Logger } from '../logger.ts';

/** Writes to the log what nobody hears; a logger that throws changes nothing (law K8). */
export function logProblem(logger: Logger, fields: { readonly error: Error; readonly [field: string]: unknown }): void {
  try {
    logger.warn(fields, fields.error.message);
  } catch {
    // There is nobody left to tell.
  }
}
