import { settled } from '../../src/define/derived.ts';
import type { Flow } from '../../src/define/flow.ts';
import type { Scope } from '../../src/define/scope.ts';
import type { StepContext } from '../../src/define/step-context.ts';
import type { StepHandle } from '../../src/define/handles.ts';
import { type Draw, pick, rarely } from '../kernel/draw.ts';

type Any = StepHandle<string, unknown, undefined>;

/** Is told of every call: of a step's function, by its path, or of another one. */
export type Called = (what: string) => void;

const kinds = ['group', 'case', 'loop', 'retry', 'forEach', 'source', 'sleep', 'waitFor', 'broken', 'always'] as const;

/**
 * Defines a flow by decisions: steps and composite steps that wait for one another. What they do depends on nothing but their paths, so that a
 * function that is called again does the same.
 */
export function defineRandom(flow: Flow<undefined>, draw: Draw, called: Called): void {
  const processes = Array.from({ length: 1 + draw(2) }, (_, index) => {
    const process = flow.process(`p${index}` as 'p');
    fill(process, draw, called, 2);
    return process;
  });
  if (processes.length === 2 && rarely(draw, 2)) processes[1]!.after(processes[0]!);
}

function work(called: Called): (s: StepContext<undefined>) => unknown {
  return (s) => {
    called(s.path);
    return `${s.path} after ${s.dependencies.map((name) => String(s.outcome(name).status)).join()}`;
  };
}

function fill(scope: Scope<undefined>, draw: Draw, called: Called, depth: number): Any | undefined {
  const made: Any[] = [];
  const count = 1 + draw(3);
  for (let index = 0; index < count; index++) {
    const step = add(scope, draw, called, depth, `n${index}`);
    if (step === undefined) continue;
    for (const other of made) if (rarely(draw, 2)) step.after(rarely(draw, 4) ? settled(other) : other);
    made.push(step);
  }
  return made.at(-1);
}

function add(scope: Scope<undefined>, draw: Draw, called: Called, depth: number, name: string): Any | undefined {
  const asked = (what: string) => (s: StepContext<undefined>): void => called(`${what} of ${s.path}`);
  const body = (inner: Scope<undefined>): Any | undefined => fill(inner, draw, called, depth - 1);
  const step = work(called);
  const late = rarely(draw, 2);
  if (depth === 0 || !rarely(draw, 2)) return scope.customStep(late ? (s) => Promise.resolve().then(() => step(s)) : step, name as 'n');
  const turns = 1 + draw(3);
  switch (pick(draw, kinds)) {
    case 'group':
      return scope.group(body, name as 'n');
    case 'case': {
      const isTrue = rarely(draw, 2);
      return scope.case((s) => (asked('case')(s), isTrue), name as 'n', body, body);
    }
    case 'loop': {
      const max = 2 + draw(2);
      const until = (s: StepContext<undefined>, _: unknown, turn: number): boolean => {
        asked(turn === max && turn < turns ? 'broken until' : `until ${turn}`)(s);
        return turn >= turns;
      };
      return scope.loopUntil(body, name as 'n', until, { max, ...(rarely(draw, 2) && { every: 10 }) });
    }
    case 'retry': {
      const fails = (s: StepContext<undefined>): void => {
        const attempt = Number(/#(\d+)\/tried$/.exec(s.path)?.[1]);
        called(`${attempt === 3 && turns === 3 ? 'broken ' : ''}${s.path}`);
        if (attempt <= turns) throw new Error(`attempt ${attempt}`);
      };
      const policy = rarely(draw, 2) ? { retries: 2, delay: 10 } : (_: unknown, __: unknown, attempt: number): boolean => attempt < 3;
      return scope.retry((r) => (body(r), r.customStep(fails, 'tried')), name as 'n', policy);
    }
    case 'forEach':
      return scope.forEach(['a', 'b/c', 'd'].slice(0, turns), name as 'n', body, { key: (item) => item, concurrency: turns });
    case 'source': {
      async function* items(): AsyncIterable<number> {
        for (let item = 0; item < turns; item++) yield Promise.resolve(item);
      }
      return scope.forEach((s) => (asked('items')(s), items()), name as 'n', body, { concurrency: 1 + draw(2), ...(late && { onError: 'collect' }) });
    }
    case 'sleep':
      return scope.sleep(late ? (s) => (asked('time')(s), 10 * turns) : 10 * turns, name as 'n');
    case 'waitFor':
      return scope.waitFor((s) => (asked('wait')(s), true), name as 'n');
    case 'broken':
      return scope.customStep((s) => {
        called(`broken ${s.path}`);
        throw new Error('broken');
      }, name as 'n');
    case 'always':
      scope.always(step, name as 'n');
      return undefined;
    default:
      return undefined;
  }
}
