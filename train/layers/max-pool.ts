/** Max pooling over square windows, without padding. */
import { AlixError } from '@alix/infer/io/errors';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { LayerKind, Shape } from './layer.js';
import { checkWindow } from './window.js';

export interface MaxPoolArgs {
  readonly size: number;
  readonly stride: number;
}

/** Height and width after pooling: floor((n - size) / stride) + 1. */
function pooledSize(input: Shape, { size, stride }: MaxPoolArgs): readonly [number, number] {
  const axis = (a: 0 | 1) => Math.floor(((input[a] ?? 0) - size) / stride) + 1;
  return [axis(0), axis(1)];
}

export const maxPool: LayerKind<MaxPoolArgs> = {
  shape(input, args, path) {
    if (![args.size, args.stride].every((n) => Number.isInteger(n) && n > 0))
      throw new AlixError('bad-architecture', 'no window or stride of a max pooling', {
        where: path,
        expected: 'whole numbers of at least 1',
        found: `size ${args.size}, stride ${args.stride}`,
      });
    const [height, width] = pooledSize(input, args);
    checkWindow(input, [height, width], path);
    return [height, width, input[2] ?? 0];
  },
  parameters: () => [],
  flops(input, args) {
    const [height, width] = pooledSize(input, args);
    return height * width * (input[2] ?? 0) * args.size * args.size;
  },
  forward: (x, { size, stride }, _parameters, { ops }) => ops.maxPool(x as Tensor4D, size, stride),
};
