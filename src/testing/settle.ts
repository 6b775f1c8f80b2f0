import { getActiveResourcesInfo } from 'node:process';
import { setImmediate } from 'node:timers';

/** How many turns of the event loop in a row must find nothing queued. More than one, because a turn can start I/O that ends at once. */
const QUIET_TURNS = 4;

/** How many turns are waited for code that queues turns without end. */
const MOST_TURNS = 100_000;

/** The turns that calls of `settle` are waiting for: they must not keep one another awake. */
let ownTurns = 0;

/**
 * Waits until everything that can happen now has happened: promises that are settled, microtasks, and chains of turns of the
 * event loop (`setImmediate`), in whatever order they lead to one another. No time passes for it: timers, files, sockets and
 * threads are not waited for. Assert that something did *not* happen after it.
 *
 * A chain of turns without end is given up after 100,000 turns.
 *
 * @example
 * const run = release.start();
 * await build.started();
 * await settle();
 * expect(ship.count).toBe(0);
 */
export async function settle(): Promise<void> {
  let quiet = 0;
  for (let turn = 0; quiet < QUIET_TURNS && turn < MOST_TURNS; turn += 1) {
    await nextTurn();
    quiet = othersHaveTurns() ? 0 : quiet + 1;
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    ownTurns += 1;
    setImmediate(() => {
      ownTurns -= 1;
      resolve();
    });
  });
}

function othersHaveTurns(): boolean {
  return getActiveResourcesInfo().filter((kind) => kind === 'Immediate').length > ownTurns;
}
