/** The kinds of layers in ONNX by name: the same names as in train/layers, and the compiler misses none. */
import type { LayerName } from '@alix/train/layers/index';
import { batchNorm } from './batch-norm.js';
import { conv } from './conv.js';
import { dropout } from './dropout.js';
import { flatten } from './flatten.js';
import { fullyConnected } from './fully-connected.js';
import type { LayerExport } from './layer.js';
import { leakyRelu } from './leaky-relu.js';
import { maxout } from './maxout.js';
import { relu } from './relu.js';
import { reshape } from './reshape.js';
import { sigmoid } from './sigmoid.js';
import { softplus } from './softplus.js';
import { tanh } from './tanh.js';
import { transposedConv } from './transposed-conv.js';

export const layerExports: Readonly<Record<LayerName, LayerExport<never>>> = {
  conv,
  'transposed-conv': transposedConv,
  'fully-connected': fullyConnected,
  'batch-norm': batchNorm,
  relu,
  'leaky-relu': leakyRelu,
  sigmoid,
  tanh,
  softplus,
  dropout,
  maxout,
  reshape,
  flatten,
};
