import { activation } from './activation.js';

/** Zeroes a share `rate` of the inputs while training and divides the rest by 1 - rate. Srivastava et al. 2014. */
export const dropout = activation<{ readonly rate: number }>((x, { rate }, { ops, training, uniform }) =>
  training && rate > 0 ? ops.dropout(x, uniform(x.shape), rate) : x,
);
