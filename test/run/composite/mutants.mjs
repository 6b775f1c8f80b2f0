// Breaks composite steps in one place after the other, in a copy, and shows that the tests here notice each. Not part of CI:
//
//     node test/run/composite/mutants.mjs [part of a name]
import { tryMutants } from '../../mutation.mjs';

const only = process.argv[2] ?? '';

/** What is broken, where, and how. */
const mutants = [
  ['a body has the value of no step', 'composite/scope-end', 'value === undefined ? undefined : valueOf(kernel, value)', 'undefined'],
  ['the last failure of a body counts', 'composite/scope-end', 'return kernel.values[node] as Error;', 'kernel.values[0] = kernel.values[node];'],
  ['the other branch has the paths of the first', 'composite/branches', "const suffix = isTrue ? '' : '#otherwise';", "const suffix = '';"],
  ['a condition may answer with anything', 'composite/answers', "if (typeof answer === 'boolean') return answer;", 'return Boolean(answer);'],
  ['a loop runs once too often', 'composite/repeats', 'this.index - this.first + 1 >= max', 'this.index - this.first >= max'],
  ['a loop has no number in its keys', 'composite/repeats', 'protected get keySuffix(): string {\n    return `#${this.index}`;', 'protected get keySuffix(): string {\n    return ``;'],
  ['a retry has a number in its keys', 'composite/repeats', "return '';", 'return `#${this.index}`;'],
  ['a loop does not pause', 'composite/repeats', 'else this.again(everyMs);', 'else this.again(0);'],
  ['a retry counts its time from its last try', 'composite/repeats', 'host.alarm.now() - this.#since', '0'],
  ['a handler does not see RetryAfterError', 'composite/repeats', 'end.error instanceof RetryAfterError ? end.error.delayMs : 0', '0'],
  ['a retry goes on after a stop', 'composite/repeats', 'else if (this.latch === undefined) this.#consider(end);\n    else this.end(end);', 'else this.#consider(end);'],
  ['a loop goes on after a stop', 'composite/composite-work', 'if (this.latch === undefined) go();', 'go();'],
  ['the items of a forEach are not limited', 'composite/for-each', 'this.open < this.#limit &&', ''],
  ['a failed item does not stop the others', 'composite/for-each', 'this.stopOthers(latch);', ''],
  ['an iterable that fails leaves its items at work', 'composite/for-each', "const failed = (error: Error): void => this.#fail(", "const failed = (error: Error): void => this.end("],
  ['a collected item is why a forEach failed', 'composite/for-each', 'this.#spec.isCollecting ? undefined : this.#ends.find(', 'this.#ends.find('],
  ['all items start at once', 'composite/for-each', 'started === startedAtOnce', 'false'],
  ['items are started from two places', 'composite/for-each', 'if (this.#isStarting) return;', ''],
  ['items start after a failure', 'composite/for-each', 'this.#failed === undefined && !this.isOver', '!this.isOver'],
  ['a forEach that is cut short has succeeded', 'composite/for-each', 'this.#failed !== undefined) && !this.#isCut) this.#finish();', 'this.#failed !== undefined)) this.#finish();'],
  ['collected items fail the step', 'composite/for-each', "kept.status === 'failed' && !this.#spec.isCollecting", "kept.status === 'failed'"],
  ['an async iterable is taken all at once', 'composite/for-each', 'this.asking > 0 || this.open >= this.#limit', 'this.asking > 0'],
  ['an iterable is not cleaned up', 'composite/for-each', 'this.#source?.close(', 'void ('],
  ['keys may be there twice', 'composite/item-keys', 'before !== undefined', 'false'],
  ['keys are not encoded', 'composite/item-keys', 'return encodeURIComponent(text);', 'return text;'],
  ['a late yes counts', 'composite/waits', "if (this.#late !== undefined) this.end({ status: 'failed', error: this.#late });\n      else if", 'if'],
  ['a condition is not asked at its last moment', 'composite/waits', 'Math.min(now + this.#spec.everyMs, this.#deadline)', 'now + this.#spec.everyMs'],
  ['a wait whose time is up has succeeded', 'composite/waits', "this.#deadline) this.end({ status: 'failed', error: this.#timeout() });", "this.#deadline) this.end({ status: 'succeeded', value: undefined });"],
  ['a signal that came too early is lost', 'composite/waits', 'host.whole.inbox.putBack(message);', ''],
  ['a signal counts twice', 'inbox', 'if (this.#known.has(message.id)) return false;', ''],
  ['the number of a loop does not matter to a signal', 'inbox', 'few[next] === part || few[next] === withoutNumber(part)', 'withoutNumber(few[next] ?? "") === withoutNumber(part)'],
  ['calls are as deep as they like', 'composite/call', 'this.host.callDepth >= deepest', 'this.host.callDepth >= 2 * deepest'],
  ['a call does not check its input', 'composite/call', 'if (flow.schema === undefined) {', 'if (Date.now() > 0) {'],
  ['a stop does not reach bodies', 'composite/composite-work', 'for (const scope of [...this.#scopes]) scope.stop(latch, graceMs);', ''],
  ['a stop does not wait for functions', 'composite/composite-work', 'if (this.asking === 0) this.end(stopped);', 'if (this.asking >= 0) this.end(stopped);'],
  ['a function that hangs is waited for without an end', 'composite/composite-work', "else if (this.latch.mode === 'abort') this.giveUpLater(stopped, this.#graceEndsAt);", ''],
  ['what is left behind is not named', 'composite/composite-work', '.abandoned.add(this.node);', ';'],
  ['what a body has left behind is not named', 'scope-run', '(this.whole.leftBehind ??= []).push(this.kernel.pathAt(node));', ';'],
  ['the time of a process is that of its bodies', 'scope-run', "{ ...latch, why: 'stop' }", 'latch'],
  ['a pause keeps bodies from ending', 'scope-run', 'else if (this.started) this.rest();', ''],
  ['a pause does not hold back bodies', 'scope-run', 'if (!this.isPaused) this.drive(now);', 'this.drive(now);'],
  ['a body does not see the steps around it', 'scope-run', '{ run: this.#host, node: this.#node } : undefined', 'undefined : undefined'],
  ['late listeners hear nothing of bodies', 'run-loop', 'this.#works?.listen();', ''],
  ['a pause of the run ends in no body', 'run-loop', 'this.#works?.pump();', ''],
  ['a composite step keeps its slot', 'endings', 'this.#run.around.slots?.release(this.#run);\n  }\n\n  /** A node', '}\n\n  /** A node'],
  ['a composite step gives its slot back twice', 'endings', 'if (this.#opened.size > 0 && this.#opened.delete(node)) return;', ''],
  ['a composite step is not late', 'endings', 'const isLate = kernel.state(node) === EXPIRED || attempts?.isLate(node, alarm) === true;', 'const isLate = kernel.state(node) === EXPIRED && attempts === undefined && alarm.now() < 0;'],
  ['callbacks around composite steps have no grace', 'kernel/kernel', 'return this.composed?.has(node) === true;', 'return this.template.composites?.[node] !== undefined;'],
  ['bodies have the grace of the run', 'open-works', 'timeout(run, node, expired), graceMs);', 'timeout(run, node, expired), run.settings.graceMs);'],
];

tryMutants({
  mutants,
  only,
  folder: 'src/run',
  tests: ['test/run'],
  args: ['--bail', '1', '--testTimeout', '2000', 'test/run/composite'],
  failure: /FAIL {2}(test[^\n]*)/,
});
