/** Int8 weights: the closed form per channel, the axis by operator, and graphs that compute what the rounded weights give. */
import { int8Graph, quantised } from '@alix/export/precision/int8';
import { describe, expect, it } from 'vitest';
import { apart, f32, numbers, run } from '../support.js';
import { constantOf, feeds, roundTrip, small, weights } from './support.js';

describe('quantisation', () => {
  it('is the nearest multiple of max |w| / 127 of the channel, ties to even', () => {
    // a channel whose scale is 1, and one whose scale is 2
    const data = Float32Array.of(127, 0.5, 1.5, 2.5, -2.5, -0.5, -254, 1, 3, 5, -5, 253);
    const { values, scales } = quantised(data, [2, 6], 0);
    expect([...scales]).toEqual([1, 2]);
    expect([...values]).toEqual([127, 0, 2, 2, -2, 0, -127, 0, 2, 2, -2, 126]);
  });

  it('counts channels along its axis', () => {
    const data = Float32Array.from({ length: 24 }, (_, i) => 10 ** (Math.floor(i / 4) % 3));
    const { values, scales } = quantised(data, [2, 3, 4], 1);
    expect([...scales]).toEqual([1, 10, 100].map((largest) => Math.fround(largest / 127)));
    expect(new Set(values)).toEqual(new Set([127]));
  });

  it('is never further off than half a step, and keeps signs', () => {
    const next = numbers(5);
    const data = Float32Array.from({ length: 1000 }, () => (2 * next() - 1) ** 3);
    const { values, scales } = quantised(data, [8, 125], 0);
    data.forEach((w, i) => {
      const scale = scales[Math.floor(i / 125)]!;
      expect(Math.abs(w - values[i]! * scale)).toBeLessThanOrEqual(scale * (0.5 + 1e-5));
    });
    const mirrored = quantised(
      data.map((w) => -w),
      [8, 125],
      0,
    );
    expect([...mirrored.values]).toEqual([...values].map((v) => (v === 0 ? 0 : -v)));
  });

  it('makes a channel of zeros of zeros, and of numbers too small for a scale', () => {
    const { values, scales } = quantised(Float32Array.of(0, -0, 1e-40, -1e-37, 0, 127e-30), [3, 2], 0);
    expect([...scales]).toEqual([1, 1, Math.fround(1e-30)]);
    expect([...values]).toEqual([0, 0, 0, 0, 0, 127]);
  });
});

describe('a graph in int8', () => {
  const axes = [0, 1, 1, 0, 1];

  it('stores its weights so, a scale for each output, and computes what they give in float32', async () => {
    const graph = small();
    const smaller = int8Graph(graph);
    const scales = weights.map((name) => smaller.constants.get(`${name}.scale`)?.shape);
    expect(scales).toEqual([[16, 1, 1, 1], [6, 1, 1], [20], [18, 1], [15]]);
    expect(weights.map((name) => smaller.constants.get(`${name}.int8`)?.type)).toEqual(weights.map(() => 'int8'));
    expect(smaller.constants.get('conv.bias')).toBe(graph.constants.get('conv.bias'));

    const rounded = roundTrip(graph, (name, data) => {
      const place = weights.indexOf(name);
      if (place < 0) return data;
      const { shape } = graph.constants.get(name)!;
      const stride = shape.slice(axes[place]! + 1).reduce((a, b) => a * b, 1);
      const channel = (i: number) => Math.floor(i / stride) % shape[axes[place]!]!;
      const largest = new Float64Array(shape[axes[place]!]!);
      data.forEach((w, i) => {
        largest[channel(i)] = Math.max(largest[channel(i)]!, Math.abs(w));
      });
      // random numbers: no ties
      return data.map((w, i) => (Math.round((127 * w) / largest[channel(i)]!) * largest[channel(i)]!) / 127);
    });
    const inputs = feeds(numbers(3));
    const [found, wanted, before] = [await run(smaller, inputs), await run(rounded, inputs), await run(graph, inputs)];
    for (const output of Object.keys(wanted)) expect(apart(f32(found[output]), f32(wanted[output]))).toBeLessThan(1e-5);
    // 24 numbers below 1, each with a weight that is off by at most 1 / 254
    const off = apart(f32(found.dense), f32(before.dense));
    expect(off).toBeGreaterThan(1e-4);
    expect(off).toBeLessThan(24 / 254);
  });

  it('leaves weights of few numbers per channel as they are', () => {
    const graph = small();
    const shape = [5, 60];
    const data = constantOf(graph, 'dense.weight').slice(0, 300);
    const narrow = {
      ...graph,
      constants: new Map(graph.constants).set('dense.weight', { type: 'float32', shape, data }),
    };
    expect(int8Graph(narrow as typeof graph).constants.has('dense.weight')).toBe(true);
  });
});
