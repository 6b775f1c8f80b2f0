import type { GraphDocument, GraphRow } from '../define/graph.ts';
import type { CompositeSpec } from '../define/spec.ts';
import type { Path } from './entry.ts';
import type { Located, Place } from './locator.ts';
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
  return changedRow(path, from && rowOf(from, at, node), composite, template.steps[node]?.always === true);
}

/** The same by the structure that the run was recorded with. */
function changedRow(path: Path, before: GraphRow | undefined, composite: CompositeSpec | undefined, always: boolean): string | undefined {
  if (before === undefined) return undefined;
  const is = composite?.kind ?? (always ? 'always' : 'step');
  const was = (before as Partial<GraphRow>).kind ?? (before.always ? 'always' : 'step'); // it was read, and may be older than kinds
  if (was === is || (was === 'step' && composite !== undefined)) return undefined; // what is recorded of it says that
  return `'${path}' is recorded as ${wordOf(was, 'a step')}, and is ${wordOf(is, 'a step like others')} now`;
}

function wordOf(kind: GraphRow['kind'], step: string): string {
  if (kind === 'step') return step;
  return kind === 'always' ? 'an always step' : nouns[kind];
}

/** The row of a step in a structure; those of flows that are called are in structures of their own. */
function rowOf(from: GraphDocument, at: Place, node: number): GraphRow | undefined {
  const step = at.plan.template.steps[node];
  if (at.host === undefined) return from.steps.find(({ path }) => path === step?.path);
  if (at.isFlow) return undefined;
  const scope = at.place?.endsWith('#otherwise') === true ? 'otherwise' : 'body';
  const rows = rowOf(from, at.host.at, at.host.node)?.scopes?.find(({ name }) => name === scope)?.rows;
  return rows?.find((row) => row.step === step?.name);
}

function nounOf(is: 'item' | 'step' | 'composite', composite: CompositeSpec | undefined): string {
  if (is === 'item') return 'an item';
  return composite === undefined ? 'a step like others' : nouns[composite.kind];
}
