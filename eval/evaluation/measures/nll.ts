/** nll: upper bounds on the negative log-likelihood, by the evidence lower bound and by importance weights. */
import { type Model, meanAndStd } from '@alix/infer';
import { AlixError } from '@alix/infer/io/errors';
import { createRandom, type Random } from '@alix/infer/io/random';
import { type DecoderDensity, type DecoderDensityName, decoderDensities } from '../../decoder-densities.js';
import { gaussian, standardNormal } from '../../densities.js';
import { type Interval, meanInterval } from '../../intervals.js';
import { bitsPerDimension, elbo, importanceWeighted, logWeights } from '../../likelihood.js';
import { type ImageBatch, type Measure, ofImages, type Subject } from '../measure.js';
import { type MetricOptions, optionsFor } from '../options.js';
import { rowsStore } from '../store.js';

const options = {
  likelihood: {
    default: 'unstated',
    choices: ['unstated', 'bernoulli', 'gaussian', 'discretised'],
    summary: 'the density that the decoder image stands for',
  },
  std: { default: 0, least: 1e-9, summary: 'of gaussian and discretised: standard deviation of a pixel on [0,1]' },
  samples: { default: 50, least: 1, summary: 'draws of q(z|x) for each image' },
  dequantise: { default: true, summary: 'of gaussian: uniform noise within the level; false: its middle' },
} as const satisfies MetricOptions;

interface Bound {
  readonly mean: number;
  readonly std: number;
  readonly interval: Interval;
  readonly bitsPerDimension: number;
  readonly bitsInterval: Interval;
}

interface Result {
  readonly n: number;
  readonly samples: number;
  readonly elbo: Bound;
  readonly importance: Bound;
  readonly likelihood: string;
}

export const nll: Measure = {
  name: 'nll',
  summary: 'upper bounds on the negative log-likelihood; needs --set nll.likelihood=...',
  onRequest: true,
  options,
  open(subject) {
    const { likelihood, std, samples, dequantise } = optionsFor('nll', options, subject.settings);
    refuseOtherPosteriors(subject);
    const density = densityOf(likelihood, std);
    const { height, width, channels } = subject.images.size;
    const d = height * width * channels;
    const each = ofImages('nll', rowsStore(2), (batch) => bounds(batch, subject, density, { samples, dequantise, d }));
    const noise = !density.isContinuous ? '' : dequantise ? ', u uniform by the image' : ', u = 1/2';
    return {
      recorders: [each],
      results: {
        nll(recorded) {
          const rows = recorded.of(each);
          const of = (column: number): Bound => {
            const values = rows.filter((_, at) => at % 2 === column);
            const interval = meanInterval(values);
            const bits = (nats: number) => bitsPerDimension(nats, d, density.measured);
            const { mean, std } = meanAndStd(values);
            return {
              mean,
              std,
              interval,
              bitsPerDimension: bits(mean),
              bitsInterval: {
                ...interval,
                low: bits(interval.low),
                high: bits(interval.high),
                standardError: interval.standardError / (d * Math.LN2),
              },
            };
          };
          return {
            n: rows.length / 2,
            samples,
            likelihood,
            kind: 'upper bounds in expectation',
            elbo: of(0),
            importance: of(1),
            d,
            measured: density.measured,
          };
        },
      },
      conventions: {
        nll: `nats an image; ${density.words}${noise}; z ~ q(z|x), ${samples} draws by the image and the seed; ${
          density.measured.kind === 'density' ? 'bits per dimension + 8 for 256 levels' : 'bits without an offset'
        }`,
      },
    };
  },
  rows({ nll: result }) {
    const found = result as Result | undefined;
    if (!found) return [];
    const { n, samples, elbo: evidence, importance, likelihood } = found;
    const common = { group: 'likelihood', n: `${n}`, better: 'lower' } as const;
    return [
      {
        ...common,
        name: `NLL (${likelihood}), nats, at most: -ELBO`,
        value: evidence.mean,
        interval: evidence.interval,
      },
      {
        ...common,
        name: `NLL (${likelihood}), nats, at most: ${samples} importance weights`,
        value: importance.mean,
        interval: importance.interval,
      },
      // grey pixels as probabilities are no data that could be coded: their nats are no bits of anything
      ...(likelihood === 'bernoulli'
        ? []
        : [
            {
              ...common,
              name: `bits per dimension (${likelihood}), at most: ${samples} importance weights`,
              value: importance.bitsPerDimension,
              interval: importance.bitsInterval,
            },
          ]),
    ];
  },
};

/** @throws AlixError 'deterministic-encoder'; 'bad-option' for a prior that is not normal */
function refuseOtherPosteriors({ model }: Subject): void {
  const { bundle, latent } = model;
  if (bundle.encoder?.deterministic !== false)
    throw new AlixError('deterministic-encoder', 'likelihoods are bounded by draws of a Gaussian q(z|x)', {
      where: bundle.name,
      found: 'an encoder that is deterministic, or whose q(z|x) is no Gaussian',
      remedy: 'leave nll out, or choose a model with one, such as a VAE',
    });
  if (latent.prior !== 'normal')
    throw new AlixError('bad-option', 'likelihoods take a normal prior', { where: bundle.name, found: latent.prior });
}

/** @throws AlixError 'bad-option' where none is stated: the decoder gives one image for a code, not a density of images */
function densityOf(name: string, std: number): DecoderDensity {
  if (name === 'unstated')
    throw new AlixError('bad-option', 'the decoder gives one image for a code: it has no density until one is stated', {
      where: 'nll.likelihood',
      remedy: 'state what it was trained with: --set nll.likelihood=bernoulli, or gaussian with --set nll.std=0.1',
    });
  const needsStd = name !== 'bernoulli';
  if (needsStd !== std > 0)
    throw new AlixError(
      'bad-option',
      needsStd ? 'a Gaussian has a standard deviation, and there is no default for it' : 'a Bernoulli has none',
      { where: 'nll.std', remedy: needsStd ? 'state it on the scale of pixels in [0,1], such as 0.1' : 'leave it out' },
    );
  return decoderDensities[name as DecoderDensityName]({ std });
}

interface BoundOptions {
  readonly samples: number;
  readonly dequantise: boolean;
  /** Numbers of an image. */
  readonly d: number;
}

/** [n,2], -ELBO and the importance-weighted bound of each image, in nats. Codes are decoded a batch at a time. */
async function bounds(
  batch: ImageBatch,
  { model, settings }: Subject,
  density: DecoderDensity,
  { samples: k, dequantise, d }: BoundOptions,
): Promise<Float64Array> {
  const { mean, logVariance } = await batch.codes();
  const random = createRandom(settings.seed).split('nll');
  const latentSize = model.latent.size;
  const out = new Float64Array(2 * batch.n);
  for (let i = 0; i < batch.n; i++) {
    const own = random.split(batch.keys[i]!);
    const row = <T extends Float32Array>(values: T) => values.subarray(i * latentSize, (i + 1) * latentSize);
    const posterior = { mean: row(mean), logStd: row(logVariance!).map((value) => value / 2) };
    const { z, logPosterior } = drawn(posterior, k, own.split('z'));
    const pixels = batch.pixels.subarray(i * d, (i + 1) * d);
    const x = density.isContinuous ? spread(pixels, dequantise, own) : Float64Array.from(pixels);
    const likelihood = await logLikelihoods(model, z, x, density, settings.batch);
    const weights = logWeights(likelihood, standardNormal(z, latentSize), logPosterior);
    out.set([elbo(weights, k).mean, importanceWeighted(weights, k).mean], 2 * i);
  }
  return out;
}

/** k draws of a Gaussian, float32 [k,d], and the log-densities of just these numbers. */
function drawn({ mean, logStd }: Readonly<Record<'mean' | 'logStd', Float32Array>>, k: number, random: Random) {
  const d = mean.length;
  const repeated = (row: Float32Array) => Float32Array.from({ length: k * d }, (_, at) => row[at % d]!);
  const z = random.normal(k * d).map((noise, at) => mean[at % d]! + Math.exp(logStd[at % d]!) * noise);
  return { z, logPosterior: gaussian(z, repeated(mean), repeated(logStd), d) };
}

/** Stored values v as v + u. */
function spread(pixels: Uint8Array, dequantise: boolean, random: Random): Float64Array {
  const noise = dequantise ? random.split('dequantise').uniform(pixels.length) : undefined;
  return Float64Array.from(pixels, (value, at) => value + (noise?.[at] ?? 0.5));
}

/** [k], log p(x|z) of one image at each code. */
async function logLikelihoods(
  model: Model,
  z: Float32Array,
  x: Float64Array,
  density: DecoderDensity,
  size: number,
): Promise<Float64Array> {
  const d = model.latent.size;
  const out = new Float64Array(z.length / d);
  for (let start = 0; start < out.length; start += size) {
    const n = Math.min(size, out.length - start);
    const { image } = await model.decode(z.subarray(start * d, (start + n) * d), { batch: size });
    const repeated = new Float64Array(n * x.length);
    for (let i = 0; i < n; i++) repeated.set(x, i * x.length);
    out.set(density.logLikelihood(repeated, image, x.length), start);
  }
  return out;
}
