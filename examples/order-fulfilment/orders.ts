import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';

/** An order as the file has it: nothing but its id is known to be right. */
export interface OrderRecord {
  readonly id: string;
  readonly [field: string]: unknown;
}

/** An order whose fields have been checked. */
export interface Order {
  readonly id: string;
  readonly placedAt: Date;
  readonly customer: Customer;
  readonly address: Address;
  readonly currency: Currency;
  readonly lines: readonly OrderLine[];
}

/** Who ordered; `country` is where the card was issued. */
export interface Customer {
  readonly name: string;
  readonly email: string;
  readonly country: string;
}

/** Where the parcel goes. */
export interface Address {
  readonly street: string;
  readonly postcode: string;
  readonly city: string;
  readonly country: string;
}

/** So many of one article, at the price that the customer saw. */
export interface OrderLine {
  readonly sku: string;
  readonly quantity: number;
  readonly unitCents: number;
}

/** The currencies that the shop takes; all have cents. */
export const currencies = ['EUR', 'USD', 'GBP', 'CHF'] as const;

/** One of the currencies that the shop takes. */
export type Currency = (typeof currencies)[number];

/** A file that the job cannot work with. */
export class FileError extends Error {}

/** Reads a file that holds a JSON list of objects. */
export async function readList(file: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const list = parsed(file, await textOf(file));
  if (!Array.isArray(list)) throw new FileError(`${file} holds ${named(list)}, not a list`);
  return list.map((entry: unknown, index) => {
    if (!isObject(entry)) throw new FileError(`entry ${index + 1} of ${file} is ${named(entry)}, not an object`);
    return entry;
  });
}

/** Reads the file of orders; each must have an id of its own, what else is wrong with one is found later. */
export async function readOrders(file: string): Promise<readonly OrderRecord[]> {
  const records = await readList(file);
  const positions = new Map<unknown, number>();
  return records.map((record, index) => {
    const id = record['id'];
    if (typeof id !== 'string' || !/^[\w-]{1,40}$/.test(id)) {
      throw new FileError(`order ${index + 1} of ${basename(file)} has no id of letters, digits, '_' and '-'`);
    }
    const before = positions.get(id);
    if (before !== undefined) throw new FileError(`orders ${before + 1} and ${index + 1} of ${basename(file)} have the same id, '${id}'`);
    positions.set(id, index);
    return { ...record, id };
  });
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'; // readFile rejects with nothing else
    throw new FileError(missing ? `there is no file ${file}` : `${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

function parsed(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new FileError(`${file} is not JSON: ${(error as Error).message}`, { cause: error }); // JSON.parse throws a SyntaxError
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function named(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `the ${typeof value} ${JSON.stringify(value)}`;
}
