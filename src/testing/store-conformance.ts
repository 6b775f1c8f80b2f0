import type { Store } from '../durable/store.ts';
import { InvalidOptionError } from '../errors.ts';
import { claims } from './conformance/claims.ts';
import { inbox } from './conformance/inbox.ts';
import { journal } from './conformance/journal.ts';
import type { Kit, Requirement } from './conformance/kit.ts';
import { lists } from './conformance/lists.ts';
import { snapshots } from './conformance/snapshots.ts';
import { upkeep } from './conformance/upkeep.ts';
import { waking } from './conformance/waking.ts';

/** A store to be tested. */
export interface StoreUnderTest {
  /** A store with nothing in it. */
  readonly store: Store;
  /** Opens another handle on the same data, as another process would. */
  readonly again?: () => Store | Promise<Store>;
  /** Removes what was made; called after the test, when all handles are closed. */
  readonly remove?: () => void | Promise<void>;
}

/** The functions of a test runner: those of vitest, and of `node:test`. */
export interface TestRunner {
  /** Groups the tests that `body` registers. */
  readonly describe: (name: string, body: () => void) => unknown;
  /** Registers a test; it fails when the promise rejects. */
  readonly test: (name: string, body: () => Promise<void>) => unknown;
}

/** What a store cannot do, each with the reason. Those tests are not left out: their titles say why nothing was asked. */
export interface ConformanceExceptions {
  /** Why there can be no second handle on the same data. */
  readonly oneHandle?: string;
}

const requirements: readonly Requirement[] = [...journal, ...snapshots, ...claims, ...inbox, ...waking, ...lists, ...upkeep];

/**
 * Registers the tests that every store has to pass: everything that is asked of a {@link Store}, one test for each sentence.
 * A store that passes them keeps runs safely. They do not need vitest; any runner with `describe` and `test` does.
 *
 * @param name - the name of the group of tests
 * @param open - makes a new, empty store; called once for each test
 * @param runner - where to register the tests
 * @param exceptions - what the store cannot do
 * @throws InvalidOptionError - `invalid-option`: the runner has no `describe` or no `test`
 * @example
 * import { memoryStore } from 'millrace';
 * import { storeConformance } from 'millrace/testing';
 * import { describe, test } from 'vitest';
 *
 * storeConformance('memoryStore', () => ({ store: memoryStore() }), { describe, test }, { oneHandle: 'it ends with its process' });
 */
export function storeConformance(
  name: string,
  open: () => StoreUnderTest | Promise<StoreUnderTest>,
  runner: TestRunner,
  exceptions: ConformanceExceptions = {},
): void {
  for (const part of ['describe', 'test'] as const) {
    if (typeof runner[part] === 'function') continue;
    throw new InvalidOptionError('invalid-option', `storeConformance got no ${part}; give those of the test runner: { describe, test }`);
  }
  runner.describe(name, () => {
    for (const requirement of requirements) {
      const reason = requirement.needsTwo === true ? exceptions.oneHandle : undefined;
      if (reason === undefined) runner.test(requirement.title, () => check(requirement, open));
      else runner.test(`not asked, because ${reason}: ${requirement.title}`, () => Promise.resolve());
    }
  });
}

async function check(requirement: Requirement, open: () => StoreUnderTest | Promise<StoreUnderTest>): Promise<void> {
  const { store, again, remove } = await open();
  const handles = [store];
  const kit: Kit = {
    store,
    again: async () => {
      if (again === undefined) throw new InvalidOptionError('invalid-option', "open() gave no 'again'; give it, or say in oneHandle why it cannot be");
      const other = await again();
      handles.push(other);
      return other;
    },
  };
  try {
    await requirement.check(kit);
  } finally {
    for (const handle of handles) await handle.close();
    await remove?.();
  }
}
