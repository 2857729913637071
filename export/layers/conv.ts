/** Conv. [kh,kw,C,F] becomes ONNX's [F,C,kh,kw]; paddings are explicit, the odd pixel after. */
import { convPadding, type WindowArgs } from '@alix/train/layers/window';
import { effectiveWeight, foldedBias, foldedWeight } from '../fold.js';
import { toChannelsFirst } from '../value.js';
import type { LayerExport } from './layer.js';
import { permuted, windowAttributes, windowNodes } from './window.js';

export const conv: LayerExport<WindowArgs> = {
  linear: true,
  emit(x, { args, input, output }, context) {
    const { graph, parameters, affine, name } = context;
    const image = toChannelsFirst(graph, x);
    const { kernel, features, stride, bias } = args;
    const weight = foldedWeight(effectiveWeight(parameters, args), affine, (i) => i % features);
    const [taps, shape] = permuted(weight, [...kernel, input[2] ?? 0, features], [3, 2, 0, 1]);
    const operands = [image.name, graph.floats(`${name}.weight`, taps, shape)];
    const offsets = foldedBias(bias ? parameters('bias') : undefined, affine);
    const attributes = windowAttributes(kernel, stride, convPadding(input, args));
    return windowNodes('Conv', operands, output, offsets, attributes, context);
  },
};
