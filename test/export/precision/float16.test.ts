/** Rounding to float16: numpy's bits, every float16 there is, every tie between two, and graphs that keep their outputs. */
import { readFileSync } from 'node:fs';
import { FLOAT16_LARGEST, float16Graph, fromFloat16, toFloat16 } from '@alix/export/precision/float16';
import { describe, expect, it } from 'vitest';
import { apart, f32, numbers, run } from '../support.js';
import { constantOf, feeds, roundTrip, small, weights } from './support.js';

const pinned = JSON.parse(readFileSync(new URL('../../fixtures/float16.json', import.meta.url), 'utf8')) as [
  number,
  number,
][];
const float = (bits: number) => new Float32Array(Uint32Array.of(bits).buffer)[0] as number;

describe('float32 to float16', () => {
  it('has the bits that numpy gives', () => {
    expect(pinned.length).toBeGreaterThan(300);
    expect(pinned.map(([bits]) => toFloat16(float(bits)))).toEqual(pinned.map(([, half]) => half));
  });

  it('gives every float16 back, and of ties the even one', () => {
    const wrong: number[] = [];
    for (let half = 0; half < 0x7c00; half++)
      for (const sign of [0, 0x8000]) {
        const [here, next] = [fromFloat16(half | sign), fromFloat16((half + 1) | sign)];
        // beyond the largest comes 65536, to which infinity rounds
        const middle = (here + (Number.isFinite(next) ? next : Math.sign(here) * 65536)) / 2;
        const even = half % 2 === 0 ? half : half + 1;
        if (toFloat16(here) !== (half | sign) || toFloat16(middle) !== (even | sign)) wrong.push(half | sign);
      }
    expect(wrong).toEqual([]);
  });

  it('keeps infinities and NaN', () => {
    expect([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map(toFloat16)).toEqual([0x7c00, 0xfc00]);
    expect(fromFloat16(toFloat16(Number.NaN))).toBeNaN();
    expect(fromFloat16(0x7bff)).toBe(FLOAT16_LARGEST);
  });
});

describe('a graph in float16', () => {
  it('stores its weights so, and computes what they give in float32', async () => {
    const graph = small();
    const halved = float16Graph(graph);
    const stored = [...halved.constants].filter(([, { type }]) => type === 'float16').map(([name]) => name);
    expect(stored).toEqual(weights.map((name) => `${name}.float16`));
    // the bias, the few numbers of a small weight and what is added stay
    for (const kept of ['conv.bias', 'few.weight', 'offset'])
      expect(halved.constants.get(kept)).toBe(graph.constants.get(kept));
    const rounded = roundTrip(graph, (name, data) =>
      stored.includes(`${name}.float16`) ? data.map((w) => fromFloat16(toFloat16(w))) : data,
    );
    const inputs = feeds(numbers(3));
    const [found, wanted, before] = [await run(halved, inputs), await run(rounded, inputs), await run(graph, inputs)];
    for (const output of Object.keys(wanted)) {
      expect(apart(f32(found[output]), f32(wanted[output]))).toBeLessThan(1e-6);
      expect(apart(f32(found[output]), f32(before[output]))).toBeLessThan(0.01);
    }
    expect(apart(f32(found.dense), f32(before.dense))).toBeGreaterThan(1e-6);
  });

  it('is refused where a weight is too large, naming it', () => {
    const graph = small();
    const data = Float32Array.from(constantOf(graph, 'dense.weight'));
    data[7] = -65520;
    const large = roundTrip(graph, (name, values) => (name === 'dense.weight' ? data : values));
    expect(() => float16Graph(large)).toThrow(
      expect.objectContaining({ code: 'not-exportable', where: 'small, dense.weight', found: '-65520' }),
    );
    data[7] = -65519;
    expect(() => float16Graph(large)).not.toThrow();
  });
});
