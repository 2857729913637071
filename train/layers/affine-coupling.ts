/**
 * An affine coupling of a normalising flow: one half of the vector scales and shifts the other, so that the inverse is closed.
 * Dinh et al. 2017 (arXiv:1605.08803), Eq. 4-8. s and t come from one hidden layer of tanh; log scale = tanh(s), within (-1, 1).
 */
import { AlixError } from '@alix/infer/io/errors';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { ForwardContext, LayerKind, Transformed } from './layer.js';
import { checkVector } from './planar-flow.js';

export interface CouplingArgs {
  /** Units of the hidden layer. */
  readonly hidden: number;
  /** False: the first half moves the second; true: the second moves the first. */
  readonly flip: boolean;
}

/** Where the half that stays and the half that moves lie in a vector of d numbers; an odd one belongs to the second. */
export function couplingHalves(d: number, flip: boolean) {
  const first = { from: 0, count: Math.floor(d / 2) };
  const second = { from: first.count, count: d - first.count };
  return flip ? { stays: second, moves: first } : { stays: first, moves: second };
}

type Direction = 'transform' | 'inverse';

function couple(
  direction: Direction,
  z: Tensor,
  { flip }: CouplingArgs,
  parameters: Readonly<Record<string, Tensor>>,
  { ops }: ForwardContext,
): Transformed {
  const { hidden_weight, hidden_bias, out_weight, out_bias } = parameters;
  if (!hidden_weight || !hidden_bias || !out_weight || !out_bias) throw new Error('a coupling lacks a parameter');
  const { stays, moves } = couplingHalves(z.shape[1] ?? 0, flip);
  const fixed = ops.columns(z, stays.from, stays.count);
  const moving = ops.columns(z, moves.from, moves.count);
  const hidden = ops.tanh(ops.bias(ops.matmul(fixed as Tensor2D, hidden_weight as Tensor2D), hidden_bias));
  const out = ops.bias(ops.matmul(hidden as Tensor2D, out_weight as Tensor2D), out_bias);
  const logScale = ops.tanh(ops.columns(out, 0, moves.count));
  const shift = ops.columns(out, moves.count, moves.count);
  const moved =
    direction === 'transform'
      ? ops.add(ops.multiply(moving, ops.exp(logScale)), shift)
      : ops.multiply(ops.subtract(moving, shift), ops.exp(ops.rescale(logScale, -1, 0)));
  return { z: ops.join(flip ? [moved, fixed] : [fixed, moved]), logDeterminant: ops.sum(logScale) };
}

export const affineCoupling: LayerKind<CouplingArgs> = {
  shape(input, { hidden }, path) {
    if (!Number.isInteger(hidden) || hidden < 1)
      throw new AlixError('bad-architecture', 'a coupling without hidden units', {
        where: path,
        expected: 'a whole number of hidden units, at least 1',
        found: `${hidden}`,
      });
    return checkVector(input, 2, path);
  },
  parameters([d = 0], { hidden, flip }) {
    const { stays, moves } = couplingHalves(d, flip);
    const [inputs, outputs] = [stays.count, 2 * moves.count];
    return [
      { name: 'hidden_weight', shape: [inputs, hidden], role: 'weight', trainable: true, fanIn: inputs },
      { name: 'hidden_bias', shape: [hidden], role: 'bias', trainable: true, fanIn: inputs },
      // as a batch norm's shift they start at 0 under every initialiser: the flow begins as the identity
      { name: 'out_weight', shape: [hidden, outputs], role: 'shift', trainable: true, fanIn: hidden },
      { name: 'out_bias', shape: [outputs], role: 'shift', trainable: true, fanIn: hidden },
    ];
  },
  flops([d = 0], { hidden, flip }) {
    const { stays, moves } = couplingHalves(d, flip);
    return 2 * hidden * (stays.count + 2 * moves.count) + 3 * moves.count;
  },
  forward: (x, args, parameters, context) => couple('transform', x, args, parameters, context).z,
  flow: {
    transform: (z0, args, parameters, context) => couple('transform', z0, args, parameters, context),
    inverse: (z, args, parameters, context) => couple('inverse', z, args, parameters, context),
  },
};
