/** The kinds of layers by name. A new kind is its file, its line here, its line in export/layers and its tests. */
import { affineCoupling } from './affine-coupling.js';
import { batchNorm } from './batch-norm.js';
import { conv } from './conv.js';
import { dropout } from './dropout.js';
import { flatten } from './flatten.js';
import { fullyConnected } from './fully-connected.js';
import type { LayerKind } from './layer.js';
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

const kinds = {
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

export type LayerName = keyof typeof kinds;

/** What a row says of a layer, as plain data. */
export type LayerArguments = Readonly<Record<string, unknown>>;

export const layerKinds: Readonly<Record<LayerName, LayerKind<never>>> = kinds;
