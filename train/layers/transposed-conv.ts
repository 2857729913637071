/** Transposed convolution: the input gradient of a convolution, so its weight is [kh, kw, features, channels]. */
import { AlixError } from '@alix/infer/io/errors';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { LayerKind } from './layer.js';
import { biasParameters, checkWindow, transposedPadding, transposedSize, type WindowArgs } from './window.js';

export const transposedConv: LayerKind<WindowArgs> = {
  shape(input, args, path) {
    if (args.spectral)
      throw new AlixError('bad-architecture', 'spectral norm is for convolutions and fully connected layers', {
        where: path,
        remedy: 'leave spectral out of this row',
      });
    const [height, width] = transposedSize(input, args);
    checkWindow(input, [height, width], path);
    return [height, width, args.features];
  },
  parameters(input, args) {
    const { kernel, features } = args;
    const channels = input[2] ?? 0;
    const fanIn = kernel[0] * kernel[1] * channels;
    const shape = [kernel[0], kernel[1], features, channels];
    return [
      { name: 'weight', shape, role: 'weight', trainable: true, fanIn },
      ...biasParameters(args.bias, [...transposedSize(input, args), features], fanIn),
    ];
  },
  flops(input, args) {
    return 2 * (input[0] ?? 0) * (input[1] ?? 0) * (input[2] ?? 0) * args.kernel[0] * args.kernel[1] * args.features;
  },
  forward(x, args, { weight, bias }, { ops }) {
    const [height, width] = transposedSize(x.shape.slice(1), args);
    const window = { stride: args.stride, padding: transposedPadding(args) };
    const y = ops.transposedConv(x as Tensor4D, weight as Tensor4D, window, [height, width, args.features]);
    return bias ? ops.bias(y, bias) : y;
  },
};
