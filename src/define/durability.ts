import { InvalidOptionError } from '../errors.ts';
import { shown } from './shown.ts';

/**
 * When a run is recorded: every step before anything comes of it (`'step'`), everything at once when the run fails or is stopped
 * (`'exit'`: a run whose process dies is lost), or never (`'none'`).
 */
export type Durability = 'step' | 'exit' | 'none';

/** Refuses what is no durability. */
export function checkedDurability(given: Durability, what: string): Durability {
  if (given === 'step' || given === 'exit' || given === 'none') return given;
  throw new InvalidOptionError('invalid-option', `the durability of ${what} is ${shown(given)}; give 'step', 'exit' or 'none'`);
}
