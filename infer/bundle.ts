/** model.json: what a model bundle promises. The contract of export (writes), infer and eval (read). */
import { z } from 'zod';
import { AlixError } from './io/errors.js';

/** Written by this version; older ones are read too, newer ones are refused. */
export const FORMAT_VERSION = 1;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'a sha256 is 64 hexadecimal digits');
const positive = z.number().int().positive();

const fileEntry = z.strictObject({ sha256, bytes: positive });

/** Plain file names only: a bundle must not reach outside its folder. */
const fileName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, 'a plain file name without folders');

const measure = z.strictObject({
  value: z.number(),
  n: positive,
  /** What the number was measured on and how, e.g. "strokes test, pixels in [0,1], codes are means". */
  on: z.string(),
});

/** One input/output pair, base64 of the raw little-endian values, for the self-test of a runtime. */
const golden = z.strictObject({
  /** uint8 [n,H,W,C] */
  image: z.string(),
  /** float32 [n,d] */
  mean: z.string(),
  /** float32 [n,H,W,C] in [0,1]: the decoder at `mean` */
  decoded: z.string(),
  n: positive,
  /** Largest absolute difference that a healthy runtime shows against these. */
  tolerance: z.number().positive(),
});

export const bundleSchema = z.strictObject({
  format: z.literal('alix-bundle'),
  formatVersion: positive,
  name: z.string().min(1),
  /** The objective's name: 'dali', 'ali', ... */
  system: z.string().min(1),
  /** The name of the training data. */
  dataset: z.string().min(1),
  image: z.strictObject({ height: positive, width: positive, channels: z.union([z.literal(1), z.literal(3)]) }),
  latent: z.strictObject({ size: positive, prior: z.enum(['normal', 'uniform']) }),
  encoder: z.strictObject({ deterministic: z.boolean() }),
  /** The value put under an inpainting mask, on the [0,1] scale. */
  maskFill: z.number(),
  parameters: z.record(z.string(), z.number().int().nonnegative()),
  precision: z.enum(['float32', 'float16', 'int8']),
  opset: positive,
  files: z
    .record(fileName, fileEntry)
    .refine((files) => 'decoder.onnx' in files, { message: 'decoder.onnx is missing from "files"' }),
  /** Largest absolute differences between the trained networks and the exported graphs. */
  parity: z.strictObject({
    n: positive,
    codes: z.number().nonnegative(),
    images: z.number().nonnegative(),
    tolerance: z.number().positive(),
  }),
  training: z.strictObject({
    recipe: z.string(),
    alixVersion: z.string(),
    seed: z.number().int(),
    steps: z.number().int().nonnegative(),
    epochs: z.number().nonnegative(),
    batch: positive,
    /** Fingerprint of the training data: sha256 over its content. */
    data: z.string(),
    /** The resolved configuration of the run, as in run.json. */
    config: z.record(z.string(), z.unknown()),
  }),
  metrics: z.record(z.string(), measure),
  licence: z.string(),
  golden,
});

/** The parsed model.json. */
export type Bundle = z.infer<typeof bundleSchema>;

/**
 * Parses and checks the text of a model.json.
 *
 * @param where the path or URL, for error messages
 * @throws AlixError 'bad-bundle' when it is not JSON, not a bundle, newer than this runtime, or breaks the schema
 */
export function parseBundle(text: string, where: string): Bundle {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new AlixError('bad-bundle', 'not valid JSON', { where, remedy: 'export the model again', cause });
  }
  const head = z.looseObject({ format: z.string(), formatVersion: z.number() }).safeParse(json);
  if (!head.success || head.data.format !== 'alix-bundle')
    throw new AlixError('bad-bundle', 'not the model.json of an alix model bundle', {
      where,
      remedy: 'name a folder that `alix export` wrote',
    });
  if (head.data.formatVersion > FORMAT_VERSION)
    throw new AlixError('bundle-too-new', 'the bundle is newer than this runtime', {
      where,
      expected: `format version ${FORMAT_VERSION} or older`,
      found: `${head.data.formatVersion}`,
      remedy: 'update @alix/infer',
    });
  const parsed = bundleSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const key = issue?.path.join('.') || '(top level)';
    throw new AlixError('bad-bundle', `"${key}": ${issue?.message}`, { where, remedy: 'export the model again' });
  }
  return parsed.data;
}
