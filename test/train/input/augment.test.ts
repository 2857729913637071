/** Turns and shifts: what each does alone, how often, and that one seed gives one result. */
import { createRandom } from '@alix/infer/io/random';
import { augmented, isAugmenting } from '@alix/train/input/augment';
import { expect, test } from 'vitest';

const shape = [7, 7, 2];
const size = 7 * 7 * 2;
/** One bright point, with another value in the second channel. */
function dot(y: number, x: number): Uint8Array {
  const image = new Uint8Array(size);
  image.set([200, 50], (y * 7 + x) * 2);
  return image;
}
const many = (image: Uint8Array, n: number) =>
  Uint8Array.from({ length: n * size }, (_, i) => image[i % size] as number);
const rows = (pixels: Uint8Array) =>
  Array.from({ length: pixels.length / size }, (_, i) => pixels.subarray(i * size, (i + 1) * size));

test('shifts are by whole pixels, each of the twenty-five equally often, and nothing else moves', () => {
  const given = many(dot(3, 3), 1250);
  const before = given.slice();
  const made = augmented(given, shape, { rotate: 0, shift: 2, share: 1 }, createRandom(1));
  expect(Buffer.compare(given, before)).toBe(0);
  const counts = new Map<string, number>();
  for (const row of rows(made)) {
    const at = row.indexOf(200) / 2;
    const [y, x] = [Math.floor(at / 7), at % 7];
    expect(Buffer.compare(row, dot(y, x))).toBe(0);
    counts.set(`${y - 3},${x - 3}`, (counts.get(`${y - 3},${x - 3}`) ?? 0) + 1);
  }
  expect(counts.size).toBe(25);
  // binomial: 50 +- 7
  for (const [key, count] of counts) {
    expect(key).toMatch(/^-?[012],-?[012]$/);
    expect(Math.abs(count - 50)).toBeLessThan(35);
  }
});

test('turns keep the centre, reach the angle that is asked for in both directions, and no further', () => {
  // a point three pixels right of the centre, where an angle a moves it down by 3 sin a
  const made = augmented(many(dot(3, 6), 1000), shape, { rotate: 40, shift: 0, share: 1 }, createRandom(2));
  const angles = rows(made).map((row) => {
    let [mass, down, right] = [0, 0, 0];
    for (let at = 0; at < 49; at++) {
      const value = row[2 * at] as number;
      mass += value;
      down += value * (Math.floor(at / 7) - 3);
      right += value * ((at % 7) - 3);
    }
    return (Math.atan2(down / mass, right / mass) * 180) / Math.PI;
  });
  expect(Math.max(...angles)).toBeGreaterThan(36);
  expect(Math.min(...angles)).toBeLessThan(-36);
  // bilinear weights pull the centre of mass by a few degrees
  for (const angle of angles) expect(Math.abs(angle)).toBeLessThan(46);
  const mean = angles.reduce((sum, angle) => sum + angle, 0) / angles.length;
  expect(Math.abs(mean)).toBeLessThan(2);
  const centred = augmented(many(dot(3, 3), 20), shape, { rotate: 40, shift: 0, share: 1 }, createRandom(2));
  for (const row of rows(centred)) expect([...row.subarray(48, 50)]).toEqual([200, 50]);
});

test('nothing asked for changes nothing, and what comes in from outside is the edge', () => {
  const image = Uint8Array.from({ length: size }, (_, i) => (i * 37) % 251);
  const still = augmented(image, shape, { rotate: 0, shift: 0, share: 1 }, createRandom(1));
  expect(still).toEqual(image);
  const flat = many(new Uint8Array(size).fill(90), 50);
  expect(augmented(flat, shape, { rotate: 180, shift: 6, share: 1 }, createRandom(3))).toEqual(flat);
});

test('a share of the images is changed, by the stream alone', () => {
  const given = many(dot(3, 2), 1000);
  const settings = { rotate: 0, shift: 1, share: 0.8 };
  const made = augmented(given, shape, settings, createRandom(4));
  const same = rows(made).filter((row) => row.indexOf(200) === (3 * 7 + 2) * 2).length;
  // 0.2 that are left alone, and a ninth of the others whose shift is none: 289 +- 14
  expect(Math.abs(same - 1000 * (0.2 + 0.8 / 9))).toBeLessThan(70);
  const isSame = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;
  expect(isSame(augmented(given, shape, settings, createRandom(4)), made)).toBe(true);
  expect(isSame(augmented(given, shape, settings, createRandom(5)), made)).toBe(false);
  expect(isSame(augmented(given, shape, { ...settings, share: 0 }, createRandom(4)), given)).toBe(true);
  expect([settings, { ...settings, share: 0 }, { rotate: 0, shift: 0, share: 1 }].map(isAugmenting)).toEqual([
    true,
    false,
    false,
  ]);
});
