/** Random orders of numpy and torch, as the libraries themselves draw them. */

import { mersenneTwister } from '@alix/eval/compat/mt19937';
import { numpyShuffler } from '@alix/eval/compat/numpy-random';
import { torchShuffler } from '@alix/eval/compat/torch-random';
import { expect, test } from 'vitest';
import { oracle } from './support.js';

const { seed, random } = oracle<{ seed: number; random: Record<'numpy' | 'torch', Record<string, number & number[]>> }>(
  'compat',
);
/** The sum of i·order[i]. */
const digest = (order: Uint32Array) => order.reduce((sum, value, i) => sum + i * value, 0);

test("the authors' own first numbers for the seed 5489", () => {
  const next = mersenneTwister(5489);
  const first = Array.from({ length: 10_000 }, next);
  // the 10,000th is the one that the C++ standard demands of std::mt19937
  expect([first[0], first[9999]]).toEqual([3499211612, 4123659995]);
});

test('numpy: RandomState(2020), call by call', () => {
  const stream = numpyShuffler(2020);
  expect(Array.from(stream.permutation(12))).toEqual(random.numpy['permutation(12)']);
  expect(Array.from(stream.permutation(1000).subarray(0, 9))).toEqual(random.numpy['then choice(1000, 9)']);
  expect(digest(stream.permutation(5000))).toBe(random.numpy['then permutation(5000)']);
});

test('torch: randperm on the CPU, call by call', () => {
  const stream = torchShuffler(seed);
  expect(Array.from(stream.permutation(12))).toEqual(random.torch['randperm(12)']);
  expect(digest(stream.permutation(5000))).toBe(random.torch['then randperm(5000)']);
});

test('orders of nothing and of one, and what is no seed', () => {
  for (const make of [numpyShuffler, torchShuffler]) {
    expect([0, 1].map((n) => Array.from(make(0).permutation(n)))).toEqual([[], [0]]);
    for (const wrong of [-1, 2 ** 32, 0.5, Number.NaN])
      expect(() => make(wrong)).toThrow(expect.objectContaining({ code: 'bad-seed' }));
  }
});
