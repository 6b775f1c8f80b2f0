import { fold } from '../../../../src/durable/fold.ts';
import type { Snapshot } from '../../../../src/durable/snapshot.ts';
import { snapshotOf, snapshotText } from '../../../../src/durable/snapshot-text.ts';
import type { StoredRow } from '../../../../src/durable/store.ts';
import { type Draw, rarely, seeded } from '../../../kernel/draw.ts';
import { standingOf } from '../../../kernel/lockstep.ts';
import { cutsOf, entriesOf } from '../../cuts.ts';
import { problemsOfEnds } from '../../ends.ts';
import { problemsOfJournal } from '../journal-laws.ts';
import { Life, type Seen, textOf } from '../life.ts';
import { isRace, scriptOf } from '../script.ts';
import type { Figures } from '../simulate.ts';
import { isWait, problemsOfBodies, problemsOfGrowth } from './laws.ts';
import { BodiesOracle } from './oracle.ts';
import { Planner, scopesOf, textOfPlan } from './plan.ts';
import { BodiesWorld } from './world.ts';

/** What a run is compared with. */
type Comparison = 'everything' | 'endings' | 'nothing';

/** Runs a random definition with composite steps as `simulate` does one without. */
export async function simulateBodies(seed: number, figures: Figures): Promise<void> {
  const draw = seeded(seed);
  const planner = new Planner(draw);
  const root = planner.scope(1 + draw(3), 1 + draw(9), true);
  const deeds = new Map(scopesOf(root).flatMap(({ definition }) => [...definition.deeds]));
  const script = scriptOf(draw, { statements: [], deeds });
  const composites = scopesOf(root).flatMap((scope) => [...scope.composites.keys()]);
  const parts = new Map([...script.parts].map(([step, part]) => [step, composites.includes(step) ? { ...part, flaws: 0 } : part]));
  const world = new BodiesWorld(root, { ...script, parts }, () => !rarely(draw, 3));
  let where = 'uninterrupted';
  try {
    const whole = new Life(world, draw, [], new Map(), seed % 2 === 0);
    await whole.live();
    const comparison = isRace(script) || planner.isTimed ? 'nothing' : 'everything';
    check(whole, world, comparison, undefined, figures);
    const cuts = cutsOf(whole.rows).filter(({ facts }) => facts.at(-1)!.entries.at(-1)!.t !== 'ended');
    const chosen = cuts.length <= 5 ? cuts : cuts.filter(() => rarely(draw, Math.ceil(cuts.length / 3)));
    for (const cut of chosen) {
      where = `after ${cut.name}`;
      await interrupted(world, draw, cut.rows, whole.seen, comparison, undefined, figures);
    }
    if (whole.run.status(0) === 'succeeded') return;
    for (const step of world.failing) if (!rarely(draw, 4)) world.failing.delete(step);
    where = 'recovered';
    figures.recoveries += 1;
    world.isCalm = true;
    await interrupted(world, draw, whole.rows, new Map(), script.failFast || planner.isTimed ? 'nothing' : 'endings', whole.state.paths, figures);
  } catch (error) {
    throw new Error(`seed ${seed}: ${where}: ${error instanceof Error ? error.message : String(error)}\n\n${textOfPlan(root)}\n${JSON.stringify([...parts])}\n`, { cause: error });
  }
}

/** Goes on with a run, which may die again a few times. */
async function interrupted(
  world: BodiesWorld,
  draw: Draw,
  from: readonly StoredRow[],
  before: ReadonlyMap<string, Seen>,
  comparison: Comparison,
  past: Snapshot['paths'] | undefined,
  figures: Figures,
): Promise<void> {
  let [rows, seen] = [from, before];
  for (let deaths = draw(3); deaths >= 0; deaths -= 1) {
    figures.crashes += 1;
    const life = new Life(world, draw, rows, seen, rarely(draw, 6));
    if (await life.live(deaths === 0 ? Infinity : draw(12))) {
      check(life, world, comparison, past, figures);
      return;
    }
    [rows, seen] = [life.rows, life.seen];
  }
}

/** A run is over: compares it with the oracle, and its journal with its result. */
function check(life: Life, world: BodiesWorld, comparison: Comparison, past: Snapshot['paths'] | undefined, figures: Figures): void {
  const { run, facts, state } = life;
  figures.rows += facts.length;
  const problems = [...life.problems, ...problemsOfEnds(facts), ...problemsOfJournal(facts, world.script, (path) => path.split('/').length === 2 && !isWait(path)), ...problemsOfBodies(facts), ...problemsOfGrowth(state)];
  if (state.ended?.s !== run.status(0)) problems.push(`the run ends ${run.status(0)}, and its journal says ${String(state.ended?.s)}`);
  const middle = Math.floor(facts.length / 2);
  const again = fold(facts.slice(middle), middle === 0 ? undefined : snapshotOf(snapshotText(fold(facts.slice(0, middle)))));
  if (snapshotText(again) !== snapshotText(state)) problems.push('a state in the middle leads to another one in the end');
  if (comparison !== 'nothing') {
    figures.compared += 1;
    const expected = new BodiesOracle(world.failing, world.script, past).scope(world.root, '', true);
    run.plan.template.steps.forEach(({ name }, node) => {
      const [is, meant] = [standingOf(run.kernel, node), expected.endings.get(name)!];
      if (is !== meant) problems.push(`'${name}' ended ${is}, the oracle says ${meant}`);
    });
    const wasRecovered = entriesOf(facts).some(({ t }) => t === 'recovered'); // it may have died just behind its end
    if (comparison === 'everything' && !wasRecovered) problems.push(...differences(endsIn(life), expected.ends));
  }
  if (problems.length > 0) throw new Error(`${problems.join('\n')}\n${textOf(facts)}`);
}

/** How everything ended that has a record, by path. */
function endsIn({ facts }: Life): ReadonlyMap<string, string> {
  const ends: ReadonlySet<string> = new Set(['succeeded', 'failed', 'skipped', 'stopped']);
  return new Map(entriesOf(facts).flatMap((entry) => ('p' in entry && ends.has(entry.t) && !entry.p.includes('@') ? [[entry.p, entry.t] as const] : [])));
}

function differences(is: ReadonlyMap<string, string>, meant: ReadonlyMap<string, string>): readonly string[] {
  const paths = new Set([...is.keys(), ...meant.keys()]);
  return [...paths].flatMap((path) => (is.get(path) === meant.get(path) ? [] : [`'${path}' is recorded as ${is.get(path) ?? 'nothing'}, the oracle says ${meant.get(path) ?? 'nothing'}`]));
}
