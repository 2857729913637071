/** codes: whether q(z) is the prior, how many units carry anything, and whether codes come back through images. */

import { meanAndStd } from '@alix/infer';
import { AlixError } from '@alix/infer/io/errors';
import { featureErrors } from '../../feature-errors.js';
import { type Interval, meanInterval } from '../../intervals.js';
import { activeUnits, codeReconstruction, latentDiagnostics, unitDivergence } from '../../latents.js';
import { type Measure, ofImages, ofSamples } from '../measure.js';
import { sampleStore } from '../store.js';

/** Codes that are looked at, at most: chosen by the images' hashes. */
const MOST = 20_000;

interface Result {
  readonly n: number;
  readonly d: number;
  readonly distanceToPrior: number;
  readonly divergence?: number;
  readonly largestCorrelation: number;
  readonly active: { readonly active: number };
  readonly there_and_back: { readonly n: number; readonly mse: number; readonly interval?: Interval };
}

export const codes: Measure = {
  name: 'codes',
  summary: 'codes against the prior, active units, codes that come back through images',
  open({ model }) {
    if (model.latent.prior !== 'normal')
      throw new AlixError('bad-option', 'codes are compared with a normal prior', { found: model.latent.prior });
    const d = model.latent.size;
    // mean, logarithm of the standard deviation and draw of an image are one row, so that one sample holds all three
    const encoded = ofImages('codes', sampleStore(3 * d, MOST), async (batch) => {
      const { mean, logVariance, drawn } = await batch.codes();
      return sideBySide([mean, logVariance?.map((value) => value / 2) ?? new Float32Array(mean.length), drawn], d);
    });
    const back = ofSamples('codes', sampleStore(2 * d, MOST), async (batch) =>
      sideBySide([batch.latent, await batch.encoded()], d),
    );
    const isRandom = model.bundle.encoder?.deterministic === false;
    return {
      recorders: [encoded, back],
      results: {
        codes(recorded) {
          const { features } = recorded.of(encoded);
          const [mean, logStd, drawn] = [0, 1, 2].map((at) => ({ data: column(features, at, 3, d), d }));
          const { mean: means, std, skewness, excessKurtosis, ...rest } = latentDiagnostics(drawn!);
          const { active, threshold, variance } = activeUnits(mean!);
          const samples = recorded.of(back).features;
          const [sent, again] = [0, 1].map((at) => ({ data: column(samples, at, 2, d), d }));
          const { mse, explained, n } = codeReconstruction(sent!, again!);
          const interval = meanInterval(featureErrors(sent!, again!));
          const divergence = isRandom ? unitDivergence(mean!, logStd!) : undefined;
          const units = { mean: means, std, skewness, excessKurtosis, variance_of_mean: variance, explained };
          return {
            ...rest,
            of: isRandom ? 'draws of q(z|x)' : 'codes of a deterministic encoder',
            active: { active, threshold },
            there_and_back: { n, mse, interval, explained: meanAndStd(explained).mean },
            ...(divergence && { divergence: divergence.reduce((sum, value) => sum + value, 0) }),
            units: { ...units, ...(divergence && { divergence }) },
          };
        },
      },
      conventions: { codes: `of ${MOST} images at most, chosen by their hashes` },
    };
  },
  rows({ codes: result }) {
    const found = result as Result | undefined;
    if (!found) return [];
    const { n, d, distanceToPrior, divergence, largestCorrelation, active, there_and_back: back } = found;
    const of = { group: 'codes', n: `${n}` } as const;
    return [
      { ...of, name: 'Fréchet distance of codes to the prior', value: distanceToPrior, better: 'lower' },
      { ...of, name: `active units of ${d}`, value: active.active },
      ...(divergence === undefined ? [] : [{ ...of, name: 'KL to the prior, nats', value: divergence }]),
      { ...of, name: 'largest correlation of two units', value: largestCorrelation, better: 'lower' },
      {
        ...of,
        name: 'code to image to code, MSE',
        value: back.mse,
        interval: back.interval,
        n: `${back.n}`,
        better: 'lower',
      },
    ];
  },
};

/** Arrays [n,d] as one [n, arrays·d]. */
function sideBySide(arrays: readonly Float32Array[], d: number): Float32Array {
  const n = arrays[0]!.length / d;
  const out = new Float32Array(n * d * arrays.length);
  for (let i = 0; i < n; i++)
    arrays.forEach((array, at) => {
      out.set(array.subarray(i * d, (i + 1) * d), (i * arrays.length + at) * d);
    });
  return out;
}

/** One of them again, float32 [n,d]. */
function column(rows: Float32Array, at: number, arrays: number, d: number): Float32Array {
  const n = rows.length / (d * arrays);
  const out = new Float32Array(n * d);
  for (let i = 0; i < n; i++) {
    const from = (i * arrays + at) * d;
    out.set(rows.subarray(from, from + d), i * d);
  }
  return out;
}
