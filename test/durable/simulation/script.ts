import type { Definition } from '../../kernel/definition.ts';
import { type Draw, pick, rarely } from '../../kernel/draw.ts';

/** Where a step that fails does so. */
export type Place = 'function' | 'before' | 'after';

/** What a step of a simulated run does, apart from what its definition says. */
export interface Part {
  /** Whether its function returns a promise, which the simulation settles when it likes. */
  readonly isAsync: boolean;
  /** How often it fails before it does what it is to do; so many retries it has. */
  readonly flaws: number;
  /** Before a retry. */
  readonly delayMs: number;
  readonly failsAt: Place;
  /** Whether it has a condition, although that is always true. */
  readonly isAsked: boolean;
  /** Its callbacks, which may be asynchronous as well. */
  readonly before: 'none' | 'sync' | 'async';
  readonly after: 'none' | 'sync' | 'async';
}

/** All that is drawn for a run before it begins. */
export interface Script {
  readonly parts: ReadonlyMap<string, Part>;
  readonly limit: number;
  readonly tiered: boolean;
  readonly failFast: boolean;
  /** Whether processes and the flow have callbacks of their own. */
  readonly isFramed: boolean;
  /** How likely somebody pauses or stops something: one in so many moves; 0 for never. */
  readonly meddling: number;
}

export function scriptOf(draw: Draw, { deeds }: Definition): Script {
  const isCalm = rarely(draw, 2);
  const part = (deed: string | undefined): Part => {
    const [before, after] = [0, 1].map(() => (isCalm ? 'none' : pick(draw, ['none', 'none', 'none', 'sync', 'async'] as const)));
    const failsAt: Place = deed !== 'fail' ? 'function' : pick(draw, ['function' as Place, 'function' as Place, ...(before === 'none' ? [] : ['before' as const]), ...(after === 'none' ? [] : ['after' as const])]);
    const flaws = rarely(draw, 5) ? 1 + draw(2) : 0;
    return { isAsync: rarely(draw, 2), flaws, delayMs: rarely(draw, 2) ? 10 * draw(4) : 0, failsAt, isAsked: rarely(draw, 4), before: before!, after: after! };
  };
  return {
    parts: new Map([...deeds].map(([step, deed]) => [step, part(deed)])),
    limit: rarely(draw, 3) ? 1 + draw(3) : Infinity,
    tiered: rarely(draw, 6),
    failFast: rarely(draw, 10),
    isFramed: rarely(draw, 4),
    meddling: rarely(draw, 4) ? 5 + draw(30) : 0,
  };
}

/** Whether something other than the definition decides how steps end. */
export function isRace({ meddling, failFast }: Script): boolean {
  return meddling > 0 || failFast;
}
