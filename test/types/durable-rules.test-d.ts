import type { BreakPoint, Entry } from '../../src/durable/entry.ts';
import { flag, is, listOf, oneOf, ordinal, type Rule, shape, text, tuple, variants } from '../../src/durable/rules.ts';

type Ended = Extract<Entry, { readonly t: 'ended' }>;
type Skipped = Extract<Entry, { readonly t: 'skipped' }>;

// a rule fits the type that it is for, and no other
export const stage: Rule<BreakPoint['stage']> = oneOf({ before: true, after: true });
// @ts-expect-error -- one of the words is missing
export const fewer: Rule<BreakPoint['stage']> = oneOf({ before: true });
// @ts-expect-error -- one word is too many
export const more: Rule<BreakPoint['stage']> = oneOf({ before: true, body: true, after: true });
// @ts-expect-error -- a text is no number
export const other: Rule<number> = text;

// every field has its rule
export const skipped: Rule<Skipped> = shape<Skipped>({ t: is('skipped'), p: text }, { cascade: flag, e: text });
// @ts-expect-error -- a field is missing
export const missing: Rule<Skipped> = shape<Skipped>({ t: is('skipped') }, { cascade: flag, e: text });
// @ts-expect-error -- a field that may be left out is missing
export const optional: Rule<Skipped> = shape<Skipped>({ t: is('skipped'), p: text }, { cascade: flag });
// @ts-expect-error -- a field that may be left out is required
export const required: Rule<Skipped> = shape<Skipped>({ t: is('skipped'), p: text, e: text }, { cascade: flag });
// @ts-expect-error -- a field has the rule of another one
export const wrong: Rule<Skipped> = shape<Skipped>({ t: is('skipped'), p: ordinal }, { cascade: flag, e: text });

// every kind has its rule
const ended: Rule<Ended> = shape<Ended>({ t: is('ended'), s: oneOf({ succeeded: true, failed: true, stopped: true }) }, {});
export const both: Rule<Ended | Skipped> = variants<Ended | Skipped, 't'>('t', { ended, skipped });
// @ts-expect-error -- a kind is missing
export const one: Rule<Ended | Skipped> = variants<Ended | Skipped, 't'>('t', { ended });
// @ts-expect-error -- a kind has the rule of another one
export const swapped: Rule<Ended | Skipped> = variants<Ended | Skipped, 't'>('t', { ended: skipped, skipped });

export const pairs: Rule<readonly (readonly ['a', number])[]> = listOf(tuple(is('a'), ordinal));
