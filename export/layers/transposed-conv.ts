/** ConvTranspose. [kh,kw,F,C] becomes ONNX's [C,F,kh,kw]; what alix crops is what ONNX calls pads. */
import { transposedPadding, type WindowArgs } from '@alix/train/layers/window';
import { foldedBias, foldedWeight } from '../fold.js';
import { toChannelsFirst } from '../value.js';
import type { LayerExport } from './layer.js';
import { permuted, widened, windowAttributes, windowNodes } from './window.js';

export const transposedConv: LayerExport<WindowArgs> = {
  linear: true,
  emit(x, { args, input, output }, context) {
    const { graph, parameters, affine, name } = context;
    const image = toChannelsFirst(graph, x);
    const { stride, features, bias, padding } = args;
    const channels = input[2] ?? 0;
    const weight = foldedWeight(
      Float64Array.from(parameters('weight')),
      affine,
      (i) => Math.floor(i / channels) % features,
    );
    // 'same' fills whole strides: a kernel smaller than its stride gets taps of zero, which every runtime can do
    const fill = (a: 0 | 1) => (padding === 'same' ? Math.max(args.kernel[a], stride[a]) : args.kernel[a]);
    const kernel = [fill(0), fill(1)] as const;
    const whole = widened(weight, [...args.kernel, features, channels], kernel);
    const [taps, shape] = permuted(whole, [...kernel, features, channels], [3, 2, 0, 1]);
    const operands = [image.name, graph.floats(`${name}.weight`, taps, shape)];
    const offsets = foldedBias(bias ? parameters('bias') : undefined, affine);
    const attributes = windowAttributes(kernel, stride, transposedPadding(args));
    return windowNodes('ConvTranspose', operands, output, offsets, attributes, context);
  },
};
