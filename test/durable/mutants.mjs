// Breaks the rules of a fold in one place after the other, in a copy, and shows that the examples of fold.test.ts and nested-fold.test.ts notice each. Not part of CI:
//
//     node test/durable/mutants.mjs [part of a name]
import { tryMutants } from '../mutation.mjs';

const only = process.argv[2] ?? '';

/** What is broken, where, and how. */
const mutants = [
  ['a claim leaves attempts at work', 'fold', "if (record.s === 'started')", "if (record.s === 'lost')"],
  ['a claim loses attempts that wait for the next one', 'fold', "if (record.s === 'started')", "if (record.s === 'started' || record.s === 'retrying')"],
  ['a claim loses ended functions', 'fold', "if (record.s === 'started')", "if (record.s === 'started' || record.s === 'returned')"],
  ['claims of an earlier epoch pass', 'fold', 'if (epoch <= this.#epoch)', 'if (epoch < this.#epoch)'],
  ['a claim counts no crash', 'path-records', 'crashes: (known.crashes ?? 0) + 1', 'crashes: known.crashes ?? 1'],
  ['crashes are forgotten', 'path-records', 'if (known?.crashes !== undefined) draft.crashes = known.crashes;', ''],
  ['the first start is forgotten', 'path-records', 'if (known?.begin !== undefined) draft.begin = known.begin;', ''],
  ['the time of the first start is forgotten', 'path-records', 'if (known?.since !== undefined) draft.since = known.since;', ''],
  ['each attempt is a start', 'fold', 'if (record.begin === undefined) record.begin', 'record.begin'],
  ['skips are no outcomes', 'fold', 'entry, this.#at, this.#moments++));\n      case \'retrying\'', 'entry, this.#at, this.#moments));\n      case \'retrying\''],
  ['keys of earlier attempts are forgotten', 'work-records', 'if (before === undefined || now === undefined) return now ?? before;', 'return now;'],
  ['the first value of a key stays', 'work-records', '[...before.filter(([kind, name]) => !isSetNow.has(`${kind} ${name}`)), ...now]', '[...now, ...before]'],
  ['typed and plain keys are the same', 'work-records', '!isSetNow.has(`${kind} ${name}`)', '![...isSetNow].some((one) => one.endsWith(` ${name}`))'],
  ['the value of a function is forgotten when callbacks end', 'path-records', 'if (known !== undefined) goesOn(draft, known);\n  else if (entry.x', 'if (known === undefined && entry.x'],
  ['a success says how the function ended', 'path-records', 'delete draft.how;', ''],
  ['a success has a break point', 'path-records', "delete draft.how;\n    delete draft.breakPoint;", 'delete draft.how;'],
  ['a break point before a function that failed stays', 'path-records', "else if (draft.how === undefined && entry.why !== 'crashes') delete draft.breakPoint;", ''],
  ['a break point is forgotten', 'path-records', 'if (breakPoint !== undefined) draft.breakPoint = breakPoint;', ''],
  ['a break point behind a failed function stays', 'path-records', "if (draft.breakPoint?.stage === 'after' && draft.how === undefined) delete draft.breakPoint;", ''],
  ['a failed function is not run again', 'path-records', "if (how === 'succeeded') {", 'if (how !== undefined) {'],
  ['an ended function is run again', 'path-records', "if (how === 'succeeded') {", "if (how === 'failed') {"],
  ['an ended function is run again after a crash', 'path-records', "known?.s !== 'reset' && known?.s !== 'lost'", "known?.s !== 'reset'"],
  ['a reset keeps no keys', 'path-records', 'if (known.w !== undefined) draft.w = known.w;', ''],
  ['a reset keeps its attempts', 'path-records', "{ s: 'reset', n: 0, at }", "{ s: 'reset', n: known.n, at }"],
  ['a reset forgets why', 'path-records', 'if (known.why !== undefined) draft.why = known.why;\n  if (known.kind', 'if (known.kind'],
  ['a recovery keeps what was stopped', 'fold', "record.s === 'failed' || record.s === 'stopped'", "record.s === 'failed'"],
  ['a recovery takes skips back', 'fold', "record.s === 'failed' || record.s === 'stopped'", "record.s === 'failed' || record.s === 'stopped' || record.s === 'skipped'"],
  ['a recovery keeps what closed the run', 'fold', '    this.#latches.clear();\n', ''],
  ['a recovery keeps pauses', 'fold', 'this.#latches.clear();\n    this.#paused.clear();', 'this.#latches.clear();'],
  ['a recovery leaves the run ended', 'fold', 'this.#ended = undefined;', ''],
  ['a recovery keeps callbacks after processes', 'path-records', "return path.endsWith('/@after') &&", 'return path === s &&'],
  ['a recovery forgets callbacks after processes that went well', 'path-records', "&& (s !== 'succeeded' ||", "&& (s !== 'started' ||"],
  ['a recovery keeps callbacks after the flow', 'path-records', "if (path === '@after') return true;", ''],
  ['a recovery keeps callbacks after a flow that is called', 'path-records', " || paths.get(path.slice(0, -'/@after'.length))?.kind === 'composite'", ''],
  ['a recovery keeps items that failed', 'path-records', "if (kind === 'item') return s !== 'succeeded';", ''],
  ['a recovery takes callbacks before back', 'path-records', "path.endsWith('/@after')", "path.endsWith('/@before')"],
  ['resources stay after a success', 'fold', "if (entry.s === 'succeeded') this.#resources.clear();", ''],
  ['resources go with every end', 'fold', "if (entry.s === 'succeeded') this.#resources", 'this.#resources'],
  ['a stop does not end a pause', 'fold', 'if (entry.p === FLOW) this.#paused.clear();', 'if (entry.p === FLOW) this.#paused.delete(FLOW);'],
  ['a stop of a process does not end its pause', 'fold', 'else this.#paused.delete(entry.p);', ''],
  ['the last decision stays', 'latching', 'if (known === undefined) latches', 'if (mode !== undefined) latches'],
  ['a drain is not raised', 'latching', "else if (known.mode === 'abort' || mode === 'drain') return false;", 'else if (known.force !== true) return false;'],
  ['an abort may become a drain', 'latching', "else if (known.mode === 'abort' || mode === 'drain') return false;\n  else latches.set(p, { ...known, p, mode: 'abort' });", 'else latches.set(p, { ...known, p, mode });'],
  ['force does not hold', 'latching', "{ ...known, p, mode: 'abort', force }", "{ ...known, p, mode: 'abort' }"],
  ['an abort of the flow spares its processes', 'latching', "if (p === FLOW && mode === 'abort')", "if (p === FLOW && mode === 'drain')"],
  ['a process does not know of its flow', 'latching', 'latches.get(p) ?? latches.get(FLOW)', 'latches.get(p)'],
  ['a missing row passes', 'fold', 'if (seq !== this.#seq + 1)', 'if (seq <= this.#seq)'],
  ['a doubled row passes', 'fold', 'if (seq !== this.#seq + 1)', 'if (seq > this.#seq + 1)'],
];

tryMutants({
  mutants,
  only,
  folder: 'src/durable',
  tests: ['test/durable'],
  args: ['test/durable/fold.test.ts', 'test/durable/nested-fold.test.ts'],
  failure: /FAIL {2}test\/durable\/(?:nested-)?fold\.test\.ts > ([^\n]*)/,
});
