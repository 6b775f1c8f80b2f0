import { createHook } from 'node:async_hooks';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createFlows, failed, settled, type Clock, type Flow, type Logger, type Process, type Run } from 'millrace';
import { settle, virtualClock } from 'millrace/testing';
import { describe, expect, test } from 'vitest';

const fine = (): void => undefined;
const wrong = (): never => {
  throw new Error('card declined');
};

function chain(process: Process<undefined>, length: number, body: (index: number) => unknown, wait = (before: string): never => before as never): void {
  process.customStep(() => body(0), 's0');
  for (let index = 1; index < length; index += 1) process.customStep(() => body(index), `s${index}`, wait(`s${index - 1}`));
}

function pipeline(clock: Clock = virtualClock()): Process<undefined> & { readonly flow: Flow } {
  return createFlows({ clock, ids: () => 'r-1' }).flowWithProcess('p');
}

describe('K7 sync steps', () => {
  test('K7 sync steps are over when run returns', async () => {
    const p = pipeline();
    const log: string[] = [];
    chain(p, 3, (index) => log.push(`s${index}`));
    void Promise.resolve().then(() => log.push('microtask'));
    const run = p.flow.run();
    expect(log).toEqual(['s0', 's1', 's2']);
    expect((await run).status).toBe('succeeded');
  });

  test('K7 a thousand sync steps make one promise and no microtask or timer', () => {
    const p = pipeline();
    chain(p, 1_000, fine);
    p.flow.compile();
    void p.flow.run();
    const made: string[] = [];
    const hook = createHook({ init: (_id, type) => void made.push(type) }).enable();
    void p.flow.run();
    hook.disable();
    expect(made).toEqual(['PROMISE']);
  });

  test.each([
    ['of successes', fine, 'succeeded', undefined],
    ['of cancelled steps', (index: number) => (index === 0 ? wrong() : undefined), 'cancelled', undefined],
    ['of steps that wait for an end', (index: number) => (index === 0 ? wrong() : undefined), 'succeeded', (before: string) => settled(before) as never],
    ['of branches that were not taken', fine, 'skipped', (before: string) => (before === 's0' ? failed(before) : before) as never],
  ])('K7 a chain of a hundred thousand steps does not overflow the stack: a chain %s', { timeout: 60_000 }, async (_, body, last, wait) => {
    const p = pipeline();
    chain(p, 100_000, body, wait);
    expect((await p.flow.run()).outcome('s99999').status).toBe(last);
  });
});

describe('K7 yielding', () => {
  /** How long the event loop had to wait, at most, when each step takes as long as `stepMs` says. */
  async function longestWait(steps: number, stepMs: (index: number) => number): Promise<number> {
    let now = 1_000;
    let turn = now;
    const waits: number[] = [];
    const clock: Clock = {
      now: () => now,
      monotonic: () => now,
      setTimer: () => fine,
      yield(resume) {
        waits.push(now - turn);
        turn = now;
        setImmediate(resume);
      },
    };
    const p = pipeline(clock);
    chain(p, steps, (index) => void (now += stepMs(index)));
    await p.flow.run();
    return Math.max(...waits, now - turn);
  }

  // The clock is read every half millisecond, or after every step that takes longer.
  test.each([0.1, 0.5, 1, 2, 5, 30])('K7 steps of %s ms let the event loop have its turn after 10 ms', async (stepMs) => {
    expect(await longestWait(500, () => stepMs)).toBeLessThan(10 + Math.max(stepMs, 0.5) + 0.001);
  });

  test('K7 when steps become slow, the event loop waits for at most 16 of them more', async () => {
    expect(await longestWait(2_000, (index) => (index % 700 < 600 ? 0.001 : 3))).toBeLessThanOrEqual(10 + 16 * 3);
  });
});

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
    expect(where(/\bMath\.random\b|\bcrypto\b/)).toEqual(['run/launcher.ts']);
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
    const runs = [p.flow.start(), p.flow.start(), p.flow.start()];
    await settle();
    expect(runs.map((run) => run.outcome('s9999').status)).toEqual(['running', 'running', 'running']);
    expect((used() - before) / 30_000).toBeLessThan(100);
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
});
