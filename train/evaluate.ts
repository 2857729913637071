/** What a run looks at as it goes: the error of its reconstructions on held-out data, and pictures of its samples. */
import { join } from 'node:path';
import { writeFileAtomic } from '@alix/infer/io/files';
import { encodePng } from '@alix/infer/io/png';
import type { Random } from '@alix/infer/io/random';
import { tile } from '@alix/infer/io/sheet';
import * as tf from '@tensorflow/tfjs-core';
import type { Dataset } from './datasets/dataset.js';
import { pairRows } from './pair-rows.js';
import { drawPoints } from './points-picture.js';
import type { System } from './system.js';
import { tidied } from './tensorflow/tidied.js';

const BATCH = 200;

/** The rows of a data set at `indices` as the networks take them: [n,...] in the architecture's range, owned by the caller. */
export async function rows(system: System, data: Dataset, indices: Uint32Array): Promise<tf.Tensor> {
  const { shape, range, kind } = system.design.architecture.data;
  const [low, high] = range;
  const values = await data.batch(indices);
  return tf.tidy(() => {
    const given = tf.tensor(values, [indices.length, ...shape], 'float32');
    return kind === 'points' || (low === 0 && high === 1) ? given : tf.add(tf.mul(given, high - low), low);
  });
}

/** Images in the architecture's range to [0,1]. */
function unit(system: System, x: tf.Tensor): tf.Tensor {
  const {
    range: [low, high],
    kind,
  } = system.design.architecture.data;
  return kind === 'points' ? x : tf.clipByValue(tf.div(tf.sub(x, low), high - low), 0, 1);
}

export const sequence = (from: number, to: number) => Uint32Array.from({ length: to - from }, (_, i) => from + i);

/**
 * Mean squared error of x against decode(mean of q(z|x)) over the first `count` rows; images in [0,1], batch norm in
 * evaluation mode. Undefined where the system has no encoder or no decoder.
 */
export async function reconstructionError(system: System, data: Dataset, count: number): Promise<number | undefined> {
  const { encoder, decoder } = system.design.chains;
  if (encoder.length === 0 || decoder.length === 0) return undefined;
  const n = Math.min(count, data.count);
  let sum = 0;
  for (let from = 0; from < n; from += BATCH) {
    const to = Math.min(from + BATCH, n);
    const x = await rows(system, data, sequence(from, to));
    sum += tidied(() => {
      const error = tf.squaredDifference(unit(system, x), unit(system, system.decode(system.encode(x).mean)));
      return (tf.mean(error).dataSync()[0] as number) * (to - from);
    });
    x.dispose();
  }
  return sum / n;
}

const PAIRS = 32;
const SAMPLES = 64;
const BACKGROUND = 128;

/**
 * samples/NAME.png: held-out images above their reconstructions in pairs of rows, then samples from the prior.
 *
 * @returns its path; undefined where the system has no decoder, and so no picture
 */
export async function drawSamples(
  system: System,
  data: Dataset,
  random: Random,
  run: string,
  name: string,
): Promise<string | undefined> {
  if (system.design.chains.decoder.length === 0) return undefined;
  const picture = system.design.architecture.data.kind === 'image' ? imageSheet : pointSheet;
  const { height, width, channels, pixels } = await picture(system, data, random);
  const path = join(run, 'samples', `${name}.png`);
  await writeFileAtomic(path, encodePng(pixels, { height, width, channels }));
  return path;
}

function prior(system: System, random: Random, count: number): tf.Tensor {
  const { size, prior: kind } = system.design.architecture.latent;
  const values = kind === 'normal' ? random.normal(count * size) : random.uniform(count * size).map((u) => 2 * u - 1);
  return tf.tensor(values, [count, size], 'float32');
}

async function imageSheet(system: System, data: Dataset, random: Random) {
  const [height = 0, width = 0, channels = 1] = system.design.architecture.data.shape;
  const size = height * width * channels;
  const hasEncoder = system.design.chains.encoder.length > 0;
  const x = hasEncoder ? await rows(system, data, sequence(0, Math.min(PAIRS, data.count))) : undefined;
  const bytes = tidied(() => {
    const parts = [unit(system, system.decode(prior(system, random, SAMPLES)))];
    if (x) parts.unshift(unit(system, x), unit(system, system.decode(system.encode(x).mean)));
    return parts.map((part) => Uint8Array.from(part.dataSync(), (v) => Math.floor(v * 255 + 0.5)));
  });
  x?.dispose();
  const images = bytes.map((all) =>
    Array.from({ length: all.length / size }, (_, i) => all.subarray(i * size, (i + 1) * size)),
  );
  const columns = 16;
  const [first = [], second = [], third] = images;
  const inPairs = third ? pairRows(first, second, columns, BACKGROUND) : [];
  return tile(
    [...inPairs, ...(third ?? first)],
    { height, width, channels: channels as 1 | 3 },
    { columns, gap: 2, scale: 2, background: BACKGROUND },
  );
}

async function pointSheet(system: System, data: Dataset, random: Random) {
  const generated = tidied(() => system.decode(prior(system, random, 2500)).dataSync() as Float32Array);
  return drawPoints(await data.batch(sequence(0, Math.min(2500, data.count))), generated);
}
