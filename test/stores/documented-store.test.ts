import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'vitest';
import type { Store } from '../../src/durable/store.ts';
import { storeConformance } from '../../src/testing/store-conformance.ts';
import { root, textOf } from '../project/support.ts';
import { newPlace } from './files.ts';

const document = 'docs/guide/stores.md';
const [, code] = /^```ts\n(.*?)^```$/ms.exec(textOf(document)) ?? [];
if (code === undefined) throw new Error(`${document} has no code`);
const folder = join(root, 'build', 'documented-store');
const path = join(folder, 'json-file-store.ts');
mkdirSync(folder, { recursive: true });
writeFileSync(path, code);
const { jsonFileStore } = (await import(path)) as { readonly jsonFileStore: (path: string) => Store }; // that it compiles is tested with the documents

storeConformance(
  'the store of the guide',
  () => {
    const { file, remove } = newPlace();
    return { store: jsonFileStore(file), remove };
  },
  { describe, test },
  { oneHandle: 'one process uses the file at a time' },
);
