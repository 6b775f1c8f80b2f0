import { describe, test } from 'vitest';
import { memoryStore } from '../../src/stores/memory.ts';
import { sqliteStore } from '../../src/stores/sqlite.ts';
import { storeConformance } from '../../src/testing/store-conformance.ts';
import { newPlace } from './files.ts';

storeConformance('memoryStore', () => ({ store: memoryStore() }), { describe, test }, { oneHandle: 'it is in the memory of one process' });

storeConformance(
  'sqliteStore on a file',
  () => {
    const { file, remove } = newPlace();
    return { store: sqliteStore(file), again: () => sqliteStore(file), remove };
  },
  { describe, test },
);

storeConformance("sqliteStore on ':memory:'", () => ({ store: sqliteStore(':memory:') }), { describe, test }, { oneHandle: 'it is in the memory of one process' });
