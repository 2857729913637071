/**
 * The one source of randomness: xoroshiro128+ (pure-rand) with uniforms, normals, integers and permutations on top.
 * The same seed gives the same numbers, bit for bit, in Node and in every browser: only integer operations, + - * / and
 * square root are used, which IEEE 754 rounds exactly; Math.log and Math.cos may differ from one engine to the next.
 */

import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import type { JumpableRandomGenerator } from 'pure-rand/types/JumpableRandomGenerator';
import { AlixError } from './errors.js';

/** A seeded stream of numbers. How a draw is cut into calls does not matter: normal(3) then normal(5) is normal(8). */
export interface Random {
  /** `n` numbers in [0, 1), multiples of 2^-24. */
  uniform(n: number): Float32Array<ArrayBuffer>;
  /** `n` numbers of the standard normal distribution. */
  normal(n: number): Float32Array<ArrayBuffer>;
  /** A whole number in [min, max], both included, without bias; max - min is less than 2^32. */
  integer(min: number, max: number): number;
  /** The numbers 0 .. n-1 in random order (Fisher-Yates). */
  permutation(n: number): Uint32Array<ArrayBuffer>;
  /** An independent stream, fixed by this one's original seed and `name` alone: not by how far this one has advanced. */
  split(name: string): Random;
  /** Everything that `restoreRandom` needs to continue this stream: ten finite numbers, safe in JSON. */
  state(): number[];
}

/**
 * A stream from a seed. A number and its decimal text are the same seed: `1` and `'1'`.
 *
 * @throws AlixError 'bad-seed' for what is neither a whole number nor a text
 */
export function createRandom(seed: number | string): Random {
  if (typeof seed !== 'string' && !Number.isSafeInteger(seed))
    throw new AlixError('bad-seed', 'a seed is a whole number or a text', { found: `${seed}` });
  return fromKey(hash([], `${seed}`));
}

/**
 * The stream whose `state()` this was, at the same point.
 *
 * @throws AlixError 'bad-random-state'
 */
export function restoreRandom(state: readonly number[]): Random {
  const words = state.slice(0, 8);
  const [cached, spare] = [state[8], state[9]];
  const whole = words.every((word) => Number.isInteger(word) && word === (word | 0));
  if (state.length !== 10 || !whole || (cached !== 0 && cached !== 1) || !Number.isFinite(spare))
    throw new AlixError('bad-random-state', 'not the state of a random generator', {
      expected: 'ten numbers',
      found: JSON.stringify(state).slice(0, 80),
    });
  return new Stream(words.slice(4), words.slice(0, 4), cached === 1 ? spare : undefined);
}

function fromKey(key: readonly number[]): Random {
  return new Stream(key, key, undefined);
}

class Stream implements Random {
  readonly #key: readonly number[];
  readonly #bits: JumpableRandomGenerator;
  /** Normals come in pairs; the second of a pair waits here when only the first was asked for. */
  #spare: number | undefined;

  constructor(key: readonly number[], state: readonly number[], spare: number | undefined) {
    this.#key = key;
    this.#bits = xoroshiro128plusFromState(state);
    this.#spare = spare;
  }

  uniform(n: number): Float32Array<ArrayBuffer> {
    const out = new Float32Array(n);
    const bits = this.#bits;
    // the lowest bits of xoroshiro128+ are its weakest, so the upper 24 are taken
    for (let i = 0; i < n; i++) out[i] = (bits.next() >>> 8) * 2 ** -24;
    return out;
  }

  /** Marsaglia and Bray's polar method: (u,v) uniform in the unit disc, s = u²+v², gives u·f and v·f, f = √(-2 ln s / s). */
  normal(n: number): Float32Array<ArrayBuffer> {
    const out = new Float32Array(n);
    const bits = this.#bits;
    let i = 0;
    if (n > 0 && this.#spare !== undefined) {
      out[i++] = this.#spare;
      this.#spare = undefined;
    }
    while (i < n) {
      const u = (bits.next() + 0.5) * 2 ** -31;
      const v = (bits.next() + 0.5) * 2 ** -31;
      const s = u * u + v * v;
      if (s >= 1) continue;
      const f = Math.sqrt((-2 * ln(s)) / s);
      out[i++] = u * f;
      if (i < n) out[i++] = v * f;
      else this.#spare = v * f;
    }
    return out;
  }

  integer(min: number, max: number): number {
    const span = max - min;
    if (!Number.isSafeInteger(min) || !Number.isSafeInteger(max) || span < 0 || span >= 2 ** 32)
      throw new RangeError(`integer(${min}, ${max}): whole numbers with 0 <= max - min < 2^32 are needed`);
    if (span === 0) return min;
    const shift = Math.clz32(span);
    for (;;) {
      const draw = this.#bits.next() >>> shift;
      if (draw <= span) return min + draw;
    }
  }

  permutation(n: number): Uint32Array<ArrayBuffer> {
    const order = new Uint32Array(n);
    for (let i = 0; i < n; i++) {
      const j = this.integer(0, i);
      order[i] = order[j] as number;
      order[j] = i;
    }
    return order;
  }

  split(name: string): Random {
    return fromKey(hash(this.#key, name));
  }

  state(): number[] {
    return [...this.#bits.getState(), ...this.#key, this.#spare === undefined ? 0 : 1, this.#spare ?? 0];
  }
}

const float = new Float64Array(1);
const halves = new Uint32Array(float.buffer);
const LN2_HIGH = 0.6931471803691238; // ln 2 to 33 bits, so that k·LN2_HIGH is exact
const LN2_LOW = 1.9082149292705877e-10;

/**
 * Natural logarithm of a positive normal number, within 1.5 units in the last place. x = 2^k·m with m in [√½, √2), and
 * ln m = 2 artanh((m-1)/(m+1)) by its Taylor series, of which 12 terms reach double precision there.
 *
 * Exported for its test.
 */
export function ln(x: number): number {
  float[0] = x;
  const high = halves[1] as number;
  // adding before the shift moves mantissas above √2 to the next k, which centres m on 1
  const k = ((high + 0x95f62) >> 20) - 1023;
  halves[1] = high - (k << 20);
  const m = float[0];
  const f = (m - 1) / (m + 1);
  const q = f * f;
  const r =
    q *
    (2 / 3 +
      q *
        (2 / 5 +
          q *
            (2 / 7 +
              q *
                (2 / 9 +
                  q *
                    (2 / 11 +
                      q * (2 / 13 + q * (2 / 15 + q * (2 / 17 + q * (2 / 19 + q * (2 / 21 + q * (2 / 23)))))))))));
  // 2f = (m-1) - f(m-1) exactly; kept so, the leading term m-1 carries no rounding error
  return k * LN2_HIGH + (m - 1 - (f * (m - 1 - r) - k * LN2_LOW));
}

/** 128 bits from `key` and `text`: four multiply-xor lanes, then mixed so that each bit of the input reaches all. */
function hash(key: readonly number[], text: string): number[] {
  const lanes = [0x243f6a88, 0x85a308d3 | 0, 0x13198a2e, 0x03707344];
  const primes = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f];
  const absorb = (word: number) => {
    for (let i = 0; i < 4; i++) {
      const lane = Math.imul((lanes[i] as number) ^ word, primes[i] as number);
      lanes[i] = lane ^ (lane >>> 15);
    }
  };
  for (const word of key) absorb(word);
  for (let i = 0; i < text.length; i++) absorb(text.charCodeAt(i));
  absorb(text.length + 0x10000);
  for (let round = 0; round < 3; round++)
    for (let i = 0; i < 4; i++)
      lanes[i] = scramble((lanes[i] as number) + Math.imul(lanes[(i + 3) % 4] as number, primes[i] as number));
  // the all-zero state is the one from which xoroshiro never leaves
  return lanes.every((lane) => lane === 0) ? [1, 2, 3, 4] : lanes;
}

/** The finaliser of MurmurHash3 (32 bits), a bijection. */
function scramble(word: number): number {
  let h = word | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
