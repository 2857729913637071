/** Any ONNX graph as what makes features of images: a graph of a bundle, or a file of whatever origin. */
import { checkGraph, type Model, type Runtime } from '@alix/infer';
import { AlixError } from '@alix/infer/io/errors';
import { fileOf } from '@alix/infer/precision';
import type { ExtractorIdentity } from './feature-file.js';
import { checkFinite } from './features.js';
import type { Size } from './resize-bicubic.js';
import { type ResizeName, resizeFilters } from './resize-filters.js';

/** A network that turns images into features. */
export interface Extractor {
  readonly identity: ExtractorIdentity;
  /** Features of an image. */
  readonly d: number;
  /**
   * @param pixels uint8 [n,H,W,C] of the size that the extractor was opened for
   * @returns float32 [n,d]
   * @throws AlixError 'not-finite', 'bad-extractor', 'run-failed'
   */
  extract(pixels: Uint8Array, n: number): Promise<Float32Array>;
}

/**
 * What a Fréchet distance in these features is called. Never "FID", which is the one of the published Inception network of 2015;
 * numbers of different networks do not compare.
 */
export function distanceName(identity: ExtractorIdentity): string {
  return `FD(${networkName(identity)})`;
}

/** What an Inception Score of these classes is called: "IS" alone is the one of Inception's own classes. */
export function scoreName(identity: ExtractorIdentity): string {
  return `IS(${networkName(identity)})`;
}

const networkName = ({ graph, output }: ExtractorIdentity) => `${graph.slice(0, 8)}:${output}`;

/**
 * A bundle's features.onnx, or its classifier.onnx, whose logits are then the features.
 *
 * @param size of the images that will come @param graph which of them; features.onnx where it is not given and there is one
 * @throws AlixError 'no-graph' where the bundle has neither; 'bad-extractor' where the images are of another size
 */
export async function bundleExtractor(
  model: Model,
  size: Size,
  where: string,
  graph: 'features' | 'classifier' = model.has('features') || !model.has('classifier') ? 'features' : 'classifier',
): Promise<Extractor> {
  const { height, width, channels } = model.image;
  if (size.height !== height || size.width !== width || size.channels !== channels)
    throw badExtractor('the extractor takes images of another size', where, {
      expected: `${height}x${width}x${channels}`,
      found: sizeOf(size),
      remedy: 'choose a model of such images, or an .onnx file, whose images are resized',
    });
  await model.prepare(graph);
  const output = graph === 'features' ? 'features' : 'logit';
  const run = async (pixels: Uint8Array, n: number) => (await model.run(graph, pixels, n))[output] as Float32Array;
  const probe = await run(new Uint8Array(height * width * channels), 1);
  const file = fileOf(model.bundle, graph, model.precision);
  const identity = { graph: model.bundle.files[file]!.sha256, output, preprocessing: `stored pixels, ${sizeOf(size)}` };
  return { identity, d: probe.length, extract: run };
}

/** Settings of `onnxExtractor`. */
export interface OnnxExtractorOptions {
  /** The graph's output to take; it may be left out where there is one. */
  readonly output?: string | undefined;
  /** What the stored values 0 and 255 are to the graph, where its input is float32; [0, 1] where it is not given. */
  readonly range?: readonly [black: number, white: number] | undefined;
  /** How images come to the size of the graph's input, where that is fixed; 'bicubic' where it is not given. */
  readonly resize?: ResizeName | undefined;
}

/** An ONNX file. */
export interface OnnxFile {
  readonly bytes: Uint8Array;
  readonly sha256: string;
  /** The path or URL, for error messages. */
  readonly where: string;
}

/**
 * A graph with one input of images, [N,C,H,W] or [N,H,W,C], float32 or uint8, of 1 or 3 channels. Images are resized to its H and W as
 * the "clean" protocol does it (see `resizeBicubic`) or as asked, if these are fixed; grey ones are repeated for 3 channels.
 *
 * @param size of the images that will come
 * @throws AlixError 'bad-graph'; 'bad-extractor' where the graph is no such, 'bad-option' where it has no such output
 */
export async function onnxExtractor(
  runtime: Runtime,
  { bytes, sha256, where }: OnnxFile,
  size: Size,
  { output, range: given, resize = 'bicubic' }: OnnxExtractorOptions = {},
): Promise<Extractor> {
  checkGraph(bytes, where);
  const session = await runtime.createSession(bytes, where);
  const [input, ...more] = session.inputs;
  const names = session.outputs.map(({ name }) => name);
  const taken = output ?? (names.length === 1 ? names[0]! : undefined);
  if (taken === undefined || !names.includes(taken))
    throw new AlixError(
      'bad-option',
      taken ? 'the extractor has no such output' : 'the extractor has several outputs',
      {
        where,
        found: taken ?? `${names.length} outputs`,
        remedy: `choose one of: ${names.join(', ')}`,
      },
    );
  const layout = input && more.length === 0 ? layoutOf(input.shape, size) : undefined;
  if (!input || !layout || (input.type !== 'float32' && input.type !== 'uint8'))
    throw badExtractor('the graph does not take images alone', where, {
      expected: 'one input, float32 or uint8, [N,C,H,W] or [N,H,W,C] with N free and C 1 or 3',
      found: session.inputs.map(({ name, type, shape }) => `${name} ${type} [${shape}]`).join(', ') || 'no input',
      remedy: 'export the network so',
    });
  if (size.channels > layout.channels)
    throw badExtractor('the extractor takes grey images', where, {
      found: sizeOf(size),
      remedy: 'choose one for images of colours',
    });
  const type = input.type;
  if (type === 'uint8' && given)
    throw new AlixError('bad-option', 'the extractor takes stored pixels: it has no range', {
      where,
      remedy: 'leave it out',
    });
  const range = given ?? ([0, 1] as const);
  const { name } = input;
  const run = async (pixels: Uint8Array, n: number): Promise<Float32Array> => {
    const data = prepared(pixels, n, size, layout, type === 'uint8' ? [0, 255] : range, resize);
    const values =
      type === 'uint8' ? Uint8Array.from(data, (value) => Math.min(255, Math.max(0, Math.round(value)))) : data;
    const { channels, height, width, first } = layout;
    const dims = first ? [n, channels, height, width] : [n, height, width, channels];
    const results = await session.run({ [name]: { type, dims, data: values } }).catch((cause: unknown) => {
      if (cause instanceof AlixError) throw cause;
      const reason = cause instanceof Error ? cause.message : `${cause}`;
      throw new AlixError('run-failed', `the extractor failed on a batch of ${n}: ${reason}`, {
        where,
        remedy: 'try a smaller batch; if that fails too, export the network again',
        cause,
      });
    });
    const made = results[taken];
    if (!made || made.dims[0] !== n || !(made.data instanceof Float32Array))
      throw badExtractor('the output is not a row of float32 for each image', where, {
        expected: `float32 [${n},...]`,
        found: made ? `${made.type} [${made.dims}]` : 'nothing',
        remedy: 'choose another output, or export the network with a free number of images',
      });
    const d = made.data.length / n;
    checkFinite(made.data, 'extracted', (i) => `image ${Math.floor(i / d)} of a batch, feature ${i % d}`, where);
    return made.data;
  };
  const probe = await run(new Uint8Array(size.height * size.width * size.channels), 1);
  const identity = { graph: sha256, output: taken, preprocessing: wordsOf(size, layout, type, range, resize) };
  return { identity, d: probe.length, extract: run };
}

interface Layout extends Size {
  /** Whether channels come first. */
  readonly first: boolean;
}

/** How a graph takes images of this size; free heights and widths are the images' own. */
function layoutOf(shape: readonly (number | string)[], { height, width }: Size): Layout | undefined {
  const [n, a, b, c] = shape;
  if (shape.length !== 4 || typeof n === 'number') return undefined;
  const own = (side: number | string | undefined, images: number) => (typeof side === 'number' ? side : images);
  if (a === 1 || a === 3) return { first: true, channels: a, height: own(b, height), width: own(c, width) };
  if (c === 1 || c === 3) return { first: false, channels: c, height: own(a, height), width: own(b, width) };
  return undefined;
}

/** float32 in the graph's layout, size and range. */
function prepared(
  pixels: Uint8Array,
  n: number,
  size: Size,
  { first, channels, height, width }: Layout,
  [black, white]: readonly [number, number],
  resize: ResizeName,
): Float32Array {
  const own = size.height * size.width * size.channels;
  const isSame = size.height === height && size.width === width;
  const area = height * width;
  const out = new Float32Array(n * area * channels);
  for (let i = 0; i < n; i++) {
    const image = pixels.subarray(i * own, (i + 1) * own);
    const resized = isSame ? image : resizeFilters[resize].resize(image, size, { height, width });
    for (let at = 0; at < area; at++)
      for (let c = 0; c < channels; c++) {
        const value = resized[at * size.channels + (size.channels === 1 ? 0 : c)]!;
        out[i * area * channels + (first ? c * area + at : at * channels + c)] =
          black + (value / 255) * (white - black);
      }
  }
  return out;
}

function wordsOf(
  size: Size,
  layout: Layout,
  type: string,
  [black, white]: readonly [number, number],
  resize: ResizeName,
): string {
  const isSame = size.height === layout.height && size.width === layout.width;
  const steps = [`stored pixels, ${sizeOf(size)}`];
  if (!isSame) steps.push(`resized to ${layout.height}x${layout.width} by ${resizeFilters[resize].words}`);
  if (size.channels !== layout.channels) steps.push('grey as three channels');
  steps.push(type === 'uint8' ? 'rounded to uint8' : `from ${black} to ${white}`);
  return steps.join('; ');
}

const sizeOf = ({ height, width, channels }: Size) => `${height}x${width}x${channels}`;

function badExtractor(
  what: string,
  where: string,
  details: { readonly expected?: string; readonly found?: string; readonly remedy: string },
): AlixError {
  return new AlixError('bad-extractor', what, { where, ...details });
}
