/** JSON of files that nobody vouches for. */
import { parseJson } from '@alix/infer/io/json';
import { expect, test } from 'vitest';

const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

test('is what JSON.parse gives, up to 200 levels', () => {
  const text = '{"a":[{"b":"]}[{\\"[["},2],"c":"\\\\"}';
  expect(parseJson(text)).toEqual(JSON.parse(text));
  expect(parseJson(nested(200))).toEqual(JSON.parse(nested(200)));
  // brackets in texts, and those that are closed again, are no levels
  expect(parseJson(JSON.stringify({ a: '['.repeat(500) }))).toEqual({ a: '['.repeat(500) });
  expect(parseJson(`[${Array(500).fill('[]').join()}]`)).toHaveLength(500);
});

test('is refused beyond, and where it is none', () => {
  for (const text of [nested(201), nested(100_000), '{"a":'.repeat(201) + 1 + '}'.repeat(201), '', '{'])
    expect(() => parseJson(text)).toThrow(SyntaxError);
});
