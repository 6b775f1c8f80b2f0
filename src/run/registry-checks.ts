import { shown } from '../define/shown.ts';
import { InvalidOptionError } from '../errors.ts';
import type { Logger } from '../logger.ts';

/** Refuses what is no function. */
export function checkedFunction<Given>(given: Given, option: string): Given {
  if (typeof given === 'function') return given;
  throw new InvalidOptionError('invalid-option', `the option '${option}' of a registry is ${shown(given)}; give a function, or leave it out`);
}

/** Refuses ids that cannot be ones, when they are made. */
export function checkedIds(ids: () => string): () => string {
  return () => {
    const id: unknown = ids();
    if (typeof id === 'string' && id !== '') return id;
    throw new InvalidOptionError('invalid-option', `the option 'ids' of a registry made ${shown(id)} for a run; make strings that are not empty`);
  };
}

/** Refuses what is no logger. */
export function checkedLogger(logger: Logger): Logger {
  for (const method of ['debug', 'info', 'warn', 'error'] as const) {
    if (typeof (logger as Partial<Logger> | null)?.[method] === 'function') continue;
    throw new InvalidOptionError('invalid-option', `the logger of a registry is ${shown(logger)} without the method ${method}; give console, a pino logger or the like`);
  }
  return logger;
}
