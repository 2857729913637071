/** Logarithms of the densities that likelihoods are made of, in nats and float64, one number for each row. */
import { AlixError } from '@alix/infer/io/errors';

type Numbers = ArrayLike<number>;

const HALF_LOG_2PI = 0.5 * Math.log(2 * Math.PI);

/**
 * log p(x) of independent Bernoulli pixels with these logits, for pixels in [0,1]: a grey pixel counts as a probability,
 * x log p + (1-x) log(1-p), as is usual on MNIST.
 *
 * @param x [n,d] in [0,1] @param logits [n,d]
 * @throws AlixError 'bad-range' for other pixels, 'bad-shape'
 */
export function bernoulli(x: Numbers, logits: Numbers, d: number): Float64Array {
  return sumRows(d, [x, logits], (i) => {
    const value = x[i]!;
    if (!(value >= 0 && value <= 1))
      throw new AlixError('bad-range', 'a Bernoulli likelihood takes pixels in [0,1]', { found: `${value}` });
    const logit = logits[i]!;
    // log sigmoid(l) = -softplus(-l)
    return value * logit - (Math.max(logit, 0) + Math.log1p(Math.exp(-Math.abs(logit))));
  });
}

/**
 * log N(x; mean, diag(std²)).
 *
 * @param x [n,d] @param mean [n,d] @param logStd [n,d]
 */
export function gaussian(x: Numbers, mean: Numbers, logStd: Numbers, d: number): Float64Array {
  return sumRows(d, [x, mean, logStd], (i) => {
    const distance = (x[i]! - mean[i]!) * Math.exp(-logStd[i]!);
    return -0.5 * distance * distance - logStd[i]! - HALF_LOG_2PI;
  });
}

/** log N(z; 0, I). @param z [n,d] */
export function standardNormal(z: Numbers, d: number): Float64Array {
  return sumRows(d, [z], (i) => -0.5 * z[i]! * z[i]! - HALF_LOG_2PI);
}

/**
 * The log-probability that a Gaussian gives to each pixel's bin, a true probability: no offset makes it bits. Outermost bins
 * reach to infinity, as in Salimans et al. 2017 (arXiv:1701.05517), section 2.1.
 *
 * @param levels [n,d], whole numbers 0..count-1
 * @param mean [n,d], on the scale where level v is the bin from v/count to (v+1)/count
 * @param logStd [n,d] on that scale
 */
export function discretisedGaussian(
  levels: Numbers,
  mean: Numbers,
  logStd: Numbers,
  d: number,
  count = 256,
): Float64Array {
  return sumRows(d, [levels, mean, logStd], (i) => {
    const level = levels[i]!;
    if (!Number.isInteger(level) || level < 0 || level >= count)
      throw new AlixError('bad-range', 'a discretised likelihood takes levels', {
        expected: `0..${count - 1}`,
        found: `${level}`,
      });
    const scale = Math.exp(-logStd[i]!);
    const low = level === 0 ? Number.NEGATIVE_INFINITY : (level / count - mean[i]!) * scale;
    const high = level === count - 1 ? Number.POSITIVE_INFINITY : ((level + 1) / count - mean[i]!) * scale;
    return logNormalInterval(low, high);
  });
}

/** log(Φ(high) - Φ(low)) for low < high, to about 1e-11, far into the tails too. */
export function logNormalInterval(low: number, high: number): number {
  if (low + high > 0) return logNormalInterval(-high, -low);
  const width = high - low;
  const middle = (high + low) / 2;
  // where the ends are close their difference has no digits left; Taylor's rule of the density has
  if (width * Math.max(1, -middle) < 0.01)
    return (
      Math.log(width) - 0.5 * middle * middle - HALF_LOG_2PI + Math.log1p(((middle * middle - 1) * width * width) / 24)
    );
  if (high > 0) return Math.log1p(-Math.exp(logTail(-low)) - Math.exp(logTail(high)));
  const upper = logTail(-high);
  return upper + Math.log1p(-Math.exp(logTail(-low) - upper));
}

/** log of the standard normal's tail beyond x >= 0: by the series of Φ up to 3, by Laplace's continued fraction from there. */
function logTail(x: number): number {
  if (x === Number.POSITIVE_INFINITY) return Number.NEGATIVE_INFINITY;
  if (x < 3) {
    let term = x;
    let sum = x;
    for (let k = 3; term > 1e-18 * sum; k += 2) {
      term *= (x * x) / k;
      sum += term;
    }
    return Math.log(0.5 - Math.exp(-0.5 * x * x - HALF_LOG_2PI) * sum);
  }
  let fraction = x;
  for (let k = 120; k >= 1; k--) fraction = x + k / fraction;
  return -0.5 * x * x - HALF_LOG_2PI - Math.log(fraction);
}

function sumRows(d: number, arrays: readonly Numbers[], term: (i: number) => number): Float64Array {
  const length = arrays[0]!.length;
  const n = length / d;
  if (!Number.isInteger(n) || arrays.some((array) => array.length !== length))
    throw new AlixError('bad-shape', `rows of ${d} numbers are needed, as many of each`, {
      found: arrays.map((array) => array.length).join(', '),
    });
  const out = new Float64Array(n);
  for (let i = 0; i < length; i++) out[Math.floor(i / d)]! += term(i);
  return out;
}
