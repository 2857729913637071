/** The part that layers without parameters and with one output per input share. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { ForwardContext, LayerKind } from './layer.js';

export function activation<Args>(apply: (x: Tensor, args: Args, context: ForwardContext) => Tensor): LayerKind<Args> {
  return {
    shape: (input) => input,
    parameters: () => [],
    flops: (input) => input.reduce((product, n) => product * n, 1),
    forward: (x, args, _parameters, context) => apply(x, args, context),
    isActivation: true,
  };
}
