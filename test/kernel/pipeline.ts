import { createFlows, type Clock, type Flow, type Process } from 'millrace';
import { virtualClock } from 'millrace/testing';

/** A process of a registry of its own. */
export function pipeline(clock: Clock = virtualClock()): Process<undefined> & { readonly flow: Flow } {
  return createFlows({ clock, ids: () => 'r-1' }).flowWithProcess('p');
}

/** Adds `s0`, `s1` and so on, of which each waits for the one before it. */
export function chain(process: Process<undefined>, length: number, body: (index: number) => unknown, wait = (before: string): never => before as never): void {
  process.customStep(() => body(0), 's0');
  for (let index = 1; index < length; index += 1) process.customStep(() => body(index), `s${index}`, wait(`s${index - 1}`));
}
