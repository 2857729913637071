/** The kinds of layers in ONNX by name: the same names as in train/layers, and the compiler misses none. */
import type { LayerName } from '@alix/train/layers/index';
import { affineCoupling } from './affine-coupling.js';
import { batchNorm } from './batch-norm.js';
import { conv } from './conv.js';
import { dropout } from './dropout.js';
import { flatten } from './flatten.js';
import { fullyConnected } from './fully-connected.js';
import type { LayerExport } from './layer.js';
import { leakyRelu } from './leaky-relu.js';
import { maxPool } from './max-pool.js';
import { maxout } from './maxout.js';
import { planarFlow } from './planar-flow.js';
import { relu } from './relu.js';
import { rescale } from './rescale.js';
import { reshape } from './reshape.js';
import { resizeNearest } from './resize-nearest.js';
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
  'max-pool': maxPool,
  'resize-nearest': resizeNearest,
  rescale,
  'planar-flow': planarFlow,
  'affine-coupling': affineCoupling,
};
