/** How parameters start. Each parameter draws from its own stream, so that adding one changes no other. */
import type { Random } from '@alix/infer/io/random';
import type { ParameterSpec } from './layers/layer.js';
import { size } from './spec.js';

export interface InitialiserSettings {
  /**
   * 'normal': N(0, deviation); 'he': N(0, 2 / fan in); 'lecun-uniform': U(+-1/sqrt(fan in)), PyTorch's default for layers;
   * 'xavier': U(+-sqrt(6 / (fan in + fan out))), Glorot & Bengio 2010; 'orthogonal': orthonormal rows or columns of the
   * matrix [fan in, fan out] times deviation, Saxe et al. 2014.
   */
  readonly weights: WeightRule;
  /** Standard deviation of 'normal', gain of 'orthogonal'. */
  readonly deviation: number;
  /** Standard deviation of batch norm's scale around 1. */
  readonly scaleDeviation: number;
  /** 'zero', or 'lecun-uniform': U(+-1/sqrt(fan in)), PyTorch's default, which codes keep that initialise weights alone. */
  readonly biases: 'zero' | 'lecun-uniform';
  /** Output biases of one per pixel: 'zero', or 'data-mean': what makes the last activation show the data's mean (ALI's code). */
  readonly outputBias: 'zero' | 'data-mean';
}

/** The data's mean, [H,W,C] in [0,1], and the range in which the networks see it. */
export interface DataMean {
  readonly mean: Float32Array;
  readonly range: readonly [number, number];
}

type Draw = (random: Random, n: number, fanIn: number, deviation?: number) => Float32Array;

const scaled = (values: Float32Array, factor: number, offset = 0) => values.map((v) => v * factor + offset);

/** The rules for weights, by name. */
export const weightRules = {
  normal: (random, n, _fanIn, deviation = 0) => scaled(random.normal(n), deviation),
  he: (random, n, fanIn) => scaled(random.normal(n), Math.sqrt(2 / fanIn)),
  xavier: (random, n, fanIn) => {
    const reach = Math.sqrt(6 / (fanIn + n / fanIn));
    return scaled(random.uniform(n), 2 * reach, -reach);
  },
  orthogonal: (random, n, fanIn, gain = 1) => scaled(orthogonal(random.normal(n), fanIn), gain),
  'lecun-uniform': (random, n, fanIn) => scaled(random.uniform(n), 2 / Math.sqrt(fanIn), -1 / Math.sqrt(fanIn)),
} satisfies Record<string, Draw>;

export type WeightRule = keyof typeof weightRules;

/** The first values of a parameter. Biases are 0 unless asked otherwise, shifts 0, running statistics those of a standard normal. */
export function initialValue(
  spec: ParameterSpec,
  settings: InitialiserSettings,
  random: Random,
  data?: DataMean,
): Float32Array {
  const n = size(spec.shape);
  const own = random.split(`parameter ${spec.name}`);
  switch (spec.role) {
    case 'weight':
      return weightRules[settings.weights](own, n, spec.fanIn, settings.deviation);
    case 'scale':
      return settings.scaleDeviation > 0
        ? scaled(own.normal(n), settings.scaleDeviation, 1)
        : new Float32Array(n).fill(1);
    case 'running-variance':
      return new Float32Array(n).fill(1);
    case 'bias':
      return settings.biases === 'zero' ? new Float32Array(n) : weightRules[settings.biases](own, n, spec.fanIn);
    case 'output-bias':
      return settings.outputBias === 'data-mean' && data?.mean.length === n ? biasOf(data) : new Float32Array(n);
    case 'singular-vector':
      return unitVector(own.normal(n));
    case 'shift':
    case 'running-mean':
      return new Float32Array(n);
  }
}

/** Means are kept this far from 0 and 1, half a grey level, where the logit would be infinite. */
const EDGE = 1 / 512;

/** logit(mean) before a sigmoid; 0.5 logit(mean), the inverse of tanh, where images lie in [-1,1]. */
function biasOf({ mean, range: [low] }: DataMean): Float32Array {
  const factor = low < 0 ? 0.5 : 1;
  return mean.map((m) => {
    const p = Math.min(Math.max(m, EDGE), 1 - EDGE);
    return factor * Math.log(p / (1 - p));
  });
}

function unitVector(values: Float32Array): Float32Array {
  const length = Math.sqrt(values.reduce((sum, v) => sum + v * v, 0));
  return values.map((v) => v / length);
}

/** A matrix [rows, n / rows] of normal numbers made orthonormal along its shorter side: Gram-Schmidt, twice for float32. */
function orthogonal(values: Float32Array, rows: number): Float32Array {
  const columns = values.length / rows;
  const [count, stride, step] = rows < columns ? [rows, columns, 1] : [columns, 1, columns];
  const length = values.length / count;
  const vectors = Array.from({ length: count }, (_, i) =>
    Float64Array.from({ length }, (_, j) => values[i * stride + j * step] as number),
  );
  const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, v, j) => sum + v * (b[j] as number), 0);
  vectors.forEach((vector, i) => {
    for (const before of [...vectors.slice(0, i), ...vectors.slice(0, i)]) {
      const along = dot(vector, before);
      before.forEach((v, j) => {
        vector[j] = (vector[j] as number) - along * v;
      });
    }
    const norm = Math.sqrt(dot(vector, vector));
    vector.forEach((v, j) => {
      vector[j] = v / norm;
    });
  });
  const out = new Float32Array(values.length);
  vectors.forEach((vector, i) => {
    vector.forEach((v, j) => {
      out[i * stride + j * step] = v;
    });
  });
  return out;
}
