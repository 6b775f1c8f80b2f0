import { createFlows, type Flow, type Process } from 'millrace';
import { definition } from './issues.ts';

export const one = (): number => 1;

/** Two processes of two registries: `source/s` and `f/p`. */
export function pair(): { readonly flow: Flow; readonly p: Process<undefined>; readonly source: Process<undefined> } {
  return { ...definition(), source: createFlows().registerFlow('source').process('s') };
}

export function add(process: Process<undefined>, name: string, ...timings: readonly string[]): void {
  process.customStep(one, name, ...timings);
}

/** What each step waits for: `c: a, settled b`. */
export function waits({ flow }: Process<undefined>): readonly string[] {
  return flow.graph().rows().map(({ step: name, dependencies }) => {
    const shown = dependencies.map(({ kind, path }) => `${kind === 'success' ? '' : `${kind} `}${path.slice(path.indexOf('/') + 1)}`);
    return [name, shown.join(', ')].join(': ').trimEnd();
  });
}
