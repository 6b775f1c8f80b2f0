// Breaks recording and going on in one place after the other, in a copy, and shows that the crash matrix, the simulation or the law of
// write-ahead notices each. Not part of CI:
//
//     node test/durable/mutants-of-recovery.mjs [part of a name]
import { tryMutants } from '../mutation.mjs';

const only = process.argv[2] ?? '';
const runs = process.env.MILLRACE_RUNS ?? '600';

/** What is broken, where, and how. */
const mutants = [
  ['what follows from a record at once is not recorded', 'durable/scope-journal', 'this.#seen = scope.seen;', 'this.#seen = scope.kernel.history.length;'],
  ['ends of nodes from before are not recorded', 'durable/scope-journal', 'new NodeSet(scope.known)', 'new NodeSet()'],
  ['ends of nodes that were never at work are recorded', 'durable/scope-journal', 'if (this.#known.has(node)) this.#ended(node);', 'this.#ended(node);'],
  ['keys are not recorded', 'durable/kept-ends', 'if (writes.length > 0) kept.w = codec.writes(writes);', ''],
  ['keys of failed attempts are not recorded', 'durable/scope-journal', 'e: this.page.codec.error(error), ...this.#tryWrites(node, path) });', 'e: this.page.codec.error(error) });'],
  ['a skip that cascades is a plain one', 'durable/scope-journal', 'kernel.state(node) === PASSED_ON ? { cascade: true as const } : {}', '{}'],
  ['the ends of functions are not recorded', 'durable/scope-journal', "if (end.status === 'succeeded') this.#add({ t: 'returned'", "if (end.status === 'succeeded') void ({ t: 'returned'"],
  ['later attempts are not recorded', 'durable/scope-journal', 'this.#add(this.#started(node, attempt));', ''],
  ['every attempt is the first one', 'durable/scope-journal', 'this.#add(this.#started(node, attempt));', 'this.#add(this.#started(node, 1));'],
  ['stops are not recorded', 'durable/scope-journal', "this.page.entries.push({ t: 'latched'", "void ({ t: 'latched'"],
  ['a recorded stop is recorded again', 'durable/scope-journal', 'closed: number = scope.kernel.closings?.length ?? 0', 'closed: number = 0'],
  ['a run that was recovered counts as ended', 'durable/run-journal', "if (run.first.some(({ t }) => t === 'recovered')) this.#status = 'running';", ''],
  ['pauses are not recorded', 'durable/run-journal', 'this.page.entries.push({ t: paused ?', 'void ({ t: paused ?'],
  ['work is done before its row is kept', 'run/write-ahead', 'this.#held.push(work);', 'work();'],
  ['work that needs no row waits for one', 'run/write-ahead', "if (held.length === 0 && closed.length === 0) return;", 'if (held.length >= 0) return;'],
  ['events come before their rows', 'run/write-ahead', 'reporter?.flush(now, this.#kept);', 'reporter?.flush(now, kernel.history.length);'],
  ['stops are told before their rows', 'run/write-ahead', 'kernel.closed = this.#closed.length === 0 ? undefined : this.#closed;', 'kernel.closed = [...this.#closed, ...this.#closing.splice(0)];'],
  ['outcomes are seen before their rows', 'run/write-ahead', "return (entry & 3) === ENDED ? 'running' : 'pending';", 'return undefined;'],
  ['a lost attempt keeps its number', 'durable/node-records', "s === 'started' || s === 'lost' ? n + 1 : n", 'n'],
  ['lost attempts use up retries', 'durable/restored-of', 'if (record.crashes !== undefined) crashes = withOne(crashes, node, record.crashes);', ''],
  ['an attempt that was lost twice counts as begun', 'durable/node-records', "record.n - crashes - (s === 'started' ? 1 : 0)", 'record.n - 1'],
  ['how a function ended is forgotten', 'durable/node-records', ': endOf(record, codec)', ': undefined'],
  ['keys are forgotten', 'durable/restored-of', 'record.w !== undefined && record.n > 0', "record.w !== undefined && record.s === 'lost'"],
  ['keys of what was reset are seen by others', 'durable/restored-of', 'record.w !== undefined && record.n > 0', 'record.w !== undefined'],
  ['keys of what was reset and stopped are seen by others', 'durable/restored-of', 'record.w !== undefined && record.n > 0', "record.w !== undefined && record.s !== 'reset'"],
  ['a skip that cascades comes back as a plain one', 'durable/node-records', "s === 'skipped' && cascade === true", 's === undefined'],
  ['the order of starts and ends is forgotten', 'durable/node-records', '.sort(), (moment)', '.sort().reverse(), (moment)'],
  ['stops are forgotten', 'durable/past-latches', '[{ region, latch: latchOf(record, codec), at: record.at }]', '[]'],
  ['retries come at once', 'durable/node-records', "? n + 1 : n, retryAt,", "? n + 1 : n, retryAt: 0,"],
  ['pauses are forgotten', 'durable/restored-of', 'snapshot.paused.flatMap((p) => regionsOf(plan).get(p) ?? [])', '[]'],
  ['outcomes do not reach what waits for them', 'run/kernel/joins', '(this.#work ??= [])[this.#worked++] = node;\n    }\n    this.settle();', '}\n    this.settle();'],
  ['recorded nodes are counted as open', 'run/kernel/joins', 'if (!isClean(state)) this.isClean = false;\n      this.left--;', 'if (!isClean(state)) this.isClean = false;'],
  ['the history is forgotten', 'run/kernel/joins', 'for (const entry of history) this.history.recall(entry);', ''],
  ['what was at work is ready, too', 'run/kernel/kernel', 'for (const node of this.ready.drain()) if (this.state(node) === WAITING) this.ready.push(node);', ''],
  ['what goes on has no slot', 'run/kernel/kernel', '    this.active++;\n    this.ready.guard?.hold(node);', '    this.active++;'],
  ['a recorded failure does not stop the others', 'run/kernel/kernel', 'if (this.options.failFast) this.#failFast(now());\n    return reopened', 'return reopened'],
  ['attempts start over', 'run/kernel/kernel', 'if (attempt > 1) (this.attempts ??= new Map()).set(node, attempt);', ''],
  ['an ended function gets an attempt', 'run/run-loop', 'if (attempt > 1 && !hasReturned)', 'if (attempt > 1)'],
  ['what a stop has ended starts all the same', 'run/endings', 'kernel.state(node) !== RUNNING && !this.#mayStillStart(node)', 'kernel.left < 0'],
  ['a stop ends what its function has ended', 'run/endings', 'kernel.isAborted(node) && reopening.end === undefined', 'kernel.isAborted(node)'],
  ['the value of a function is forgotten when a process dies', 'durable/path-records', "  if (how === 'succeeded') {\n    draft.how = how;", "  if (how === 'failed') {\n    draft.how = how;"],
  ['crashes are forgotten', 'durable/path-records', 'if (known?.crashes !== undefined) draft.crashes = known.crashes;', ''],
  ['the first start is forgotten', 'durable/path-records', 'if (known?.begin !== undefined) draft.begin = known.begin;', ''],
  ['keys of earlier attempts are forgotten', 'durable/work-records', 'if (before === undefined || now === undefined) return now ?? before;', 'return now;'],
  ['a recovery leaves what has failed', 'durable/fold', "record.s === 'failed' || record.s === 'stopped'", "record.s === 'stopped'"],
];

const files = ['crash-matrix', 'write-ahead', 'recover-again', 'store-failures', 'simulation'].map((name) => `test/durable/${name}.test.ts`);

tryMutants({
  mutants,
  only,
  folder: 'src',
  tests: ['test/durable', 'test/kernel'],
  args: ['--no-file-parallelism', '--no-isolate', '--bail', '1', '--testTimeout', '60000', ...files],
  env: { MILLRACE_RUNS: runs },
  failure: /FAIL {2}[^\n]*\n([^\n]*)/,
});
