/** model.json: what a model bundle promises. The contract of export (writes), infer and eval (read). */
import { AlixError } from './io/errors.js';
import { MAX_PIXELS } from './io/pixels.js';
import * as is from './schema.js';

/** The newest version that is read and written; older ones are read too, newer ones are refused. */
export const FORMAT_VERSION = 4;

/** Values of a code; what more than that is allocated for is a number that somebody mistyped. */
const MAX_LATENT = 2 ** 24;

/** The graphs that this version runs, each in a file of its name: encoder.onnx, ... */
export type GraphName = 'encoder' | 'decoder' | 'critic' | 'features' | 'masked_encoder' | 'classifier' | 'refine';

/** What numbers the weights are stored in; all graphs compute in float32. */
export const precisions = ['float32', 'float16', 'int8'] as const;
/** What weights are stored in: one of `precisions`. */
export type Precision = (typeof precisions)[number];

const sha256 = is.matching(/^[0-9a-f]{64}$/, 'a sha256 is 64 hexadecimal digits');
const positive = is.above(is.whole);
const nonnegative = is.notBelow(is.number);

const fileEntry = is.object({ sha256, bytes: positive });

/** Plain file names only: a bundle must not reach outside its folder. */
const fileName = is.matching(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, 'a plain file name without folders');

const measure = is.object({
  value: is.number,
  n: positive,
  /** What the number was measured on and how, e.g. "strokes test, pixels in [0,1], codes are means". */
  on: is.string,
});

/** Inputs and what the trained networks made of them, base64 of the raw little-endian values, for the self-test of a runtime. */
const golden = is.object({
  /** uint8 [n,H,W,C] */
  image: is.optional(is.string),
  /** float32 [n,d] in place of images, where the model is one of points */
  points: is.optional(is.string),
  /** float32 [n,d]: what the encoder makes of the images or points */
  mean: is.optional(is.string),
  /** float32 [n,d]: draws from the prior, where there is no encoder */
  latent: is.optional(is.string),
  /** float32 [n,H,W,C] in [0,1], or points: the decoder at `mean`, or at `latent` */
  decoded: is.optional(is.string),
  /** float32 [n,k]: what the classifier makes of the images or points */
  logit: is.optional(is.string),
  n: positive,
  /** Largest absolute difference that a healthy runtime shows against these. */
  tolerance: is.above(is.number),
});

/** How far the graphs of a precision are from those of float32, on the same inputs. */
const drift = is.object({
  /** Held-out examples that it was measured on. */
  n: positive,
  /** By graph, of its first output (refine: the gradient). */
  graphs: is.record(
    is.string,
    is.object({
      /** Largest and mean absolute difference. */
      largest: nonnegative,
      mean: nonnegative,
      /** Standard deviation of the float32 output over the examples, pooled over its numbers. */
      deviation: nonnegative,
      /** Bytes of the file over those of the float32 one. */
      ratio: is.above(is.number),
    }),
  ),
  /** Reconstruction error over the examples, pixels in [0,1]: of the float32 graphs, and of these. */
  mse: is.optional(is.object({ float32: nonnegative, own: nonnegative })),
});

/** Another precision of the same graphs, in files such as encoder.int8.onnx. */
const variant = is.object({
  drift: is.optional(drift),
  /** In place of the outputs in `golden`: of the same inputs, and the decoder at this mean. */
  golden: is.object({
    mean: is.optional(is.string),
    decoded: is.optional(is.string),
    logit: is.optional(is.string),
  }),
});

const fields = is.object({
  format: is.oneOf('alix-bundle'),
  formatVersion: positive,
  name: is.named,
  /** The objective's name: 'dali', 'ali', ... */
  system: is.named,
  /** The name of the training data. */
  dataset: is.named,
  image: is.optional(is.object({ height: positive, width: positive, channels: is.oneOf(1, 3) })),
  /** In place of `image`: the data are vectors of this size. */
  points: is.optional(is.object({ size: positive })),
  /** Absent where there is neither encoder nor decoder. */
  latent: is.optional(is.object({ size: positive, prior: is.oneOf('normal', 'uniform') })),
  /** Deterministic: one code for each image, no log_variance. Absent where there is no encoder. */
  encoder: is.optional(is.object({ deterministic: is.boolean })),
  /** The value put under an inpainting mask, on the [0,1] scale. */
  maskFill: is.number,
  parameters: is.record(is.string, is.notBelow(is.whole)),
  /** That of encoder.onnx, decoder.onnx and the others without a precision in their names. */
  precision: is.oneOf(...precisions),
  /** Of that precision, where it is not float32. */
  drift: is.optional(drift),
  variants: is.optional(
    is.object({
      float32: is.optional(variant),
      float16: is.optional(variant),
      int8: is.optional(variant),
    }),
  ),
  opset: positive,
  /** Graphs without a file of their own: whose file gives their outputs too. */
  within: is.optional(is.object({ features: is.oneOf('classifier') })),
  /** The graphs and whatever else belongs to the model; runtimes pass over graphs that they do not know. */
  files: is.record(fileName, fileEntry),
  /** Largest absolute differences between the trained networks and the exported graphs. */
  parity: is.object({
    n: positive,
    /** Of codes; and of features, logits and the codes of masked images, where there are such graphs. */
    codes: is.optional(nonnegative),
    /** Of what the decoder puts out. */
    images: is.optional(nonnegative),
    tolerance: is.above(is.number),
  }),
  training: is.object({
    recipe: is.string,
    alixVersion: is.string,
    seed: is.whole,
    steps: is.notBelow(is.whole),
    epochs: nonnegative,
    batch: positive,
    /** Fingerprint of the training data: sha256 over its content. */
    data: is.string,
    /** The resolved configuration of the run, as in run.json. */
    config: is.record(is.string, is.anything),
  }),
  metrics: is.record(is.string, measure),
  licence: is.string,
  golden,
});

/** The parsed model.json. */
export type Bundle = is.Of<typeof fields>;
/** How far a precision is from float32. */
export type Drift = is.Of<typeof drift>;
type Variant = is.Of<typeof variant>;

/** What checking a value gives: the bundle, or the first thing that is wrong. */
export type Checked =
  | { readonly success: true; readonly data: Bundle }
  | { readonly success: false; readonly error: { readonly issues: readonly is.Issue[] } };

/** A value against the schema of model.json. */
export function checkBundle(value: unknown): Checked {
  const issue = fields(value, []) ?? contradiction(value as Bundle);
  return issue ? { success: false, error: { issues: [issue] } } : { success: true, data: value as Bundle };
}

function contradiction(bundle: Bundle): is.Issue | undefined {
  for (const [key, message] of contradictions(bundle)) return { path: [key], message };
  return undefined;
}

/** What the fields of a bundle say against each other: the key, and what is wrong with it. */
function* contradictions(bundle: Bundle): Generator<[key: keyof Bundle, message: string]> {
  const { files, golden, points, image, latent, encoder, within } = bundle;
  const has = (graph: string) => `${graph}.onnx` in files;
  if ((image === undefined) === (points === undefined)) yield ['image', 'either "image" or "points" is needed'];
  if (image && image.height * image.width > MAX_PIXELS) yield ['image', `at most ${MAX_PIXELS} pixels are read`];
  if (latent && latent.size > MAX_LATENT) yield ['latent', `codes have at most ${MAX_LATENT} values`];
  if (!has('decoder') && !has('classifier')) yield ['files', 'decoder.onnx is missing from "files"'];
  if (within && !has('classifier')) yield ['files', 'classifier.onnx is missing from "files"'];
  if (has('encoder') && !encoder) yield ['encoder', 'needed where there is an encoder.onnx'];
  if ((has('encoder') || has('decoder')) && !latent) yield ['latent', 'needed where there is an encoder or a decoder'];
  const isRead = golden.image !== undefined || golden.points !== undefined;
  const isEncoded = isRead && golden.mean !== undefined;
  if (has('encoder') && !isEncoded) yield ['golden', 'needs "mean" and what it was encoded from'];
  if (has('decoder') && !(golden.decoded !== undefined && (isEncoded || golden.latent !== undefined)))
    yield ['golden', 'needs "decoded" and what it was decoded from'];
  if (has('classifier') && !(isRead && golden.logit !== undefined))
    yield ['golden', 'needs "logit" and what was classified'];
  for (const [precision, { golden: own }] of variantsOf(bundle)) {
    if (precision === bundle.precision) yield ['variants', `"${precision}" is the precision of the bundle itself`];
    for (const name of Object.keys(files).filter((file) => /^[a-z_]+\.onnx$/.test(file))) {
      const file = name.replace(/onnx$/, `${precision}.onnx`);
      if (!(file in files)) yield ['variants', `${file} is missing from "files"`];
    }
    for (const output of ['mean', 'decoded', 'logit'] as const)
      if ((golden[output] === undefined) !== (own[output] === undefined))
        yield ['variants', `"${precision}" and "golden" do not both have "${output}"`];
  }
  const written = lowestVersion(bundle);
  if (bundle.formatVersion < written)
    yield ['formatVersion', `what this says needs version ${written}, not ${bundle.formatVersion}`];
}

/** The precisions that a bundle has beside its own. */
export const variantsOf = ({ variants = {} }: Pick<Bundle, 'variants'>): readonly [Precision, Variant][] =>
  Object.entries(variants) as [Precision, Variant][];

/**
 * The lowest version that can say this. Version 1 knows models of images that encode and decode, with golden pairs of both
 * and a parity for each; what other graphs lie beside them it lists in `files` and passes over. Version 3 knows variants, and how far a precision is from float32; version 4 a graph within another's file.
 */
export function lowestVersion({
  image,
  latent,
  encoder,
  files,
  golden,
  parity,
  drift,
  variants,
  within,
}: Omit<Bundle, 'formatVersion'>): number {
  if (within) return 4;
  if (drift || variants) return 3;
  const isWhole = image && latent && encoder && 'decoder.onnx' in files;
  const { n: _, tolerance: __, ...pairs } = golden;
  const isPaired = Object.keys(pairs).sort().join() === 'decoded,image,mean';
  return isWhole && isPaired && parity.codes !== undefined && parity.images !== undefined ? 1 : 2;
}

type Of<K extends keyof Bundle> = NonNullable<Bundle[K]>;

/** The size of a model's images. @throws AlixError 'not-images' where it is a model of points */
export function imageOf({ image, name }: Bundle): Of<'image'> {
  if (image) return image;
  throw new AlixError('not-images', 'this is a model of points, which has no images', {
    where: name,
    remedy: "run its graphs from TypeScript: model.run('decoder', latent, n)",
  });
}

/** The codes of a model. @throws AlixError 'no-graph' where it has none */
export function latentOf({ latent, name }: Bundle): Of<'latent'> {
  if (latent) return latent;
  throw new AlixError('no-graph', 'this model has no codes: it has neither an encoder nor a decoder', {
    where: name,
    remedy: 'choose a model with encoder.onnx and decoder.onnx',
  });
}

/** What is said of a model's encoder. @throws AlixError 'no-graph' where it has none */
export function encoderOf({ encoder, files, name, system }: Bundle): Of<'encoder'> {
  if (encoder && 'encoder.onnx' in files) return encoder;
  throw new AlixError('no-graph', `this model has no encoder (its system is ${system})`, {
    where: name,
    remedy: 'choose a model that was trained with one, such as dali',
  });
}

/**
 * Parses and checks the text of a model.json.
 *
 * @param where the path or URL, for error messages
 * @throws AlixError 'bad-bundle' when it is not JSON, not a bundle, or breaks the schema, 'bundle-too-new'
 */
export function parseBundle(text: string, where: string): Bundle {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new AlixError('bad-bundle', 'not valid JSON', { where, remedy: 'export the model again', cause });
  }
  const head = (typeof json === 'object' && json !== null ? json : {}) as { format?: unknown; formatVersion?: unknown };
  if (head.format !== 'alix-bundle' || typeof head.formatVersion !== 'number')
    throw new AlixError('bad-bundle', 'not the model.json of an alix model bundle', {
      where,
      remedy: 'name a folder that `alix export` wrote',
    });
  if (head.formatVersion > FORMAT_VERSION)
    throw new AlixError('bundle-too-new', 'the bundle is newer than this runtime', {
      where,
      expected: `format version ${FORMAT_VERSION} or older`,
      found: `${head.formatVersion}`,
      remedy: 'update @alix/infer',
    });
  const parsed = checkBundle(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const key = issue?.path.join('.') || '(top level)';
    throw new AlixError('bad-bundle', `"${key}": ${issue?.message}`, { where, remedy: 'export the model again' });
  }
  return parsed.data;
}
