import { createFlows, type Flow, type Process } from 'millrace';
import { expect, test } from 'vitest';
import { build } from './build.ts';
import { codeOf, type Definition } from './definition.ts';
import { seeded } from './draw.ts';
import { randomDefinition } from './random-definition.ts';

const graphs = Math.ceil(Number(process.env['MILLRACE_GRAPHS'] ?? 20_000) / 40);
const firstSeed = Number(process.env['MILLRACE_SEED'] ?? 1);

interface Built {
  readonly flow: Flow;
  readonly processes: ReadonlyMap<string, Process<undefined>>;
}

/** Builds a definition, all of it or without its steps. */
function built(definition: Definition, steps: 'with steps' | 'without steps'): Built {
  const flow = createFlows().registerFlow('random');
  const processes = new Map<string, Process<undefined>>();
  const kept = steps === 'with steps' ? definition.statements : definition.statements.filter((line) => line.do === 'process' || line.do === 'order');
  const recording = {
    process(name: string) {
      processes.set(name, flow.process(name));
      return processes.get(name);
    },
  };
  build({ ...definition, statements: kept }, recording as unknown as Flow, () => () => undefined); // it calls nothing else of the flow
  return { flow, processes };
}

function mergeAll(target: Built, source: Built): void {
  for (const [name, process] of source.processes) target.processes.get(name)!.merge(process);
}

/** Who waits for whom, whatever was registered first. */
function rows({ flow }: Built): unknown {
  const all = flow.graph().rows().map((row) => ({ ...row, dependencies: row.dependencies.map(({ kind, path }) => `${kind} ${path}`).sort() }));
  return all.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function shape(one: Built): unknown {
  return [one.flow.graph().fingerprint, rows(one)];
}

test(`${graphs} definitions are the same when empty processes have merged theirs, and a further merge changes nothing`, { timeout: 300_000 }, () => {
  for (let seed = firstSeed; seed < firstSeed + graphs; seed++) {
    const definition = randomDefinition(seeded(seed), 2 + (seed % 14));
    const code = `seed ${seed}\n${codeOf(definition)}`;
    const source = built(definition, 'with steps');
    const before = shape(source);
    const copy = built(definition, 'without steps');
    mergeAll(copy, source);
    expect(shape(copy), code).toEqual(before);
    mergeAll(copy, source);
    expect(shape(copy), code).toEqual(before);
    expect(shape(source), code).toEqual(before);
    for (const same of [copy, built(definition, 'with steps')]) mergeAll(source, same); // the same moment may now be there twice
    expect(rows(source), code).toEqual(rows(copy));
  }
});
