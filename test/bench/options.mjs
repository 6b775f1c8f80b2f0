import { parseArgs } from 'node:util';
import { byHand, own, peers } from './contestants.mjs';
import { allShapes } from './shapes.mjs';

export const help = `npm run bench -- [durable] [options]

  durable            recorded runs on a SQLite file instead of runs in memory

  --smoke            small sizes, one round: everything runs, in the right order and number
  --shape NAME       one shape: ${Object.keys(allShapes(true)).join(', ')}
  --only NAMES       some contestants: ${[...own, ...byHand, ...peers].join(', ')}; or the parts floor, compile, block, memory
  --rounds N         rounds per figure (default 15)
  --budget SECONDS   time for one run of a contestant on a shape (default 10)
  --json             the figures as JSON
`;

const parts = ['compile', 'block', 'memory'];

/** What the command line asks for; throws with what is wrong with it. */
export function readOptions(argv) {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      smoke: { type: 'boolean', default: false },
      shape: { type: 'string' },
      only: { type: 'string' },
      rounds: { type: 'string', default: '15' },
      budget: { type: 'string', default: '10' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const other = positionals.find((word) => word !== 'durable');
  if (other !== undefined) throw new Error(`no '${other}'; there is durable`);
  const shapes = Object.keys(allShapes(true));
  if (values.shape !== undefined && !shapes.includes(values.shape)) throw new Error(`no shape '${values.shape}'; there are ${shapes.join(', ')}`);
  const only = values.only?.split(',');
  const known = ['floor', ...own, ...byHand, ...peers, ...parts];
  const unknown = only?.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`no contestant '${unknown}'; there are ${known.join(', ')}`);
  const rounds = Number(values.rounds);
  const budgetMs = Number(values.budget) * 1000;
  if (!(Number.isInteger(rounds) && rounds >= 1)) throw new Error('--rounds takes a whole number from 1');
  if (!(budgetMs > 0)) throw new Error('--budget takes a number of seconds above 0');
  const wanted = (name) => only === undefined || only.includes(name);
  const contestants = [...own, ...byHand, ...peers].filter(wanted);
  return {
    durable: positionals.includes('durable'),
    smoke: values.smoke,
    json: values.json,
    help: values.help,
    rounds: values.smoke ? 1 : rounds,
    budgetMs,
    shapes: values.shape === undefined ? shapes : [values.shape],
    contestants: contestants.length === 0 && wanted('floor') ? ['floor'] : contestants,
    parts: values.shape === undefined ? parts.filter(wanted) : [],
  };
}
