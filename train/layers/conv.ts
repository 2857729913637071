/** Convolution. Dumoulin & Visin 2016, "A guide to convolution arithmetic for deep learning". */
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { LayerKind } from './layer.js';
import { checkWindow, convPadding, convSize, type WindowArgs } from './window.js';

export const conv: LayerKind<WindowArgs> = {
  shape(input, args, path) {
    const [height, width] = convSize(input, args);
    checkWindow(input, [height, width], path);
    return [height, width, args.features];
  },
  parameters(input, { kernel, features, bias }) {
    const channels = input[2] ?? 0;
    const fanIn = kernel[0] * kernel[1] * channels;
    const shape = [kernel[0], kernel[1], channels, features];
    return [
      { name: 'weight', shape, role: 'weight', trainable: true, fanIn },
      ...(bias ? [{ name: 'bias', shape: [features], role: 'bias', trainable: true, fanIn } as const] : []),
    ];
  },
  flops(input, args) {
    const [height, width] = convSize(input, args);
    return 2 * height * width * args.features * args.kernel[0] * args.kernel[1] * (input[2] ?? 0);
  },
  forward(x, args, { weight, bias }, { ops }) {
    const window = { stride: args.stride, padding: convPadding(x.shape.slice(1), args) };
    const y = ops.conv(x as Tensor4D, weight as Tensor4D, window);
    return bias ? ops.bias(y, bias) : y;
  },
};
