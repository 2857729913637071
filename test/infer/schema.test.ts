/** model.json's checks against those of zod, whose words they have. */
import { readFileSync } from 'node:fs';
import { checkBundle } from '@alix/infer/bundle';
import { expect, test } from 'vitest';
import { z } from 'zod';
import * as is from '../../infer/dist/schema.js';

const values = [
  null,
  undefined,
  -1,
  0,
  1,
  1.5,
  2 ** 60,
  -(2 ** 60),
  '',
  'x',
  'normal',
  [],
  {},
  { a: 1 },
  { b: 'x' },
  true,
];

const positive = z.number().int().positive();
const pairs: Record<string, [is.Schema<unknown>, z.ZodType]> = {
  string: [is.string, z.string()],
  number: [is.number, z.number()],
  boolean: [is.boolean, z.boolean()],
  anything: [is.anything, z.unknown()],
  named: [is.named, z.string().min(1)],
  'above 0': [is.above(is.number), z.number().positive()],
  'not below 0': [is.notBelow(is.number), z.number().nonnegative()],
  whole: [is.whole, z.number().int()],
  'whole, above 0': [is.above(is.whole), positive],
  'one word': [is.oneOf('normal'), z.literal('normal')],
  'one of two': [is.oneOf('normal', 'uniform'), z.enum(['normal', 'uniform'])],
  matching: [is.matching(/^a/, 'an a'), z.string().regex(/^a/, 'an a')],
  optional: [is.optional(is.string), z.string().optional()],
  object: [is.object({ a: is.above(is.whole) }), z.strictObject({ a: positive })],
  'object with a gap': [is.object({ a: is.optional(is.whole) }), z.strictObject({ a: z.number().int().optional() })],
  record: [is.record(is.matching(/^a/, 'an a'), is.whole), z.record(z.string().regex(/^a/), z.number().int())],
};

test.each(Object.keys(pairs))('%s: the same values pass, and the others are told in the same words', (name) => {
  const [own, zod] = pairs[name]!;
  for (const value of values) {
    const issue = zod.safeParse(value).error?.issues[0];
    const wanted = issue && { path: issue.path, message: issue.message };
    expect(own(value, []), JSON.stringify(value)).toEqual(wanted);
  }
});

test('numbers that JSON does not know are told as what they are', () => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY])
    expect(is.number(value, [])?.message).toBe(`Invalid input: expected number, received ${value}`);
});

test('keys that every object has pass for none of their own', () => {
  const schema = is.object({ constructor: is.optional(is.string) });
  expect(schema({}, [])).toBeUndefined();
  expect(is.object({})(JSON.parse('{"__proto__": 1}'), [])?.message).toBe('Unrecognized key: "__proto__"');
  expect(is.object({})(JSON.parse('{"toString": 1}'), [])?.message).toBe('Unrecognized key: "toString"');
});

test('a bundle is told its first contradiction, after all that is wrong in itself', () => {
  const bundle = JSON.parse(readFileSync('test/fixtures/bundles/version-1.json', 'utf8'));
  expect(checkBundle(bundle)).toMatchObject({ success: true });
  const bare = { ...bundle, image: undefined };
  expect(checkBundle(bare)).toMatchObject({
    success: false,
    error: { issues: [{ path: ['image'], message: 'either "image" or "points" is needed' }] },
  });
  expect(checkBundle({ ...bare, opset: 0 })).toMatchObject({ error: { issues: [{ path: ['opset'] }] } });
});
