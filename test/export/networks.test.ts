/** Whole networks in ONNX Runtime against plain loops in float64: several inputs, several outputs, the papers' tables. */
import { architectures } from '@alix/train/architectures/index';
import { conv, flatten, fullyConnected, type NetworkSpec } from '@alix/train/spec';
import { describe, expect, it } from 'vitest';
import { compare, narrow } from './support.js';

const TOLERANCE = 2e-5;

describe('networks', () => {
  it('join several inputs along the features: images, and vectors with images laid flat', async () => {
    const images: NetworkSpec = {
      inputs: { a: [4, 5, 2], b: [4, 5, 1] },
      blocks: [
        { name: 'c', from: ['a'], rows: [conv(3, 1, 3, 'bn relu')] },
        { name: 'y', from: ['c', 'b', 'a'], rows: [conv(2, 2, 4, 'lrelu(0.1) bn')] },
      ],
      outputs: ['y', 'c'],
    };
    expect((await compare(images)).error).toBeLessThan(TOLERANCE);
    const flat: NetworkSpec = {
      inputs: { x: [4, 5, 2], z: [3] },
      blocks: [
        { name: 'dx', from: ['x'], rows: [conv(3, 2, 4, 'bn lrelu(0.1)'), flatten()] },
        { name: 'dz', from: ['z'], rows: [fullyConnected(6, 'maxout(2)')] },
        { name: 'logit', from: ['dx', 'dz'], rows: [fullyConnected(8, 'lrelu(0.1) bn'), fullyConnected(1)] },
      ],
      outputs: ['logit'],
    };
    expect((await compare(flat)).error).toBeLessThan(TOLERANCE);
  });

  it('may put out an input under another name, one value twice, and a block that others read', async () => {
    const spec: NetworkSpec = {
      inputs: { x: [4] },
      blocks: [
        { name: 'h', from: ['x'], rows: [fullyConnected(5, 'bn tanh')] },
        { name: 'same', from: ['h'], rows: [] },
        { name: 'through', from: ['x'], rows: [] },
        { name: 'y', from: ['h'], rows: [fullyConnected(2)] },
      ],
      outputs: ['through', 'h', 'same', 'y'],
    };
    const { error, graph } = await compare(spec);
    expect(error).toBeLessThan(TOLERANCE);
    expect(graph.outputs.map((output) => output.name)).toEqual(['through', 'h', 'same', 'y']);
  });

  for (const { name, options, build } of Object.values(architectures))
    for (const [network, spec] of Object.entries(build(narrow(options)).networks))
      it(`${name} ${network}, narrow, all parameters at random, as plain loops do`, async () => {
        expect((await compare(spec, { n: 1 })).error).toBeLessThan(1e-4);
      });
});
