/** Whether a runtime computes what the bundle says that it should: its golden pairs, run through the graphs. */
import { AlixError } from './io/errors.js';
import type { Model } from './model.js';
import { goldenOf, type Precision } from './precision.js';
import type { Values } from './session.js';

/**
 * Runs the golden inputs through the encoder, decoder and classifier that the bundle has.
 *
 * @returns what is wrong, or undefined
 * @throws AlixError as the graphs' runs do; 'bad-bundle' where the pairs are not of the sizes that the bundle has
 */
export async function selfTest(model: Model, precision: Precision): Promise<string | undefined> {
  try {
    return await firstDifference(model, precision);
  } catch (cause) {
    if (cause instanceof AlixError && cause.code !== 'bad-input') throw cause;
    throw new AlixError('bad-bundle', 'the golden pairs of this model cannot be read', {
      where: model.bundle.name,
      remedy: 'export the model again',
      cause,
    });
  }
}

async function firstDifference(model: Model, precision: Precision): Promise<string | undefined> {
  const golden = goldenOf(model.bundle, precision);
  const { n, tolerance } = golden;
  const given = golden.image ? fromBase64(golden.image) : golden.points ? floats(golden.points) : undefined;
  const compare = (name: string, made: Values | undefined, stated: string): string | undefined => {
    const off = largestDifference(made as Float32Array, floats(stated));
    return off <= tolerance ? undefined : `${name} is off by ${off.toPrecision(2)} (at most ${tolerance})`;
  };
  if (given && golden.mean && model.has('encoder')) {
    const problem = compare('a code', (await model.run('encoder', given, n)).mean, golden.mean);
    if (problem) return problem;
  }
  const latent = golden.latent ?? golden.mean;
  if (latent && golden.decoded && model.has('decoder')) {
    const made = await model.run('decoder', floats(latent), n);
    const problem = compare('a decoded image', made.image ?? made.points, golden.decoded);
    if (problem) return problem;
  }
  if (given && golden.logit && model.has('classifier'))
    return compare('a logit', (await model.run('classifier', given, n)).logit, golden.logit);
  return undefined;
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  // what was made is as the graph promised
  if (a.length !== b.length) throw new RangeError('a pair of another size');
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (b[i] as number))), 0);
}

const fromBase64 = (text: string) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

const floats = (text: string) => new Float32Array(fromBase64(text).buffer);
