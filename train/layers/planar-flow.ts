/**
 * A planar layer of a normalising flow: z' = z + u^ tanh(w.z + b), with w.u^ >= -1 so that it is invertible.
 * Rezende & Mohamed 2015 (arXiv:1505.05770), Eq. 10-12 and appendix A.1. There is no closed inverse.
 */
import { AlixError } from '@alix/infer/io/errors';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { ForwardContext, LayerKind, Shape, Transformed } from './layer.js';

/**
 * log(e - 1). The paper makes w.u^ of w.u by m(a) = softplus(a) - 1, for which u = 0 is a contraction: eighty of them would
 * make a point of the Gaussian. softplus(a + PLANAR_SHIFT) - 1 gives the same u^ for a u moved along w, and the identity for u = 0.
 */
export const PLANAR_SHIFT = Math.log(Math.E - 1);

/** Keeps |w|^2 from 0. */
export const PLANAR_EPSILON = 1e-12;

/** Refuses what is no vector, or a shorter one. */
export function checkVector(input: Shape, least: number, path: string): Shape {
  if (input.length === 1 && (input[0] ?? 0) >= least) return input;
  throw new AlixError('bad-architecture', 'a flow of this kind does not fit its input', {
    where: path,
    expected: `a vector of at least ${least} number${least === 1 ? '' : 's'}`,
    found: input.join('x'),
  });
}

function transform(z0: Tensor, { w, u, b }: Readonly<Record<string, Tensor>>, { ops }: ForwardContext): Transformed {
  if (!w || !u || !b) throw new Error('a planar flow lacks a parameter');
  const d = w.size;
  const product = ops.sum(ops.multiply(w, u));
  // 1 + w.u^, positive
  const s = ops.softplus(ops.rescale(product, 1, PLANAR_SHIFT));
  const along = ops.divide(
    ops.subtract(ops.rescale(s, 1, -1), product),
    ops.rescale(ops.sum(ops.multiply(w, w)), 1, PLANAR_EPSILON),
  );
  const uHat = ops.add(u, ops.multiply(along, w));
  const t = ops.tanh(ops.add(ops.matmul(z0 as Tensor2D, ops.reshape(w, [d, 1]) as Tensor2D), b));
  // 1 + u^.psi = 1 + (1 - t^2) w.u^, written as a sum of what is positive
  const squared = ops.multiply(t, t);
  const determinant = ops.add(squared, ops.multiply(ops.rescale(squared, -1, 1), s));
  return {
    z: ops.add(z0, ops.multiply(t, uHat)),
    logDeterminant: ops.reshape(ops.log(determinant), [-1]),
  };
}

export const planarFlow: LayerKind<Record<string, never>> = {
  shape: (input, _args, path) => checkVector(input, 1, path),
  parameters([d = 0]) {
    return [
      { name: 'w', shape: [d], role: 'weight', trainable: true, fanIn: d },
      // as a batch norm's shift it starts at 0 under every initialiser: the flow begins as the identity, whatever its length
      { name: 'u', shape: [d], role: 'shift', trainable: true, fanIn: d },
      { name: 'b', shape: [1], role: 'bias', trainable: true, fanIn: d },
    ];
  },
  flops: ([d = 0]) => 4 * d,
  forward: (x, _args, parameters, context) => transform(x, parameters, context).z,
  flow: { transform: (z0, _args, parameters, context) => transform(z0, parameters, context) },
};
