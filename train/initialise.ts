/** How parameters start. Each parameter draws from its own stream, so that adding one changes no other. */
import type { Random } from '@alix/infer/io/random';
import type { ParameterSpec } from './layers/layer.js';
import { size } from './spec.js';

export interface InitialiserSettings {
  /** 'normal': N(0, deviation); 'he': N(0, 2 / fan in); 'lecun-uniform': U(+-1/sqrt(fan in)), PyTorch's default for layers. */
  readonly weights: WeightRule;
  /** Standard deviation of 'normal'. */
  readonly deviation: number;
  /** Standard deviation of batch norm's scale around 1. */
  readonly scaleDeviation: number;
}

type Draw = (random: Random, n: number, fanIn: number, deviation: number) => Float32Array;

const scaled = (values: Float32Array, factor: number, offset = 0) => values.map((v) => v * factor + offset);

/** The rules for weights, by name. */
export const weightRules = {
  normal: (random, n, _fanIn, deviation) => scaled(random.normal(n), deviation),
  he: (random, n, fanIn) => scaled(random.normal(n), Math.sqrt(2 / fanIn)),
  'lecun-uniform': (random, n, fanIn) => scaled(random.uniform(n), 2 / Math.sqrt(fanIn), -1 / Math.sqrt(fanIn)),
} satisfies Record<string, Draw>;

export type WeightRule = keyof typeof weightRules;

/** The first values of a parameter. Biases and shifts are 0, running statistics those of a standard normal. */
export function initialValue(spec: ParameterSpec, settings: InitialiserSettings, random: Random): Float32Array {
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
    case 'shift':
    case 'running-mean':
      return new Float32Array(n);
  }
}
