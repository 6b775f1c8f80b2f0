import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runJob, type JobOptions } from './job.ts';
import { FileError } from './orders.ts';

const usage = 'usage: npm start -- [--orders FILE] [--out DIR] [--seed N]';

/** Reads the arguments; throws what `parseArgs` throws, and a RangeError for a bad seed. */
function optionsOf(args: readonly string[]): JobOptions {
  const { values } = parseArgs({
    args: [...args],
    options: { orders: { type: 'string' }, out: { type: 'string' }, seed: { type: 'string', default: '7' } },
  });
  if (!/^\d{1,9}$/.test(values.seed)) throw new RangeError(`the seed is '${values.seed}'; give a whole number from 0 to 999999999`);
  return {
    orders: values.orders ?? fileURLToPath(new URL('orders.json', import.meta.url)),
    out: resolve(values.out ?? fileURLToPath(new URL('../../build/order-fulfilment', import.meta.url))),
    seed: Number(values.seed),
  };
}

/** Says what is wrong and ends with exit code 1; what nobody expected keeps its stack. */
function complain(error: unknown): void {
  process.exitCode = 1;
  const isUsage = error instanceof RangeError || (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'));
  if (isUsage) console.error(`${error.message}\n${usage}`);
  else if (error instanceof FileError) console.error(error.message);
  else console.error(error);
}

try {
  await runJob(optionsOf(process.argv.slice(2)));
} catch (error) {
  complain(error);
}
