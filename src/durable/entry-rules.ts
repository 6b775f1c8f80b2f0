import type { BreakPoint, EncodedWrite, Entry, FailureKind, RecordedOptions, SuspendedResource } from './entry.ts';
import { count, flag, is, listOf, oneOf, one, ordinal, quantity, type Rule, shape, text, truth, tuple, variants } from './rules.ts';

type EntryOf<Kind extends Entry['t']> = Extract<Entry, { readonly t: Kind }>;
type Returned<End extends EntryOf<'returned'>['s']> = Extract<EntryOf<'returned'>, { readonly s: End }>;

export const writes: Rule<readonly EncodedWrite[]> = listOf(tuple(oneOf({ plain: true, typed: true }), text, text));

export const failureKind: Rule<FailureKind> = oneOf({ error: true, timeout: true, callback: true, crashes: true, encode: true });

export const breakPoint: Rule<BreakPoint> = shape(
  { stage: oneOf({ before: true, after: true }), level: oneOf({ registry: true, flow: true, process: true, step: true }), order: ordinal },
  {},
);

export const options: Rule<RecordedOptions> = shape(
  { graceMs: quantity },
  { limit: ordinal, failFast: flag, tiered: flag, finishTier: flag, strict: flag, flowTimeoutMs: quantity },
);

export const resources: Rule<readonly SuspendedResource[]> = listOf(shape({ name: text, entity: text, entries: writes }, {}));

export const latchMode: Rule<'drain' | 'abort'> = oneOf({ drain: true, abort: true });
export const latchReason: Rule<'stop' | 'timeout'> = oneOf({ stop: true, timeout: true });
export const runEnd: Rule<'succeeded' | 'failed' | 'stopped'> = oneOf({ succeeded: true, failed: true, stopped: true });

/** The fields of each kind of entry. */
export const entry: Rule<Entry> = variants<Entry, 't'>('t', {
  created: shape<EntryOf<'created'>>({ t: is('created'), flow: text, fingerprint: text, format: ordinal, input: text, options }, {}),
  claimed: shape<EntryOf<'claimed'>>({ t: is('claimed'), owner: text, epoch: ordinal }, {}),
  started: shape<EntryOf<'started'>>({ t: is('started'), p: text, n: ordinal }, { x: one }),
  opened: shape<EntryOf<'opened'>>({ t: is('opened'), p: text }, { w: writes }),
  decided: shape<EntryOf<'decided'>>({ t: is('decided'), p: text, v: text }, { w: writes }),
  iterated: shape<EntryOf<'iterated'>>({ t: is('iterated'), p: text, i: ordinal }, { at: quantity, e: text, w: writes }),
  expanded: shape<EntryOf<'expanded'>>({ t: is('expanded'), p: text, from: count, keys: listOf(text), last: truth }, { items: listOf(text), w: writes }),
  parked: shape<EntryOf<'parked'>>({ t: is('parked'), p: text, until: quantity }, { w: writes }),
  received: shape<EntryOf<'received'>>({ t: is('received'), p: text, id: text }, {}),
  returned: variants<EntryOf<'returned'>, 's'>('s', {
    succeeded: shape<Returned<'succeeded'>>({ t: is('returned'), p: text, s: is('succeeded') }, { v: text, w: writes }),
    failed: shape<Returned<'failed'>>({ t: is('returned'), p: text, s: is('failed'), e: text, why: failureKind }, { of: listOf(text), w: writes }),
    stopped: shape<Returned<'stopped'>>({ t: is('returned'), p: text, s: is('stopped') }, { w: writes }),
  }),
  succeeded: shape<EntryOf<'succeeded'>>({ t: is('succeeded'), p: text }, { v: text, w: writes, x: one }),
  failed: shape<EntryOf<'failed'>>({ t: is('failed'), p: text, e: text, why: failureKind }, { at: breakPoint, of: listOf(text), w: writes, abandoned: flag, x: one }),
  skipped: shape<EntryOf<'skipped'>>({ t: is('skipped'), p: text }, { cascade: flag, e: text }),
  stopped: shape<EntryOf<'stopped'>>({ t: is('stopped'), p: text }, { w: writes, abandoned: flag, x: one }),
  retrying: shape<EntryOf<'retrying'>>({ t: is('retrying'), p: text, n: ordinal, at: quantity, e: text }, { w: writes }),
  latched: shape<EntryOf<'latched'>>({ t: is('latched'), p: text, mode: latchMode, why: latchReason }, { force: flag, v: text }),
  paused: shape<EntryOf<'paused'>>({ t: is('paused'), p: text }, {}),
  resumed: shape<EntryOf<'resumed'>>({ t: is('resumed'), p: text }, {}),
  suspended: shape<EntryOf<'suspended'>>({ t: is('suspended'), p: text, resources }, {}),
  recovered: shape<EntryOf<'recovered'>>({ t: is('recovered') }, { again: listOf(text) }),
  migrated: shape<EntryOf<'migrated'>>({ t: is('migrated'), fingerprint: text }, {}),
  ended: shape<EntryOf<'ended'>>({ t: is('ended'), s: runEnd }, {}),
});
