import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createFlows, failed, type Logger, type Process, type Run } from 'millrace';
import { settle, virtualClock } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { chain, pipeline } from './pipeline.ts';

const fine = (): void => undefined;
const wrong = (): never => {
  throw new Error('card declined');
};

describe('K8 whoever listens cannot change a run', () => {
  interface Heard {
    readonly statuses: readonly string[];
    readonly problems: readonly string[];
  }

  async function ran(listen: (run: Run) => void, logger?: Logger): Promise<Heard> {
    const p = createFlows({ clock: virtualClock(), ids: () => 'r-1', logger }).flowWithProcess('p');
    const charge = p.customStep(wrong, 'charge');
    p.customStep(async () => undefined, 'refund', failed(charge)).next(fine, 'mail');
    const run = p.flow.start();
    listen(run);
    const problems: string[] = [];
    if (logger === undefined) run.on('internal-error', ({ error, stage }) => problems.push(`${stage}: ${error.message}`));
    const result = await run.done;
    await settle();
    return { statuses: [...result.steps.values()].map(({ status }) => status), problems: [...new Set(problems)] };
  }

  // The compiler takes a function that returns a promise for one whose result nobody reads.
  const rejects: () => unknown = async () => wrong();
  const alone = { statuses: ['failed', 'succeeded', 'succeeded'], problems: [] };

  test('K8 a listener that throws changes nothing but an event', async () => {
    expect(await ran(fine)).toEqual(alone);
    const throwing = await ran((run) => run.on('step-ended', wrong));
    expect(throwing).toEqual({ ...alone, problems: ['listener: card declined'] });
  });

  test('K8 an async listener that rejects changes nothing but an event', async () => {
    const rejecting = await ran((run) => run.on('step-started', rejects));
    expect(rejecting).toEqual({ ...alone, problems: ['listener: card declined'] });
  });

  test('K8 a listener that throws on the news of its own failure, and a logger that throws, change nothing', async () => {
    const broken: Logger = { debug: wrong, info: wrong, warn: wrong, error: wrong };
    expect(await ran((run) => run.on('*', wrong), broken)).toEqual(alone);
    expect(await ran((run) => run.on('internal-error', rejects), broken)).toEqual(alone);
  });
});

describe('K9 nothing is ambient', () => {
  const root = join(import.meta.dirname, '../../src');
  const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => ({ path, code: withoutComments(readFileSync(join(root, path), 'utf8')) }));

  function withoutComments(code: string): string {
    return code.replaceAll(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, '').replaceAll(/'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/g, "''");
  }

  function where(pattern: RegExp): readonly string[] {
    return sources.filter(({ code }) => pattern.test(code)).map(({ path }) => path);
  }

  test('K9 only clock.ts reads the time of the machine and sets its timers; randomness is a default that can be replaced', () => {
    expect(where(/\bDate\.now\b|\bnew Date\(\)|\bperformance\.|(?<![.\w])(setTimeout|setInterval)\(/)).toEqual(['clock.ts']);
    expect(where(/(?<![.\w])setImmediate\(/)).toEqual(['clock.ts', 'testing/settle.ts', 'testing/virtual-clock.ts']);
    expect(where(/\bMath\.random\b|\bcrypto\b/)).toEqual(['random.ts']);
  });

  test('K9 nothing is written to the terminal, and no process is ended', () => {
    expect(where(/\bconsole\.|\bprocess\.(stdout|stderr|exit|on|env)\b/)).toEqual([]);
  });

  test('K9 the default registry is the only state of a module; the test kit counts its own turns', () => {
    expect(where(/^(export )?(let|var) /m)).toEqual(['testing/settle.ts']);
    expect(where(/^(export )?const \w+(: (?!Readonly)[^=]+)? = new /m)).toEqual([]);
    expect(where(/^export const \w+: Flows = /m)).toEqual(['flows.ts']);
  });
});

describe('K10 memory', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;

  function used(): number {
    collect();
    collect();
    return process.memoryUsage().heapUsed;
  }

  test('K10 a run takes memory by the number of its steps', async () => {
    const p = pipeline();
    chain(p, 10_000, (index) => (index === 9_999 ? new Promise(fine) : undefined));
    void p.flow.start();
    await settle();
    const before = used();
    const runs = Array.from({ length: 12 }, () => p.flow.start());
    for (let turns = 0; turns < 20; turns += 1) await settle();
    expect(new Set(runs.map((run) => run.outcome('s9999').status))).toEqual(new Set(['running']));
    expect((used() - before) / 120_000).toBeLessThan(100);
  });

  test.each([
    ['', (p: Process<undefined>) => p],
    [' with a timeout each', (p: Process<undefined>) => p.stepTimeout('1h')],
  ])('K10 nothing is kept of 50,000 attempts%s', { timeout: 60_000 }, async (_, configure) => {
    const p = pipeline();
    configure(p).customStep((s) => (s.attempt <= 50_000 ? wrong() : new Promise(fine)), 'charge').stepRetry(50_001);
    const before = used();
    const run = p.flow.start();
    for (let turns = 0; turns < 100; turns += 1) await settle();
    expect(run.outcome('charge').status).toBe('running');
    expect((used() - before) / 50_000).toBeLessThan(20);
  });

  test('K10 a loop keeps nothing of the rounds that are over, while it goes on', async () => {
    const at: number[] = [];
    let rounds = 0;
    const p = pipeline();
    p.loopUntil(
      (round) => {
        round.customStep(() => void (++rounds % 5_000 === 1 && at.push(used())), 'ask');
      },
      'poll',
      () => rounds > 20_000,
    );
    expect((await p.flow.run()).status).toBe('succeeded');
    expect(at).toHaveLength(5);
    expect(((at[4] as number) - (at[1] as number)) / 15_000).toBeLessThan(50);
  });

  test('K10 a forEach keeps the values of the items that are over, and nothing else', async () => {
    const at: number[] = [];
    const p = pipeline();
    const ask = (): void => void (at.length < 5 && at.push(used()));
    p.forEach(
      () => Array.from({ length: 20_001 }, (_, index) => index),
      'lines',
      (line) => {
        line.customStep((s) => s.result(line.index) % 5_000 === 0 && ask(), 'pack');
      },
      { concurrency: 2 },
    );
    expect((await p.flow.run()).status).toBe('succeeded');
    expect(at).toHaveLength(5);
    expect(((at[4] as number) - (at[1] as number)) / 15_000).toBeLessThan(200);
  });
});
