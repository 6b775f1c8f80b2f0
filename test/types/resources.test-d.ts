import { type Attachment, createFlows, defineResource, type InternalError, key, type Resource } from 'millrace';
import { expectTypeOf } from 'vitest';

const flows = createFlows();
const p = flows.registerFlow('f').process('p');

class Pool implements AsyncDisposable {
  readonly size: number = 4;
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.resolve();
  }
}

// The entity is what initialize makes, awaited; the init is what it takes.
const pool = defineResource({
  name: 'pool',
  initialize: async (attachment, size: number) => {
    expectTypeOf(attachment).toEqualTypeOf<Attachment<undefined>>();
    await Promise.resolve(size);
    return new Pool();
  },
  suspend: ({ entity }) => void expectTypeOf(entity).toEqualTypeOf<Pool>(),
  release: ({ entity }) => entity[Symbol.asyncDispose](),
});
expectTypeOf(pool).toEqualTypeOf<Resource<Pool, number>>();
expectTypeOf(defineResource({ name: 'n', initialize: () => 1 })).toEqualTypeOf<Resource<number>>();
expectTypeOf(defineResource({ name: 'n', initialize: (_, init: string | undefined) => init?.length })).toEqualTypeOf<Resource<number | undefined, string | undefined>>();

// Without initialize there may be no entity.
expectTypeOf(defineResource({ name: 'bare' })).toEqualTypeOf<Resource<undefined>>();
expectTypeOf(defineResource<Pool>({ name: 'bare' })).toEqualTypeOf<Resource<Pool | undefined>>();

declare const perhaps: Resource<number, string | undefined>;
const seats = key<number>('seats');

p.customStep(async (s) => {
  const attached = await s.attach(pool, 4);
  expectTypeOf(attached).toEqualTypeOf<Attachment<Pool>>();
  expectTypeOf(attached.entity.size).toEqualTypeOf<number>();
  expectTypeOf(attached.get(seats)).toEqualTypeOf<number | undefined>();
  expectTypeOf(attached.get('seats')).toEqualTypeOf<unknown>();
  expectTypeOf(s.acquire(pool)).toEqualTypeOf<Attachment<Pool> | undefined>();
  expectTypeOf(await s.attach(perhaps)).toEqualTypeOf<Attachment<number>>();
  expectTypeOf(await s.attach(perhaps, 'init')).toEqualTypeOf<Attachment<number>>();
  const own = new Pool();
  expectTypeOf(await s.attach(own)).toEqualTypeOf<Attachment<Pool>>();
  expectTypeOf(s.acquire(own)).toEqualTypeOf<Attachment<Pool> | undefined>();
  // @ts-expect-error the pool needs a size
  await s.attach(pool);
  // @ts-expect-error a size is a number
  await s.attach(pool, 'four');
  // @ts-expect-error a name is no resource
  await s.attach('pool');
  // @ts-expect-error an object without a dispose is no resource
  s.acquire({ size: 4 });
  // @ts-expect-error an entity is replaced by its like
  attached.update(4);
  // @ts-expect-error a key has one type of values
  attached.set(seats, 'four');
}, 'a');

// @ts-expect-error a resource has a name
defineResource({ initialize: () => 1 });
// @ts-expect-error a hook is a function
defineResource({ name: 'n', release: 'close' });

const sink = flows.onInternalError((event) => void expectTypeOf(event).toEqualTypeOf<InternalError>(), { stages: ['resource'], discard: ({ error }) => error.message });
expectTypeOf(sink.idle()).toEqualTypeOf<Promise<void>>();
flows.onInternalError(async (event) => Promise.resolve(event.stage));
// @ts-expect-error there is no such stage
flows.onInternalError(() => undefined, { stages: ['resources'] });
