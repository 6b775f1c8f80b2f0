// Breaks how runs rest, wake and get their signals in one place after the other, in a copy, and shows that the tests of sleepers, signals and
// workers notice each. Not part of CI:
//
//     node test/durable/mutants-of-waiting.mjs [part of a name]
import { tryDurableMutants } from './durable-mutants.mjs';

/** What is broken, where, and how. */
const mutants = [
  ['a run that rests is looked at once', 'resting', '    this.#asked = new Set();\n    for', '    for'],
  ['a run is not looked at when it is taken', 'resting', 'run.onRest = ask;\n    this.#ask(run);', 'run.onRest = ask;'],
  ['a run is looked at only when it is taken', 'resting', 'run.onRest = ask;', ''],
  ['nobody hears that a run was given back', 'resting', 'if (rest !== undefined) gave(run, rest);', ''],
  ['a run that was given back twice wakes twice', 'wake-times', 'if (this.#wakes.get(first.runId) === first) return first.at;', 'return first.at;'],
  ['a moment that has come stays', 'wake-times', 'this.next <= now', 'this.next < now'],
  ['the last to wake is the next', 'wake-times', 'a.at - b.at', 'b.at - a.at'],
  ['those that wake later are forgotten', 'wake-times', 'queueOf([...this.#wakes.values()])', 'queueOf([])'],
  ['runs that are awake still wake', 'wake-times', '!this.#wakes.delete(runId) || ', ''],
  ['with the first of several waits the polling ends', 'inboxes', 'if (!this.#waiting.delete(run) || this.#waiting.size > 0) return;', 'if (!this.#waiting.delete(run)) return;'],
  ['a signal that is sent again is refused', 'inboxes', "answer === 'posted' || answer === 'known'", "answer === 'posted'"],
  ['a signal does not wait for the row that creates its run', 'inboxes', 'if (!(await this.#options.nextRow(runId))) return answer;', 'return answer;'],
  ['a signal to a run at rest wakes nobody', 'inboxes', 'if (run === undefined) this.#options.due(runId);', 'if (run === undefined) return;'],
  ['a signal does not reach a run at work', 'inboxes', 'else this.#deliver(run, message);', ''],
  ['nobody asks for what others have sent', 'inboxes', 'if (!this.#isPolling) this.#cancel ??= this.#later();', ''],
  ['others are asked once', 'inboxes', '    if (this.#waiting.size > 0) this.#cancel ??= this.#later();', ''],
  ['others are asked when nobody waits', 'inboxes', 'if (run.isOver || !run.awaitsSignal) this.#waiting.delete(run);', ';'],
  ['each failing poll is told', 'inboxes', 'if (!this.#isFailing) problem(error);', 'problem(error);'],
  ['a later poll that fails is not told', 'inboxes', 'this.#isFailing = false;\n    } catch', '} catch'],
  ['messages that nobody can read are taken from the inbox', 'inboxes', '...(this.#strange.get(run) ?? nothing)', ''],
  ['messages that nobody can read are told each time', 'inboxes', "run.isOver || this.#strange.get(run)?.has(message.id) === true", 'run.isOver'],
  ['messages that were not taken leave the inbox', 'inboxes', '...run.unread.map(({ id }) => id), ', ''],
  ['a signal to a run that has ended is lost', 'signalling', "if (answer === 'ended') throw runEnded(runId);", ''],
  ['a signal to nobody is lost', 'signalling', "if (answer === 'unknown') throw unknownRun(runId);", ''],
  ['a closed registry sends signals', 'signalling', 'recording.assertOpen();', ''],
  ['a run that was started a moment ago gets no signal', 'signalling', 'await Promise.resolve();', ''],
];

const files = ['wake-times', 'sleepers', 'sleepers-crash', 'many-sleepers', 'signals', 'signals-across', 'worker', 'store-closed', 'ownership'];

tryDurableMutants(mutants, files);
