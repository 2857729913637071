/** Adam on rows of numbers, each row with averages of its own. */

/** What stays the same from step to step. */
export interface AdamSettings {
  /** Above 0. */
  readonly learningRate: number;
  /** Share of the old in the average of gradients, in [0,1); 0.9 by default. */
  readonly beta1?: number | undefined;
  /** Share of the old in the average of squared gradients, in [0,1); 0.999 by default. */
  readonly beta2?: number | undefined;
}

const EPSILON = 1e-8;

/**
 * The step of Adam (Kingma and Ba 2015, arXiv:1412.6980, Algorithm 1), in float64; ε is 1e-8.
 *
 * @param size how many values descend
 * @returns gives what is to be subtracted at each step, in an array that is filled again at the next
 */
export function adam(
  size: number,
  { learningRate, beta1 = 0.9, beta2 = 0.999 }: AdamSettings,
): (gradient: ArrayLike<number>) => Float64Array {
  const first = new Float64Array(size);
  const second = new Float64Array(size);
  const step = new Float64Array(size);
  let [power1, power2] = [1, 1];
  return (gradient) => {
    power1 *= beta1;
    power2 *= beta2;
    for (let i = 0; i < size; i++) {
      const g = gradient[i]!;
      first[i] = beta1 * first[i]! + (1 - beta1) * g;
      second[i] = beta2 * second[i]! + (1 - beta2) * g * g;
      step[i] = (learningRate * (first[i]! / (1 - power1))) / (Math.sqrt(second[i]! / (1 - power2)) + EPSILON);
    }
    return step;
  };
}
