import type { contributes, Member, Ref } from './refs.ts';

/** The moment a group went well: what `follow` and `parallel` return. */
export interface SyncPoint<Members extends Member = Member> {
  readonly kind: 'sync';
  readonly [contributes]: Members;
}

/** A timing made from others: what `settled`, `failed`, `anyOf` and `optional` return. */
export interface DerivedTiming<Kind extends 'settled' | 'failed' | 'anyOf' | 'optional' = 'settled' | 'failed' | 'anyOf' | 'optional', Members = Member> {
  readonly kind: Kind;
  /** The timings it was made from. */
  readonly of: readonly Timing[];
  readonly [contributes]: Members;
}

/** What a step can wait for. */
export type Timing = Ref | SyncPoint | DerivedTiming;

/** What a timing adds to `results`, as a union. A function adds nothing: its name is not known to the compiler. */
export type MembersOf<Given> = Given extends string
  ? Member<Given, unknown, 'strong'>
  : Given extends { readonly [contributes]: infer Members extends Member }
    ? Members
    : never;

/** The same members, but each may be missing. */
export type Weak<Members> = Members extends Member<infer Name, infer Value> ? Member<Name, Value, 'weak'> : never;

type NamesOf<Members> = Members extends Member<infer Name> ? Name : never;

/** The names that any string could be: they come from functions and are not known. */
type Known<Members> = Members extends Member<infer Name> ? (string extends Name ? never : Members) : never;

type Strong<Members> = Extract<Members, { readonly strength: 'strong' }>;

/** `s.results` for a union of members: a strong one hides a weak one of the same name. */
export type ResultsOf<Members> = {
  readonly [One in Strong<Known<Members>> as One['name']]: One['value'];
} & WeakResults<Exclude<Known<Members>, { readonly strength: 'strong' }>, NamesOf<Strong<Members>>>;

type WeakResults<Members, Taken> = [Members] extends [never]
  ? unknown
  : {
      readonly [One in Members as One extends Member<infer Name> ? Exclude<Name, Taken> : never]: One extends Member<string, infer Value>
        ? Value | undefined
        : never;
    };
