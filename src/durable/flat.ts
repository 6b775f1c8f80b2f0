/** How many fields an object may have at most: what repeats is looked for among them one by one. */
const mostFields = 16;

/** What is escaped in other ways than in JSON, or may be. */
const unusual = /[<\u2028\u2029\ud800-\udfff]/;

/**
 * Returns the text of a plain object that holds nothing but texts, numbers, booleans and `null`, exactly as `devalue` writes it, in a third of
 * the time; `undefined` for everything else. Results of steps are mostly such objects.
 */
export function flatText(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return undefined;
  const names = Object.keys(value);
  if (names.length > mostFields || Object.getOwnPropertySymbols(value).length > 0) return undefined;
  const all: readonly unknown[] = Object.values(value);
  let fields = '';
  let values = '';
  let different = 0;
  for (let place = 0; place < names.length; place++) {
    const name = names[place] as string; // as many as there are
    const text = primitiveText(all[place]);
    if (text === undefined || name === '__proto__' || unusual.test(name)) return undefined;
    const first = all.indexOf(all[place]);
    const index = first === place ? ++different : differentUntil(all, first);
    if (first === place) values += `,${text}`;
    fields += `${place === 0 ? '' : ','}${JSON.stringify(name)}:${index}`;
  }
  return `[{${fields}}${values}]`;
}

/**
 * Returns the object of a text that `flatText` may have written, made of what JSON has read, in two thirds of the time of `devalue` and a third
 * less memory; `undefined` for everything else.
 *
 * @param parsed - is changed only if it is such an object
 */
export function flatValue(parsed: unknown): object | undefined {
  if (!Array.isArray(parsed)) return undefined;
  const values: readonly unknown[] = parsed;
  const fields: unknown = values[0];
  if (!isFields(fields)) return undefined;
  for (const name in fields) if (name === '__proto__' || !isPlaceOfPrimitive(fields[name], values)) return undefined;
  for (const name in fields) fields[name] = values[fields[name] as number]; // each was looked at
  return fields;
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPlaceOfPrimitive(place: unknown, values: readonly unknown[]): boolean {
  if (typeof place !== 'number' || !Number.isInteger(place) || place < 1 || place >= values.length) return false;
  const value = values[place];
  return typeof value !== 'object' || value === null;
}

/** How many different values stand before and at a place. */
function differentUntil(all: readonly unknown[], place: number): number {
  let count = 0;
  for (let at = 0; at <= place; at++) if (all.indexOf(all[at]) === at) count++;
  return count;
}

function primitiveText(value: unknown): string | undefined {
  if (typeof value === 'string') return unusual.test(value) ? undefined : JSON.stringify(value);
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0) ? String(value) : undefined;
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  return value === null ? 'null' : undefined;
}
