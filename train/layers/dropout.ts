/** Dropout. Srivastava et al. 2014. */
import { AlixError } from '@alix/infer/io/errors';
import { activation } from './activation.js';
import type { LayerKind } from './layer.js';

/** Zeroes a share `rate` of the inputs, 0 <= rate < 1, while training and divides the rest by 1 - rate. */
export const dropout: LayerKind<{ readonly rate: number }> = {
  ...activation<{ readonly rate: number }>((x, { rate }, { ops, training, uniform }) =>
    training && rate > 0 ? ops.dropout(x, uniform(x.shape), rate) : x,
  ),
  shape(input, { rate }, path) {
    if (rate >= 0 && rate < 1) return input;
    throw new AlixError('bad-architecture', 'dropout cannot zero this share', {
      where: path,
      expected: 'a rate of at least 0 and less than 1',
      found: `${rate}`,
    });
  },
};
