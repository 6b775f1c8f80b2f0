import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { TimeoutError } from 'millrace';
import { RecordedError } from '../../src/durable/recorded-error.ts';
import { codec, encrypted, type Money, samples } from './codec-samples.ts';
import { same } from './same.ts';

interface Texts {
  readonly plain: Readonly<Record<string, string>>;
  /** With a key that is not the current one any more. */
  readonly encrypted: Readonly<Record<string, string>>;
}

/** Written by the first release of format 1: only added to, never written anew. */
const texts = JSON.parse(readFileSync(new URL('../fixtures/codec-format-1.json', import.meta.url), 'utf8')) as Texts; // our own file

describe('texts of format 1', () => {
  test.each(Object.entries(texts.plain))('%s is read as it was written', (name, text) => {
    expect(same(samples[name], codec.decode(text))).toBe(true);
  });

  test.each(Object.entries(texts.encrypted))('%s is read from an encrypted text', (name, text) => {
    expect(same(samples[name], encrypted.decode(text))).toBe(true);
  });

  test('instances and errors have their classes', () => {
    const { price } = codec.decode(texts.plain['registered class']!) as { price: Money };
    expect(price.cents).toBe(995n);
    expect(codec.decode(texts.plain['error']!)).toBeInstanceOf(RecordedError);
    expect(codec.decode(texts.plain['error of the library']!)).toBeInstanceOf(TimeoutError);
  });

  test('there is a text of every kind', () => {
    expect(Object.keys(texts.plain)).toEqual(Object.keys(samples));
  });
});
