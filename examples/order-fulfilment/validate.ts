import type { Catalogue } from './catalogue.ts';
import { Fields } from './fields.ts';
import { currencies, type Address, type Currency, type Customer, type Order, type OrderLine, type OrderRecord } from './orders.ts';
import { Refusal, type Problem } from './refusal.ts';

/** Checks an order as the file has it and returns it typed; throws a refusal that names all of its problems. */
export function validOrder(record: OrderRecord, catalogue: Catalogue): Order {
  const checked = checkOrder(record, catalogue);
  const [first, ...others] = checked.problems;
  if (first !== undefined) throw new Refusal(first, ...others);
  return checked.order;
}

/** Checks an order and returns what it found; the order is to be used only if there are no problems. */
export function checkOrder(record: OrderRecord, catalogue: Catalogue): { readonly order: Order; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const fields = new Fields(record, problems);
  const placedAt = placedAtOf(fields, problems);
  const customer = customerOf(fields.inside('customer'), problems);
  const address = addressOf(fields.inside('address'), problems);
  const currency = currencyOf(fields.text('currency'), problems);
  const lines = linesOf(fields, problems);
  checkLines(lines, catalogue, currency, problems);
  return { order: { id: record.id, placedAt, customer, address, currency: currency ?? 'EUR', lines }, problems };
}

function placedAtOf(fields: Fields, problems: Problem[]): Date {
  const text = fields.text('placedAt');
  const at = new Date(text);
  if (text !== '' && Number.isNaN(at.getTime())) problems.push({ kind: 'malformed-value', text: `placedAt is '${text}', not a date` });
  return at;
}

function customerOf(fields: Fields | undefined, problems: Problem[]): Customer {
  if (fields === undefined) return { name: '', email: '', country: '' };
  const customer = { name: fields.optionalText('name'), email: fields.optionalText('email'), country: fields.optionalText('country') };
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(customer.email)) problems.push({ kind: 'bad-email', text: `'${customer.email}' is not an e-mail address` });
  return customer;
}

function addressOf(fields: Fields | undefined, problems: Problem[]): Address {
  if (fields === undefined) return { street: '', postcode: '', city: '', country: '' };
  const part = (name: 'street' | 'postcode' | 'city' | 'country'): string => {
    const text = fields.optionalText(name);
    if (text === '') problems.push({ kind: 'incomplete-address', text: `the address has no ${name}` });
    return text;
  };
  return { street: part('street'), postcode: part('postcode'), city: part('city'), country: part('country') };
}

function currencyOf(text: string, problems: Problem[]): Currency | undefined {
  const currency = currencies.find((one) => one === text);
  if (text !== '' && currency === undefined) {
    problems.push({ kind: 'unknown-currency', text: `the currency is '${text}', not one of ${currencies.join(', ')}` });
  }
  return currency;
}

function linesOf(fields: Fields, problems: Problem[]): readonly OrderLine[] {
  const lines = fields.list('lines');
  if (lines?.length === 0) problems.push({ kind: 'no-lines', text: 'the order has no lines' });
  return lines?.map((line) => ({ sku: line.text('sku'), quantity: line.number('quantity'), unitCents: line.number('unitCents') })) ?? [];
}

function checkLines(lines: readonly OrderLine[], catalogue: Catalogue, currency: Currency | undefined, problems: Problem[]): void {
  const seen = new Set<string>();
  for (const { sku, quantity, unitCents } of lines) {
    if (sku === '') continue;
    if (seen.has(sku)) problems.push({ kind: 'duplicate-line', text: `${sku} has several lines` });
    seen.add(sku);
    const isCount = Number.isNaN(quantity) || (Number.isSafeInteger(quantity) && quantity > 0); // what is no number has been noted
    if (!isCount) problems.push({ kind: 'bad-quantity', text: `${quantity} of ${sku} were ordered` });
    const article = catalogue.get(sku);
    if (article === undefined) problems.push({ kind: 'unknown-sku', text: `there is no article ${sku}` });
    const price = currency === undefined ? undefined : article?.prices[currency];
    if (price !== undefined && !Number.isNaN(unitCents) && price !== unitCents) {
      problems.push({ kind: 'wrong-price', text: `${sku} costs ${price} cents, the order says ${unitCents}` });
    }
  }
}
