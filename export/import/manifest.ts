/** What a person writes of an encoder and a decoder made elsewhere, so that they become a bundle. */
import { dirname, isAbsolute, join } from 'node:path';
import { AlixError } from '@alix/infer/io/errors';
import { readRegular } from '@alix/infer/io/files';
import { parseJson } from '@alix/infer/io/json';
import { MAX_PIXELS } from '@alix/infer/io/pixels';
import * as is from '@alix/infer/schema';

const positive = is.above(is.whole);
const layout = is.oneOf('NCHW', 'NHWC');

/** A list of 1 or 3 numbers, one for each channel. */
const perChannel: is.Schema<readonly number[]> = (value, path) => {
  const isList = Array.isArray(value) && value.length > 0 && value.every((number) => Number.isFinite(number));
  return isList ? undefined : { path, message: 'a list of numbers is needed, one for each channel' };
};

const normalised = is.object({ mean: perChannel, std: perChannel });
type Normalised = is.Of<typeof normalised>;

/** What black and white are to a network: two numbers; or the mean and standard deviation it was normalised with, of values in [0,1]. */
const range: is.Schema<readonly [low: number, high: number] | Normalised> = (value, path) => {
  if (!Array.isArray(value)) return normalised(value, path);
  const isPair = value.length === 2 && value.every((number) => Number.isFinite(number)) && value[0] < value[1];
  return isPair ? undefined : { path, message: 'two numbers are needed, black and white, e.g. [0, 1] or [-1, 1]' };
};

const fields = is.object({
  /** That of model.json; the folder's where it is not given. */
  name: is.optional(is.named),
  /** What it was trained with, e.g. "vae". */
  system: is.optional(is.named),
  /** The name of the training data. */
  dataset: is.optional(is.named),
  /** Of the weights, as model.json states it. */
  licence: is.named,
  image: is.object({ height: positive, width: positive, channels: is.oneOf(1, 3), layout, range }),
  latent: is.object({ size: positive, prior: is.oneOf('normal', 'uniform') }),
  encoder: is.object({
    /** The .onnx file, from the manifest on. */
    file: is.named,
    /** Name of its input; needed where it has several. */
    input: is.optional(is.named),
    /** Names of its outputs: the mean of q(z|x), or the code; needed where it has several. */
    mean: is.optional(is.named),
    log_variance: is.optional(is.named),
    /** The standard deviation, in place of log_variance. */
    std: is.optional(is.named),
    layout: is.optional(layout),
    range: is.optional(range),
  }),
  decoder: is.object({
    file: is.named,
    input: is.optional(is.named),
    /** Name of its output. */
    image: is.optional(is.named),
    /** Where they differ from those of `image`. */
    layout: is.optional(layout),
    range: is.optional(range),
  }),
});

/** The parsed manifest of an import. */
export type Manifest = is.Of<typeof fields>;

/** A manifest of a few graphs is a few hundred bytes. */
const MAX_MANIFEST = 1024 * 1024;

/**
 * Reads a manifest. The files that it names are given as paths from here.
 *
 * @throws AlixError 'bad-manifest', those of reading a file
 */
export async function readManifest(path: string): Promise<Manifest> {
  const refuse = (what: string, cause?: unknown): never => {
    throw new AlixError('bad-manifest', what, {
      where: path,
      remedy: 'see `alix import --help` for what a manifest says',
      cause,
    });
  };
  const text = new TextDecoder().decode(await readRegular(path, MAX_MANIFEST));
  let json: unknown;
  try {
    json = parseJson(text);
  } catch (cause) {
    return refuse('not valid JSON', cause);
  }
  const issue = fields(json, []);
  if (issue) return refuse(`"${issue.path.join('.') || '(top level)'}": ${issue.message}`);
  const manifest = json as Manifest;
  for (const problem of contradictions(manifest)) refuse(problem);
  const from = (file: string) => (isAbsolute(file) ? file : join(dirname(path), file));
  const { encoder, decoder } = manifest;
  return {
    ...manifest,
    encoder: { ...encoder, file: from(encoder.file) },
    decoder: { ...decoder, file: from(decoder.file) },
  };
}

function* contradictions({ image, encoder, decoder }: Manifest): Generator<string> {
  const { height, width, channels } = image;
  if (height * width > MAX_PIXELS) yield `"image": at most ${MAX_PIXELS} pixels are read`;
  if (encoder.std !== undefined && encoder.log_variance !== undefined)
    yield '"encoder": either "log_variance" or "std" is given, not both';
  if (encoder.mean === undefined && (encoder.std ?? encoder.log_variance) !== undefined)
    yield '"encoder": "mean" is needed beside "log_variance" or "std"';
  const ranges = { 'image.range': image.range, 'encoder.range': encoder.range, 'decoder.range': decoder.range };
  for (const [key, given] of Object.entries(ranges)) {
    if (!given || !('mean' in given)) continue;
    for (const name of ['mean', 'std'] as const)
      if (given[name].length !== channels)
        yield `"${key}.${name}": ${channels} numbers are needed, one for each channel, not ${given[name].length}`;
    if (given.std.some((deviation) => deviation <= 0)) yield `"${key}.std": numbers above 0 are needed`;
  }
}

/** How a network's numbers come from those on the scale [0,1]: scale x + offset, for each channel. */
export interface Scaling {
  readonly scale: readonly number[];
  readonly offset: readonly number[];
}

/** @param given of one side, or that of both */
export function scalingOf(given: NonNullable<Manifest['encoder']['range']>, channels: number): Scaling {
  if ('mean' in given)
    return { scale: given.std.map((s) => 1 / s), offset: given.std.map((s, i) => -(given.mean[i] ?? 0) / s) };
  const [low, high] = given;
  return { scale: Array(channels).fill(high - low), offset: Array(channels).fill(low) };
}
