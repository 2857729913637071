/** A new shape for the same numbers, in the same order; channels last. */
import { AlixError } from '@alix/infer/io/errors';
import type { LayerKind, Shape } from './layer.js';

const size = (shape: Shape) => shape.reduce((product, n) => product * n, 1);

export const reshape: LayerKind<{ readonly shape: Shape }> = {
  shape(input, { shape }, path) {
    if (size(input) !== size(shape))
      throw new AlixError('bad-architecture', 'the numbers do not fill the new shape', {
        where: path,
        expected: `${size(shape)} (${shape.join('x')})`,
        found: `${size(input)} (${input.join('x')})`,
      });
    return shape;
  },
  parameters: () => [],
  flops: () => 0,
  forward: (x, { shape }, _parameters, { ops }) => ops.reshape(x, [x.shape[0] ?? 0, ...shape]),
};
