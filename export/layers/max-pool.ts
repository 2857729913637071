import type { MaxPoolArgs } from '@alix/train/layers/max-pool';
import { toChannelsFirst } from '../value.js';
import type { LayerExport } from './layer.js';

export const maxPool: LayerExport<MaxPoolArgs> = {
  emit(x, { args: { size, stride }, output }, { graph, name }) {
    const image = toChannelsFirst(graph, x);
    const [height = 0, width = 0, features = 0] = output;
    const attributes = { kernel_shape: { ints: [size, size] }, strides: { ints: [stride, stride] } };
    const result = graph.node('MaxPool', [image.name], name, ['N', features, height, width], attributes);
    return { name: result, shape: output, channelsFirst: output };
  },
};
