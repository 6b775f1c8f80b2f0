import type { FlowsOptions } from '../define/flows.ts';
import { checkOptionNames, type OptionNames } from '../define/option-names.ts';
import { shown } from '../define/shown.ts';
import { InvalidOptionError } from '../errors.ts';
import { registryOptions } from '../run/launcher.ts';
import type { Codec } from './codec.ts';
import type { DurableOptions } from './durable-flows.ts';
import type { RunQuery, Store, StoredStatus } from './store.ts';

/** One of these without a store is a mistake that is told as such. */
const durableOnly: OptionNames<Omit<DurableOptions, keyof FlowsOptions>> = {
  store: true,
  codec: true,
  durability: true,
  lease: true,
  owner: true,
  resources: true,
  migrate: true,
  signalPoll: true,
};
const names: OptionNames<DurableOptions> = { ...durableOnly, ...registryOptions };

const storeMethods = [
  'create',
  'append',
  'load',
  'list',
  'claim',
  'renew',
  'release',
  'post',
  'messages',
  'saveDefinition',
  'loadDefinition',
  'delete',
  'prune',
  'close',
] as const satisfies readonly (keyof Store)[];

const queryNames: OptionNames<RunQuery> = { flow: true, status: true, from: true, to: true, limit: true, after: true };
const statuses: Readonly<Record<StoredStatus, true>> = { running: true, succeeded: true, failed: true, stopped: true };

/**
 * Whether the runs of a registry are to be recorded.
 *
 * @throws InvalidOptionError - names an option that no registry has
 */
export function isDurable(options: FlowsOptions | DurableOptions): options is DurableOptions {
  if (typeof (options as unknown) !== 'object' || (options as unknown) === null) return false;
  checkOptionNames(options, names, 'a registry');
  return Object.keys(durableOnly).some((name) => Object.hasOwn(options, name));
}

/**
 * Refuses options of a registry whose runs are recorded that cannot be meant, as far as nobody else looks at them.
 *
 * @throws InvalidOptionError - says which one
 */
export function checkDurableOptions(options: DurableOptions): void {
  checkStore(options.store);
  if (options.codec !== undefined) tryCodec(options.codec, 'the codec of a registry');
  const resources: unknown = options.resources;
  if (resources !== undefined && !Array.isArray(resources)) throw invalid(`the resources of a registry are ${shown(resources)}; give a list of what defineResource made`);
}

function checkStore(store: unknown): void {
  const todo = 'give memoryStore(), sqliteStore(path) or another Store';
  if (typeof store !== 'object' || store === null) throw invalid(`the store of a registry is ${shown(store)}; ${todo}`);
  const missing = storeMethods.find((method) => typeof Reflect.get(store, method) !== 'function');
  if (missing !== undefined) throw invalid(`the store of a registry has no method '${missing}'; ${todo}`);
}

/** Refuses what is no codec. */
export function checkCodec(codec: unknown, what: string): asserts codec is Codec {
  const isCodec = typeof codec === 'object' && codec !== null && ['encode', 'decode'].every((method) => typeof Reflect.get(codec, method) === 'function');
  if (!isCodec) throw invalid(`${what} is ${shown(codec)}; give jsonCodec(), encrypt(options) or another object with encode and decode`);
}

/**
 * A codec that loses errors, or answers with a promise, would be noticed when a run cannot go on: it is tried before there is one.
 *
 * @throws InvalidOptionError - it is no codec, or not one for runs
 */
function tryCodec(given: unknown, what: string): void {
  checkCodec(given, what);
  const codec: { encode(value: unknown): unknown; decode(text: string): unknown } = given; // callers without types
  for (const value of [undefined, new Error('tried')]) {
    const name = value === undefined ? 'undefined' : 'errors';
    const todo = `${what} does not bring back ${name}`;
    let text: unknown;
    let read: unknown;
    try {
      text = codec.encode(value);
      if (typeof text === 'string') read = codec.decode(text);
    } catch {
      continue; // what it needs may be away for a moment; values that it refuses fail their steps
    }
    if (typeof text !== 'string') throw invalid(`encode of ${what} returned ${shown(text)} for ${name}; return a text, and no promise of one`);
    const isBack = value === undefined ? read === undefined : read instanceof Error && read.message === value.message;
    if (!isBack) throw invalid(`${todo}: they come back as ${shown(read)}; mend it, or build it on jsonCodec()`);
  }
}

/**
 * Returns a query that every store can answer.
 *
 * @throws InvalidOptionError - it asks for what there cannot be
 */
export function checkedQuery(query: RunQuery = {}): RunQuery {
  if (typeof (query as unknown) !== 'object' || (query as unknown) === null) throw invalid(`a query of runs is ${shown(query)}; give an object, or leave it out`);
  checkOptionNames(query, queryNames, 'a query of runs');
  const { flow, status, from, to, limit, after } = query;
  const of = (what: string, value: unknown, todo: string): never => {
    throw invalid(`the ${what} of a query of runs is ${shown(value)}; give ${todo}, or leave it out`);
  };
  if (flow !== undefined && typeof flow !== 'string') of('flow', flow, 'its name');
  if (status !== undefined && !Object.hasOwn(statuses, status)) of('status', status, "'running', 'succeeded', 'failed' or 'stopped'");
  if (from !== undefined && !Number.isFinite(from)) of("'from'", from, 'milliseconds since the epoch');
  if (to !== undefined && !Number.isFinite(to)) of("'to'", to, 'milliseconds since the epoch');
  if (limit !== undefined && !(Number.isInteger(limit) && limit > 0)) of('limit', limit, 'a whole number from 1');
  if (after !== undefined && typeof after !== 'string') of("'after'", after, "what the page before had as 'next'");
  return query;
}

function invalid(message: string): InvalidOptionError {
  return new InvalidOptionError('invalid-option', message);
}
