/** pytorch-fid's statistics: an .npz with `mu` [d] and `sigma` [d,d], covariances with ddof 1; of how many images it does not say. */
import { AlixError } from '@alix/infer/io/errors';
import { decodeNpz, encodeNpz } from '@alix/infer/io/npz';
import { covariance, type FeatureStatistics } from './feature-statistics.js';
import type { Gaussian } from './frechet.js';

/** @throws AlixError 'too-few' under two images */
export function encodeFidFile(statistics: FeatureStatistics): Uint8Array<ArrayBuffer> {
  const { d, mean } = statistics;
  return encodeNpz({ mu: { shape: [d], data: mean }, sigma: { shape: [d, d], data: covariance(statistics) } });
}

/**
 * @param where the path, for error messages
 * @throws AlixError 'bad-npz', 'bad-npy'; 'bad-features' where it holds no mu and sigma, or they are not a Gaussian's
 */
export async function decodeFidFile(bytes: Uint8Array, where: string): Promise<Gaussian> {
  const arrays = await decodeNpz(bytes, where);
  const bad = (what: string, found?: string) =>
    new AlixError('bad-features', what, {
      where,
      ...(found && { found }),
      remedy: 'give a file that pytorch-fid --save-stats or `alix eval merge` wrote',
    });
  const floats = (name: string, dimensions: number): Float64Array => {
    const array = arrays.get(name);
    if (!array) throw bad(`the file has no ${name}`, [...arrays.keys()].join(', ') || 'nothing');
    const { data, shape } = array;
    if (!(data instanceof Float32Array || data instanceof Float64Array) || shape.length !== dimensions)
      throw bad(`${name} is not of floats in ${dimensions} dimensions`, `${array.dtype} [${shape}]`);
    if (!data.every(Number.isFinite)) throw bad(`${name} holds values that are no finite numbers`);
    return Float64Array.from(data);
  };
  const mean = floats('mu', 1);
  const sigma = floats('sigma', 2);
  const d = mean.length;
  if (d === 0 || arrays.get('sigma')?.shape.some((size) => size !== d))
    throw bad('mu and sigma are of different sizes', `${d} and [${arrays.get('sigma')?.shape}]`);
  const scale = sigma.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  for (let i = 0; i < d; i++) {
    if (sigma[i * d + i]! < 0) throw bad('sigma has a negative variance');
    for (let j = 0; j < i; j++) {
      const [a, b] = [sigma[i * d + j]!, sigma[j * d + i]!];
      if (Math.abs(a - b) > 1e-5 * scale) throw bad('sigma is not symmetric');
      sigma[i * d + j] = sigma[j * d + i] = (a + b) / 2;
    }
  }
  return { mean, covariance: sigma };
}
