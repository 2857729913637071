/** Convolution. Dumoulin & Visin 2016, "A guide to convolution arithmetic for deep learning". */
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { LayerKind } from './layer.js';
import { spectralParameters, spectralWeight } from './spectral.js';
import { biasParameters, checkWindow, convPadding, convSize, type WindowArgs } from './window.js';

export const conv: LayerKind<WindowArgs> = {
  shape(input, args, path) {
    const [height, width] = convSize(input, args);
    checkWindow(input, [height, width], path);
    return [height, width, args.features];
  },
  parameters(input, args) {
    const { kernel, features } = args;
    const channels = input[2] ?? 0;
    const fanIn = kernel[0] * kernel[1] * channels;
    const shape = [kernel[0], kernel[1], channels, features];
    return [
      { name: 'weight', shape, role: 'weight', trainable: true, fanIn },
      ...biasParameters(args.bias, [...convSize(input, args), features], fanIn),
      ...spectralParameters(args),
    ];
  },
  flops(input, args) {
    const [height, width] = convSize(input, args);
    return 2 * height * width * args.features * args.kernel[0] * args.kernel[1] * (input[2] ?? 0);
  },
  forward(x, args, parameters, context, path) {
    const { ops } = context;
    const window = { stride: args.stride, padding: convPadding(x.shape.slice(1), args) };
    const y = ops.conv(x as Tensor4D, spectralWeight(parameters, context, path) as Tensor4D, window);
    return parameters.bias ? ops.bias(y, parameters.bias) : y;
  },
};
