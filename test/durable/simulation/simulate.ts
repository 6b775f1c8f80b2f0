import type { StoredRow } from '../../../src/durable/store.ts';
import { codeOf, type Definition } from '../../kernel/definition.ts';
import { type Draw, rarely, seeded } from '../../kernel/draw.ts';
import { standingOf } from '../../kernel/lockstep.ts';
import { type Ending, oracle } from '../../kernel/oracle.ts';
import { randomDefinition } from '../../kernel/random-definition.ts';
import { cutsOf } from '../cuts.ts';
import { problemsOfEnds } from '../ends.ts';
import { problemsOfJournal } from './journal-laws.ts';
import { Life, type Seen, textOf } from './life.ts';
import { isRace, scriptOf } from './script.ts';
import { World } from './world.ts';

/** What a simulation went through. */
export interface Figures {
  crashes: number;
  recoveries: number;
  rows: number;
  /** Runs that were compared with the oracle. */
  compared: number;
}

/** Runs a random definition, lets it crash after its entries, recovers it when it failed, and checks everything that has to hold. */
export async function simulate(seed: number, figures: Figures): Promise<void> {
  const draw = seeded(seed);
  const definition = withConditions(randomDefinition(draw, 2 + (seed % 14)));
  const script = scriptOf(draw, definition);
  const world = new World(definition, script);
  let where = 'uninterrupted';
  try {
    const whole = new Life(world, draw, [], new Map(), seed % 2 === 0);
    await whole.live();
    check(whole, world, undefined, figures);
    const cuts = cutsOf(whole.rows).filter(({ facts }) => facts.at(-1)!.entries.at(-1)!.t !== 'ended');
    const chosen = cuts.length <= 8 ? cuts : cuts.filter(() => rarely(draw, Math.ceil(cuts.length / 3)));
    for (const cut of chosen) {
      where = `after ${cut.name}`;
      await interrupted(world, draw, cut.rows, whole.seen, undefined, figures);
    }
    if (whole.run.status(0) === 'succeeded') return;
    for (const step of world.failing) if (!rarely(draw, 4)) world.failing.delete(step);
    where = 'recovered';
    figures.recoveries += 1;
    await interrupted(world, draw, whole.rows, new Map(), keptOf(whole, world), figures);
  } catch (error) {
    throw new Error(`seed ${seed}: ${where}: ${error instanceof Error ? error.message : String(error)}\n\n${codeOf(definition)}\n${JSON.stringify([...script.parts])}\n`, { cause: error });
  }
}

/** Where a condition stands for what a body does, one that is false passes on what its step is to pass on. */
function withConditions({ statements, deeds }: Definition): Definition {
  const cascading = new Set(statements.flatMap((line) => (line.do === 'cascade' ? [line.step] : [])));
  return { statements, deeds: new Map([...deeds].map(([step, deed]) => [step, deed === 'skip' && cascading.has(step) ? 'pass on' : deed])) };
}

/** Goes on with a run, which may die again a few times. */
async function interrupted(world: World, draw: Draw, from: readonly StoredRow[], before: ReadonlyMap<string, Seen>, kept: ReadonlyMap<string, Ending> | undefined, figures: Figures): Promise<void> {
  let [rows, seen] = [from, before];
  for (let deaths = draw(3); deaths >= 0; deaths -= 1) {
    figures.crashes += 1;
    const life = new Life(world, draw, rows, seen, rarely(draw, 6));
    if (await life.live(deaths === 0 ? Infinity : draw(12))) {
      check(life, world, kept, figures);
      return;
    }
    [rows, seen] = [life.rows, life.seen];
  }
}

/** How steps ended that a recovery leaves as they are. */
function keptOf({ run }: Life, { plan }: World): ReadonlyMap<string, Ending> {
  const stays: ReadonlySet<string> = new Set(['succeeded', 'skipped', 'passed-on']);
  const endings = plan.template.steps.map(({ name }, node) => [name, standingOf(run.kernel, node) as Ending] as const);
  return new Map(endings.filter(([, ending]) => stays.has(ending)));
}

/** A run is over: compares it with the oracle, and its journal with its result. */
function check(life: Life, world: World, kept: ReadonlyMap<string, Ending> | undefined, figures: Figures): void {
  const { run, facts, state } = life;
  figures.rows += facts.length;
  const problems = [...life.problems, ...problemsOfEnds(facts), ...problemsOfJournal(facts, world.script)];
  if (state.ended?.s !== run.status(0)) problems.push(`the run ends ${run.status(0)}, and its journal says ${String(state.ended?.s)}`);
  run.plan.template.steps.forEach(({ path }, node) => {
    const record = state.paths[path];
    if (run.kernel.values[node] === undefined || record?.s !== 'succeeded') return;
    if (record.v !== JSON.stringify([run.kernel.values[node]])) problems.push(`'${path}' is ${String(run.kernel.values[node])}, and its journal says ${record.v}`);
  });
  if (!isRace(world.script)) {
    figures.compared += 1;
    const deeds = new Map([...world.definition.deeds].map(([step, deed]) => [step, deed === 'fail' && !world.failing.has(step) ? ('succeed' as const) : deed]));
    const expected = oracle({ ...world.definition, deeds }, kept);
    run.plan.template.steps.forEach(({ name }, node) => {
      const [is, meant] = [standingOf(run.kernel, node), expected.get(name)!.ending];
      if (is !== meant) problems.push(`'${name}' ended ${is}, the oracle says ${meant}`);
    });
  }
  if (problems.length > 0) throw new Error(`${problems.join('\n')}\n${textOf(facts)}`);
}
