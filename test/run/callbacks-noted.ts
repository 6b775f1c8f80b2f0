import type { InternalError, Run } from 'millrace';
import { kinds, logBench } from './callback-log.ts';

export const broken = new Error('broken');

export function problems(run: Run): InternalError[] {
  const events: InternalError[] = [];
  run.on('internal-error', (event) => void events.push(event));
  return events;
}

/** A flow of one step with a note for each kind at registry, flow, process and step; `fails` names the one that throws. */
export function noted(fails: string, options: { readonly must?: boolean } = {}, thrown: unknown = broken) {
  const made = logBench();
  const { flows, flow, p, log, note, later } = made;
  const a = p.customStep(note('body'), 'a');
  const levels = { registry: flows, flow, process: p, step: a } as const;
  for (const kind of kinds) {
    for (const [level, at] of Object.entries(levels)) {
      for (const make of [note, later]) {
        const word = `${level}: ${kind}${make === later ? ' again' : ''}`;
        const add = (at as unknown as Record<string, ((fn: unknown, options: unknown) => unknown) | undefined>)[kind];
        add?.call(at, make(word, word === fails ? thrown : undefined), word === fails ? options : {});
      }
    }
  }
  return { ...made, a, log };
}

export const all = [
  'registry: beforeFlow', 'flow: beforeFlow', 'registry: beforeProcess', 'flow: beforeProcess', 'process: beforeProcess',
  'registry: beforeStep', 'flow: beforeStep', 'process: beforeStep', 'step: beforeStep', 'body',
  'registry: afterStep', 'flow: afterStep', 'process: afterStep', 'step: afterStep',
  'registry: afterProcess', 'flow: afterProcess', 'process: afterProcess', 'registry: afterFlow', 'flow: afterFlow',
].flatMap((word) => (word === 'body' ? [word] : [word, `${word} again`]));

/** What runs when a `must` one fails: nothing more of its end of its unit; before the work, nothing of the unit at all. */
export function expected(fails: string): readonly string[] {
  const kind = fails.replace(/.*: | again/g, '');
  const unit = kind.replace(/before|after/, '');
  const inside = { Step: ['body'], Process: ['body', 'Step'], Flow: ['body', 'Step', 'Process'] }[unit] ?? [];
  return all.filter((word, at) => {
    if (at <= all.indexOf(fails)) return true;
    if (word.includes(kind)) return false;
    return !kind.startsWith('before') || !(word.includes(`after${unit}`) || inside.some((part) => word.includes(part)));
  });
}
