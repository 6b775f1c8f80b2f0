// Breaks what is recorded inside of composite steps, and how it goes on, in one place after the other, in a copy, and shows that the tests of
// composite steps that crash notice each. Not part of CI:
//
//     node test/durable/mutants-of-bodies.mjs [part of a name]
import { tryMutants } from '../mutation.mjs';

const only = process.argv[2] ?? '';

/** What is broken, where, and how. */
const mutants = [
  ['composite steps start like others', 'scope-journal', "{ t: 'started', p, n, x: 1 }", "{ t: 'started', p, n }"],
  ['that a composite step has begun is not recorded', 'scope-journal', "this.#add({ t: 'opened', p: this.#path(node), ...this.#newWrites(node) });", ';'],
  ['that a composite step has begun is recorded where that goes without saying', 'scope-journal', 'if (conditional?.[node] === 1 || (chains?.[node]?.before.length ?? 0) > 0) this', 'this'],
  ['decisions are not recorded', 'scope-journal', "this.#add({ t: 'decided'", "void ({ t: 'decided'"],
  ['runs of loops are not recorded', 'scope-journal', "this.#add({ t: 'iterated'", "void ({ t: 'iterated'"],
  ['pauses of loops are not recorded', 'scope-journal', 'const begins = at > this.page.now() ? { at } : {};', 'const begins = {};'],
  ['items are not recorded', 'scope-journal', "this.#add({ t: 'expanded'", "void ({ t: 'expanded'"],
  ['any items are the last', 'scope-journal', 'last: isLast', 'last: true'],
  ['items begin at the first one', 'scope-journal', "t: 'expanded', p, from,", "t: 'expanded', p, from: 0,"],
  ['items that failed and are collected are not recorded', 'scope-journal', "this.#add({ t: 'failed', p, e: e ?? this", "void ({ t: 'failed', p, e: e ?? this"],
  ['until when a step waits is not recorded', 'scope-journal', "this.#add({ t: 'parked'", "void ({ t: 'parked'"],
  ['signals stay in the inbox', 'scope-journal', 'this.page.consumed.push(id);', ''],
  ['resources that are suspended are not recorded', 'scope-journal', "this.#add({ t: 'suspended'", "void ({ t: 'suspended'"],
  ['that its time is up is said of nothing inside', 'scope-journal', "return why === 'timeout';", 'return false;'],
  ['what closes a body from outside is said inside, too', 'scope-journal', "return why === 'timeout';", 'return true;'],
  ['what is inside of a call goes with its end', 'scope-journal', "composite !== undefined && composite.kind !== 'call' && { x: 1 }", 'composite !== undefined && { x: 1 }'],
  ['what is inside of a composite step stays', 'scope-journal', "composite !== undefined && composite.kind !== 'call' && { x: 1 }", 'composite === this && { x: 1 }'],
  ['a callback inside breaks off the step around', 'scope-journal', 'breakPointOf(value, node < kernel.template.stepCount ? p : undefined)', 'breakPointOf(value, undefined)'],
  ['keys that did not change are recorded again', 'scope-journal', 'if (this.#layers.get(node) === text) return {};', ''],
  ['keys that deciding functions set are not recorded', 'scope-journal', 'this.#layers.set(node, text);\n    return writes;', 'return {};'],
  ['processes of called flows have the path of the call', 'scope-journal', "return name === '' ? place : `${place}/${name}`;", 'return place;'],
  ['bodies speak before their run', 'run-journal', 'this.#before();', ''],
  ['the value of a call is recorded', 'kept-ends', ' && !isRebuilt', ''],
  ['the runs of a loop before stay', 'fold', 'this.#drop(entry.p);\n        return this.#set(', 'return this.#set('],
  ['what was in a step that succeeded stays', 'fold', 'entry.x !== undefined) this.#drop(entry.p);', 'entry.x !== undefined) void 0;'],
  ['resources in bodies that are over stay', 'fold', '[this.#resources, this.#latches]', '[this.#latches]'],
  ['what closed bodies that are over stays', 'fold', '[this.#resources, this.#latches]', '[this.#resources]'],
  ['a recovery opens what is inside of a success', 'fold', 'if (this.#isInsideOfSuccess(path)) continue;', ''],
  ['a recovery opens a call that succeeded when a callback after it failed', 'fold', " || record?.how === 'succeeded'", ''],
  ['an item that failed has closed no other', 'recalled-kernels', 'isOver || this.#isCut(at, node, path)', 'isOver'],
  ['what comes later is inside of nothing', 'fold', 'if (this.#nested !== undefined && !this.#paths.has(path)) this.#nested.add(path);', ''],
  ['a run of a body is inside of nothing', 'nested-paths', 'if (hash > slash) return path.slice(0, hash);', 'if (hash > slash) return undefined;'],
  ['only the first thing inside is known', 'nested-paths', 'known?.add(inner);', ''],
  ['what is deeper stays', 'nested-paths', 'for (const deeper of this.#inner.get(one) ?? []) taken.push(deeper);', ''],
  ['a recovery counts the time before it', 'past-works', "(s === 'reset' ? snapshot.recoveredAt : since)", 'since'],
  ['a recovery counts the runs before it', 'past-works', '        first,\n', '        first: 1,\n'],
  ['a loop starts over', 'past-works', '        index,\n', '        index: 1,\n'],
  ['a pause of a loop is forgotten', 'past-works', 'at: work.at,', 'at: undefined,'],
  ['items are always asked for again', 'past-works', 'isExpanded: work.expanded === true', 'isExpanded: false'],
  ['items that have ended are handled again', 'past-works', 'if (end !== undefined) ends.set(key, end);', ''],
  ['a sleep starts over', 'past-works', '        until,\n', '        until: undefined,\n'],
  ['a called flow counts the time before a recovery', 'restored-of', 'Math.max(startedAt, snapshot.recoveredAt ?? 0)', 'startedAt'],
  ['a called flow that is paused has just begun', 'restored-of', 'records.length === 0 && host?.work?.decided === undefined', 'records.length === 0'],
  ['a recovery forgets how often a body ran', 'work-records', 'work.index === undefined ? kept', 'work !== undefined ? kept'],
  ['a recovery waits for the pause of a loop', 'work-records', 'const { at: _, first: __, ...kept } = work;', 'const { first: __, ...kept } = work;'],
  ['the pause of a loop holds for later runs', 'work-records', 'const { at: __, ...work } = known.work ?? {};', 'const work = known.work ?? {};'],
  ['what closed the outermost flow stopped what is inside', 'past-latches', 'b.p.length - a.p.length', 'a.p.length - b.p.length'],
  ['processes of called flows are known by their names', 'past-latches', '(place ?? \'\') : pathIn(place, name)', "(place ?? '') : name"],
  ['what stands before a composite step comes again', 'node-records', 'return opened === true || (', 'return ('],
  ['a composite step with something before it has begun with it', 'node-records', '(isBare && ', '('],
  ['a recalled body does not know what closed the scope around it', 'recalled-kernels', 'if (outer.isClosed(node)) return', 'if (outer.left < 0) return'],
  ['a recalled body is open after its step', 'recalled-kernels', 'over.has(paths[path]?.s) || ', ''],
  ['a recalled body is never closed', 'recalled-kernels', 'if (latch !== undefined) kernel.latch(0, latch, 0);', ''],
  ['a body is open in which something was stopped', 'recalled-kernels', ' ?? (wasStopped(kernel) ? through : undefined)', ''],
  ['the time of a composite step that is at work is never up', 'recalled-kernels', 'since + timeoutMs <= this.#lastAt', 'since + timeoutMs < 0'],
  ['the time of a composite step that is at work is always up', 'recalled-kernels', 'since + timeoutMs <= this.#lastAt', 'since <= this.#lastAt'],
  ['callbacks that did not exist hold back a recalled run', 'recalled-kernels', 'if (!nodes.has(node)) nodes.set(node, done);', ';'],
  ['a recalled run does not know its stops', 'recalled-kernels', 'kernel.latch(region, latch, at);', ';'],
  ['a recalled tier waits for always steps', 'recalled-kernels', 'template.always[node] === 0 && nodes.has(node)', 'nodes.has(node)'],
];

const files = ['composite-crash', 'composite-downtime', 'composite-recovery', 'nested-definitions', 'nested-fold', 'nested-properties', 'nested-restored', 'definition-change', 'flow-result', 'recorded-result', 'what-is-recorded', 'signals', 'recovery-resources', 'fit-properties', 'simulation-of-bodies'];

tryMutants({
  mutants,
  only,
  folder: 'src/durable',
  tests: ['test/durable', 'test/kernel', 'test/project', 'test/run', 'test/stores'],
  args: ['--no-file-parallelism', '--no-isolate', '--bail', '1', '--testTimeout', '60000', ...files.map((name) => `test/durable/${name}.test.ts`)],
  env: { MILLRACE_RUNS: process.env.MILLRACE_RUNS ?? '800' },
  failure: /FAIL {2}([^\n]*)\n/,
});
