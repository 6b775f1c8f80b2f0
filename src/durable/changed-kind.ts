import type { GraphDocument } from '../define/graph.ts';
import type { CompositeSpec } from '../define/spec.ts';
import type { Path } from './entry.ts';
import type { Located } from './locator.ts';
import type { PathRecord, WorkRecord } from './snapshot.ts';

const nouns: Readonly<Record<CompositeSpec['kind'], string>> = {
  waitFor: 'a wait',
  signal: 'a wait for a signal',
  sleep: 'a sleep',
  group: 'a group',
  case: 'a case',
  loop: 'a loop',
  retry: 'a retry',
  forEach: 'a forEach',
  call: 'a call',
};

/** Which kinds of composite steps have what is recorded of one. */
const owners: { readonly [Field in keyof WorkRecord]-?: readonly CompositeSpec['kind'][] } = {
  decided: ['case', 'call'],
  index: ['loop', 'retry'],
  first: ['loop', 'retry'],
  at: ['loop', 'retry'],
  keys: ['forEach'],
  items: ['forEach'],
  expanded: ['forEach'],
  until: ['sleep'],
};

/** Says what a recorded node was and is not any more, as a sentence; `undefined` when it is what it was, as far as that is known. */
export function changedKind(path: Path, record: PathRecord, { at, node, isItem }: Located, from: GraphDocument | undefined): string | undefined {
  const { template } = at.plan;
  if (node === undefined || node >= template.stepCount) return undefined;
  const composite = template.composites?.[node];
  const was = record.kind ?? 'step';
  const is = isItem ? 'item' : composite === undefined ? 'step' : 'composite';
  if (was !== is && record.s !== 'skipped') return `'${path}' is recorded as ${was === 'step' ? 'a step' : was === 'item' ? 'an item' : 'a composite step'}, and is ${nounOf(is, composite)} now`;
  if (composite !== undefined && !isItem && Object.keys(record.work ?? {}).some((field) => !owners[field as keyof WorkRecord].includes(composite.kind))) {
    return `'${path}' is recorded as another kind of composite step, and is ${nouns[composite.kind]} now`;
  }
  return changedAlways(path, template.steps[node]?.always === true, at.place === undefined ? from : undefined);
}

function changedAlways(path: Path, always: boolean, from: GraphDocument | undefined): string | undefined {
  const before = from?.steps.find((step) => step.path === path);
  if (before === undefined || before.always === always) return undefined;
  return always ? `'${path}' is recorded as a step, and is an always step now` : `'${path}' is recorded as an always step, and is a step like others now`;
}

function nounOf(is: 'item' | 'step' | 'composite', composite: CompositeSpec | undefined): string {
  if (is === 'item') return 'an item';
  return composite === undefined ? 'a step like others' : nouns[composite.kind];
}
