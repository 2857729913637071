/**
 * The Mersenne Twister that numpy's RandomState and torch's CPU generator share: Matsumoto & Nishimura 1998, "Mersenne Twister: a
 * 623-dimensionally equidistributed uniform pseudo-random number generator", seeded as in the authors' code of 2002. Only to draw what other
 * tools draw: alix's own randomness is @alix/infer's.
 */
import { AlixError } from '@alix/infer/io/errors';

/** Orders of rows as some library draws them. Each call advances the stream. */
export interface Shuffler {
  /** The numbers 0 .. n-1 in random order. */
  permutation(n: number): Uint32Array<ArrayBuffer>;
}

const WORDS = 624;
const MIDDLE = 397;

/**
 * @param seed a whole number from 0 to 2^32 - 1
 * @returns a function that gives the stream's next number, 0 to 2^32 - 1
 * @throws AlixError 'bad-seed'
 */
export function mersenneTwister(seed: number): () => number {
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32)
    throw new AlixError('bad-seed', 'other tools take seeds of 32 bits', {
      expected: 'a whole number from 0 to 4294967295',
      found: `${seed}`,
    });
  const state = new Uint32Array(WORDS);
  state[0] = seed;
  for (let i = 1; i < WORDS; i++) {
    const before = state[i - 1]!;
    state[i] = Math.imul(before ^ (before >>> 30), 1812433253) + i;
  }
  let at = WORDS;
  return () => {
    if (at === WORDS) {
      twist(state);
      at = 0;
    }
    let y = state[at++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  };
}

function twist(state: Uint32Array): void {
  for (let i = 0; i < WORDS; i++) {
    const y = (state[i]! & 0x80000000) | (state[(i + 1) % WORDS]! & 0x7fffffff);
    state[i] = state[(i + MIDDLE) % WORDS]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
  }
}
