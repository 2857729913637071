/** The model at work on images that it was not trained on: codes, reconstructions with their error, samples. */
import { join } from 'node:path';
import { byError, constantImageErrors, type ErrorSummary, summariseErrors } from '@alix/eval';
import { type Bundle, loadModel } from '@alix/infer';
import { AlixError } from '@alix/infer/io/errors';
import { writeFileAtomic } from '@alix/infer/io/files';
import { writeNpy } from '@alix/infer/io/load';
import { unstack } from '@alix/infer/io/sheet';
import type { RunConfig } from '@alix/train';
import { meanImage } from '@alix/train/datasets/dataset';
import { openDataset } from '@alix/train/datasets/index';
import type { Context } from '../commands/command.js';
import { writeGrid, writeTuples } from '../pictures/sheets.js';
import type { Stages } from './stages.js';

/** How many held-out images, and how many samples. */
const HELD_OUT = 1000;
const SAMPLES = 64;
/** Pairs in reconstructions.png. */
const PAIRS = 64;

export interface Measured {
  /** Of a model of images that encodes and decodes. */
  readonly bundle: Bundle & { readonly [K in 'image' | 'latent']: NonNullable<Bundle[K]> };
  /** sha256 of model.json. */
  readonly sha256: string;
  readonly data: string;
  /** Of the reconstructions of held-out images. */
  readonly error: ErrorSummary;
  /** Of the mean training image against the same held-out images. */
  readonly meanImageError: ErrorSummary;
  /** Images per second, encoded and decoded on this machine. */
  readonly imagesPerSecond: number;
  /** [n][H·W·C] each */
  readonly originals: readonly Uint8Array[];
  readonly reconstructions: readonly Uint8Array[];
  readonly errors: Float64Array;
  /** Indices by error, smallest first. */
  readonly order: readonly number[];
  readonly samples: readonly Uint8Array[];
}

export interface MeasureRequest {
  /** The model's folder. */
  readonly model: string;
  readonly config: RunConfig;
  /** Where held-out.npy, codes.npy, reconstructions.png and samples.png are written. */
  readonly folder: string;
  readonly threads?: number | undefined;
}

/** Runs the model on the held-out part of the configuration's data. No TensorFlow is used. */
export async function measure(request: MeasureRequest, stages: Stages, context: Context): Promise<Measured> {
  const { config, folder, threads } = request;
  const { signal } = context;
  const model = await loadModel(request.model, { device: 'cpu', threads });
  const size = model.image;
  try {
    const { data, meanErrors, name } = await stages.run(
      'held-out images',
      () => heldOut(config, join(folder, 'held-out.npy')),
      (held) => `${HELD_OUT} of ${held.name}`,
    );
    const images = { data, n: HELD_OUT };
    await stages.run(
      'encode',
      async () => {
        const { mean, names } = await model.encode(images, { signal });
        await writeNpy(join(folder, 'codes.npy'), { shape: [HELD_OUT, model.latent.size], data: mean });
        const description = { names, what: 'mean', model: { name: model.bundle.name, sha256: model.sha256 } };
        await writeFileAtomic(join(folder, 'codes.npy.json'), `${JSON.stringify(description, null, 2)}\n`);
      },
      () => `codes of ${model.latent.size} numbers -> codes.npy`,
    );
    const start = performance.now();
    const { pixels, mse } = await stages.run(
      'reconstruct',
      () => model.reconstruct(images, { signal }),
      (result) => `mean squared error ${summariseErrors(result.mse).mse.mean.toPrecision(4)}`,
    );
    const imagesPerSecond = (HELD_OUT * 1000) / (performance.now() - start);
    const [originals, reconstructions] = [unstack(data, HELD_OUT), unstack(pixels, HELD_OUT)];
    const sampled = await stages.run(
      'sample',
      () => model.sample(SAMPLES, { seed: config.seed, signal }),
      () => `${SAMPLES} images -> samples.png`,
    );
    const samples = unstack(sampled.pixels, SAMPLES);
    const shown = originals.slice(0, PAIRS).map((image, i) => [image, reconstructions[i]!] as const);
    const { name: called } = model.bundle;
    await writeTuples(join(folder, 'reconstructions.png'), shown, size, {
      title: `${called}: ${PAIRS} of ${HELD_OUT} held-out images, mse ${summariseErrors(mse).mse.mean.toPrecision(4)} over all`,
      parts: ['original', 'reconstruction'],
    });
    await writeGrid(join(folder, 'samples.png'), samples, size, {
      title: `${called}: ${SAMPLES} samples from the prior, seed ${config.seed}`,
    });
    return {
      bundle: { ...model.bundle, image: model.image, latent: model.latent },
      sha256: model.sha256,
      data: name,
      error: summariseErrors(mse),
      meanImageError: summariseErrors(meanErrors),
      imagesPerSecond,
      originals,
      reconstructions,
      errors: mse,
      order: byError(mse),
      samples,
    };
  } finally {
    await model.dispose();
  }
}

/** The first held-out images, and the error that the training images' mean makes on them. */
async function heldOut({ data, seed }: RunConfig, path: string) {
  const open = (split: 'train' | 'test', options = {}) =>
    openDataset(data.source, { split, seed, options: { ...data.options, ...options } });
  const [test, train] = [await open('test', { test: HELD_OUT }), await open('train')];
  const pixels = await test.pixels?.(Uint32Array.from({ length: HELD_OUT }, (_, i) => i));
  if (!pixels) throw new AlixError('bad-data', 'quickstart needs images', { where: test.name });
  await writeNpy(path, { shape: [HELD_OUT, ...test.shape], data: pixels });
  return { data: pixels, name: test.name, meanErrors: constantImageErrors(pixels, await meanImage(train), HELD_OUT) };
}
