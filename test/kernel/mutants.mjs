// Breaks the kernel in one place after the other, in a copy, and shows that compare.test.ts notices each. Not part of CI:
//
//     node test/kernel/mutants.mjs [how many graphs] [part of a name]
import { tryMutants } from '../mutation.mjs';

const graphs = process.argv[2] ?? '1000';
const only = process.argv[3] ?? '';

/** What is broken, where, and how. */
const mutants = [
  ['settled edges cancel after a failure', 'verdicts', '[NOT_TAKEN]: GO, [FAILED]: GO,', '[NOT_TAKEN]: GO, [FAILED]: CANCEL,'],
  ['failed edges go after a cancellation', 'verdicts', '[FAILED]: GO, [CANCELLED]: BRANCH', '[FAILED]: GO, [CANCELLED]: GO'],
  ['success edges do not go after a skip', 'verdicts', '[SUCCEEDED]: GO, [SKIPPED]: GO, [NOT_TAKEN]: BRANCH', '[SUCCEEDED]: GO, [SKIPPED]: BRANCH, [NOT_TAKEN]: BRANCH'],
  ['a branch that was not taken cancels', 'verdicts', '[NOT_TAKEN]: BRANCH, [FAILED]: CANCEL', '[NOT_TAKEN]: CANCEL, [FAILED]: CANCEL'],
  ['a step that passes itself on counts as skipped alone', 'verdicts', '[PASSED_ON]: BRANCH } as const;', '[PASSED_ON]: GO } as const;'],
  ['a step that passes itself on has failed', 'verdicts', '[STOPPED]: BRANCH, [PASSED_ON]: BRANCH', '[STOPPED]: BRANCH, [PASSED_ON]: GO'],
  ['exceptions do not go', 'joins', 'kind === EXEMPT && this.exemptions?.decide(node, target) === true', 'false'],
  ['exceptions go whatever was not taken', 'exemptions', 'if (!this.#passedOverBy(this.#exceptions.get(target)).has(source)) return false;', ''],
  ['exceptions go although there was another reason', 'exemptions', 'if (kind === FAILED || !found.has(from)) return false;', ''],
  ['a failure that did not happen is forgiven', 'exemptions', 'if (kind === FAILED || !found.has(from))', 'if (!found.has(from))'],
  ['a group of a plain flow forgets who went well', 'joins', 'if (!plain || modes[node] !== SYNC) return false;', 'return false;'],
  ['a skipped step has been at work', 'kernel', 'this.joins.cells[node] = WAITING;\n    this.#end(node, cascade', 'this.#end(node, cascade'],
  ['anyOf takes a skipped member at once', 'arrivals', "mode === ANY && (outcome !== SKIPPED || kind !== SUCCESS)", 'mode === ANY'],
  ['anyOf forgets that a member failed', 'arrivals', 'mode === ANY ? BROKE : CANCELLED', 'mode === ANY ? BRANCHED : CANCELLED'],
  ['anyOf is cancelled by its first failure', 'arrivals', 'mode === ANY ? BROKE : CANCELLED', 'CANCELLED'],
  ['a group is held back by a member that was not taken', 'arrivals', '(cell & WENT) !== 0 ||', ''],
  ['a group goes although no member was taken', 'arrivals', 'if (verdict === BRANCH) return cell | BRANCHED;', 'if (verdict === BRANCH) return cell | (mode === ALL ? BRANCHED : WENT);'],
  ['a decided node is admitted', 'joins', 'if ((cell & STATE) !== WAITING) return;\n    const', 'const'],
  ['flags of a node that still waits are forgotten', 'joins', 'cells[target] = decided === WAITING ? cell : open;', 'cells[target] = open;'],
  ['a run in which something failed counts as clean', 'joins', 'if (!isClean(outcome)) this.isClean = false;', ''],
  ['gates are counted as steps', 'joins', 'if (node >= this.#template.workCount) return;', ''],
  ['steps at work are not told from others', 'joins', 'state !== WAITING && state !== PARKED', 'state === 1'],
  ['what becomes ready at once is not sorted', 'ready', '(queue[at - 1] as number) > (queue[at] as number)', '(queue[at] as number) < 0'],
  ['steps that were queued are lost when a guard comes', 'ready', 'for (let at = this.#head; at', 'for (let at = this.#head + 1; at'],
  ['a slot is not given back', 'kernel', 'this.#forgetOld(this.timers);\n    this.ready.guard?.release(node);', 'this.#forgetOld(this.timers);'],
  ['a step of another process frees the slot', 'guard', 'const region = this.#region(node);\n    this.#active[0] =', 'const region = 1;\n    this.#active[0] ='],
  ['ready steps are not chosen by number', 'guard', 'this.#rank(node) < this.#rank(first)', 'this.#rank(node) > this.#rank(first)'],
  ['a paused process goes on', 'guard', 'if (this.#paused[region] === true) continue;', ''],
  ['a stop holds back always steps', 'kernel', '(ready) => this.isClosed(ready)', '() => true'],
  ['a stop forgets the steps between two attempts', 'kernel', 'this.parked--;\n        this.#halt(node, graceEndsAt);', 'continue;'],
  ['a drain aborts', 'kernel', "latch.mode === 'abort' && (state === RUNNING", '(state === RUNNING'],
  ['a stop does not end a pause', 'kernel', 'guard.unpause(region);', ''],
  ['a drain cannot be raised to an abort', 'latches', "known.mode === 'abort' || latch.mode === 'drain'", 'true'],
  ['a process does not inherit a stop', 'latches', 'this.#latches[region] ?? this.#latches[0]', 'this.#latches[region]'],
  ['a closed process still starts steps', 'kernel', 'if (this.latches !== undefined && this.isClosed(step)) this.#stop(step);\n    else', ''],
  ['a failure does not stop the others under fail-fast', 'kernel', 'this.options.failFast && now !== undefined', '(false as boolean) && now !== undefined'],
  ['a timer of an earlier attempt rings', 'kernel', 'if (!this.#isCurrent(timer)) return;', ''],
  ['timers of one time ring in any order', 'timers', 'a.at - b.at || a.order - b.order', 'a.at - b.at || b.order - a.order'],
  ['a retry keeps its attempt', 'kernel', 'this.attempt(node) + 1', 'this.attempt(node)'],
];

tryMutants({
  mutants,
  only,
  folder: 'src/run/kernel',
  tests: ['test/kernel'],
  args: ['--testTimeout', '60000', 'test/kernel/compare.test.ts'],
  env: { MILLRACE_GRAPHS: graphs },
  failure: /Error: (seed [^\n]*)/,
});
