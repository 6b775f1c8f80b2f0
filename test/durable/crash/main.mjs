// Kills a service again and again, and lets processes share a file: the long versions of test/durable/crash.test.ts.
// node test/durable/crash/main.mjs [--kills 50] [--orders 500] [--runs 1000] [--seed 1]
import { parseArgs } from 'node:util';
import { register } from 'tsx/esm/api';

register();
const { killService } = await import('./kills.ts');
const { share } = await import('./sharing.ts');
const { newPlace } = await import('../../stores/files.ts');

const number = (value) => ({ type: 'string', default: String(value) });
const { values } = parseArgs({ options: { kills: number(50), orders: number(500), runs: number(1_000), seed: number(1) } });
const [kills, orders, runs, seed] = ['kills', 'orders', 'runs', 'seed'].map((name) => Number(values[name]));

let isWrong = false;
async function tell(what, work) {
  const place = newPlace();
  const since = performance.now();
  const figures = await work(place);
  console.log(what, { seconds: Math.round((performance.now() - since) / 1_000), ...figures });
  const lists = Object.values(figures).filter((value) => typeof value !== 'number');
  isWrong ||= lists.some((list) => list.length > 0);
  if (isWrong) console.error(`the file is kept: ${place.file}`);
  else place.remove();
}

if (kills > 0) await tell(`${orders} orders, ${kills} kills, seed ${seed}:`, (place) => killService(place, { orders, kills, seed, longestMs: 40 }));
if (runs > 0) await tell(`${runs} runs, two processes, one killed, one stopped:`, (place) => share(place, runs));
process.exitCode = isWrong ? 1 : 0;
