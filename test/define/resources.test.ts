import { defineResource, FlowError, InvalidOptionError } from 'millrace';
import { describe, expect, test } from 'vitest';

/** Calls it as a caller without a compiler may. */
const define = defineResource as (options: unknown) => unknown;

describe('defining a resource', () => {
  test('it is frozen and has its name in normal form', () => {
    const resource = defineResource({ name: 'cafe\u0301' });
    expect(resource.name).toBe('caf\u00e9');
    expect(Object.isFrozen(resource)).toBe(true);
  });

  test('hooks that are changed later change nothing', () => {
    const options = { name: 'db', release: () => 1 };
    const resource = defineResource(options) as unknown as { readonly hooks: { readonly release: () => number } };
    options.release = () => 2;
    expect(resource.hooks.release()).toBe(1);
    expect(Object.isFrozen(resource.hooks)).toBe(true);
  });

  test.for([
    [{ name: '' }, "the name of a resource is '', which is empty or has an empty part; give it a name"],
    [{ name: 'a/b' }, "the name of a resource is 'a/b'; it must start with a letter, a digit, '_' or '$' and go on with these, '-', '.' or spaces"],
    [{}, 'the name of a resource is of type undefined; give a string'],
  ] as const)('a name that is none is refused: %o', ([options, message]) => {
    expect(() => define(options)).toThrow(FlowError);
    expect(() => define(options)).toThrow(expect.objectContaining({ code: 'invalid-name', message }));
  });

  test.for([
    [undefined, 'invalid-option', 'the options of a resource are undefined; give an object with a name'],
    ['db', 'invalid-option', "the options of a resource are 'db'; give an object with a name"],
    [{ name: 'db', release: 5 }, 'not-a-function', "the hook 'release' of resource 'db' is 5; give a function (attachment) => …, or leave it out"],
    [{ name: 'db', initialize: null }, 'not-a-function', "the hook 'initialize' of resource 'db' is null; give a function (attachment) => …, or leave it out"],
  ] as const)('options that cannot be meant are refused: %o', ([options, code, message]) => {
    expect(() => define(options)).toThrow(InvalidOptionError);
    expect(() => define(options)).toThrow(expect.objectContaining({ code, message }));
  });
});
