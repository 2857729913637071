/** Another height and width by nearest neighbours: pixel i of n is the input's floor(i * input / n), as PyTorch's 'nearest'. */
import { AlixError } from '@alix/infer/io/errors';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { LayerKind } from './layer.js';

export interface ResizeArgs {
  readonly height: number;
  readonly width: number;
}

export const resizeNearest: LayerKind<ResizeArgs> = {
  shape(input, { height, width }, path) {
    if (input.length !== 3)
      throw new AlixError('bad-architecture', 'only images can be resized', {
        where: path,
        expected: 'height x width x channels',
        found: input.join('x'),
      });
    return [height, width, input[2] ?? 0];
  },
  parameters: () => [],
  flops: () => 0,
  forward: (x, { height, width }, _parameters, { ops }) => ops.resizeNearest(x as Tensor4D, height, width),
};
