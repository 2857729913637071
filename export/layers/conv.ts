/** Conv. [kh,kw,C,F] becomes ONNX's [F,C,kh,kw]; paddings are explicit, the odd pixel after. */
import { convPadding, type WindowArgs } from '@alix/train/layers/window';
import { foldedBias, foldedWeight } from '../fold.js';
import { toChannelsFirst } from '../value.js';
import type { LayerExport } from './layer.js';
import { permuted, windowAttributes } from './window.js';

export const conv: LayerExport<WindowArgs> = {
  linear: true,
  emit(x, { args, input, output }, { graph, parameters, affine, name }) {
    const image = toChannelsFirst(graph, x);
    const { kernel, features, stride, bias } = args;
    const weight = foldedWeight(parameters('weight'), affine, (i) => i % features);
    const [taps, shape] = permuted(weight, [...kernel, input[2] ?? 0, features], [3, 2, 0, 1]);
    const operands = [image.name, graph.floats(`${name}.weight`, taps, shape)];
    const offsets = foldedBias(bias ? parameters('bias') : undefined, affine);
    if (offsets) operands.push(graph.floats(`${name}.bias`, offsets, [features]));

    const [height = 0, width = 0] = output;
    const attributes = windowAttributes(kernel, stride, convPadding(input, args));
    const result = graph.node('Conv', operands, name, ['N', features, height, width], attributes);
    return { name: result, shape: output, channelsFirst: output };
  },
};
