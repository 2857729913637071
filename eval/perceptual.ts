/** A user's ONNX graph as a distance of two images, such as LPIPS (Zhang et al. 2018, arXiv:1801.03924): alix ships no such network. */
import { checkGraph, type Runtime } from '@alix/infer';
import { AlixError } from '@alix/infer/io/errors';
import type { OnnxFile } from './extractor.js';
import type { Size } from './resize-bicubic.js';

/** A network that gives the distance of two images. */
export interface Perceptual {
  readonly identity: {
    /** sha256 of the graph. */
    readonly graph: string;
    readonly inputs: readonly string[];
    readonly output: string;
    readonly preprocessing: string;
  };
  /**
   * @param a uint8 [n,H,W,C] of the size that it was opened for @param b as many
   * @returns [n]
   * @throws AlixError 'not-finite', 'bad-graph', 'run-failed', 'bad-shape'
   */
  distances(a: Uint8Array, b: Uint8Array, n: number): Promise<Float64Array>;
}

/** What its numbers are called: networks differ, and their numbers do not compare. */
export function perceptualName({ graph }: Perceptual['identity']): string {
  return `LPIPS(${graph.slice(0, 8)})`;
}

/**
 * A graph of two images, float32 [N,3,H,W] in [-1,1], and one output, a number for each pair: [N], [N,1] or [N,1,1,1]. Images are
 * given as stored, not resized; grey ones as three equal channels.
 *
 * @param size of the images that will come
 * @throws AlixError 'bad-graph', 'bad-extractor' where the graph is no such; 'run-failed'
 */
export async function onnxPerceptual(
  runtime: Runtime,
  { bytes, sha256, where }: OnnxFile,
  size: Size,
): Promise<Perceptual> {
  checkGraph(bytes, where);
  const session = await runtime.createSession(bytes, where);
  const { inputs, outputs } = session;
  const described = (ports: typeof inputs) => ports.map(({ name, type, shape }) => `${name} ${type} [${shape}]`);
  const isImage = ({ type, shape: [n, channels] = [], shape }: (typeof inputs)[number]) =>
    type === 'float32' &&
    shape.length === 4 &&
    typeof n !== 'number' &&
    (typeof channels !== 'number' || channels === 3);
  if (inputs.length !== 2 || !inputs.every(isImage) || outputs.length !== 1)
    throw new AlixError('bad-extractor', 'the graph is no distance of two images', {
      where,
      expected: 'two inputs, float32 [N,3,H,W] with N free, and one output',
      found: `${described(inputs).join(', ') || 'no input'} -> ${described(outputs).join(', ') || 'no output'}`,
      remedy: 'export the network so',
    });
  const fixed = inputs.find(({ shape: [, , h, w] }) => isOther(h, size.height) || isOther(w, size.width));
  if (fixed)
    throw new AlixError('bad-extractor', 'the graph takes images of another size, and images are compared as stored', {
      where,
      expected: `${size.height}x${size.width}, or free`,
      found: `${fixed.name} [${fixed.shape}]`,
      remedy: 'export the network with free heights and widths',
    });
  const [first, second] = [inputs[0]!.name, inputs[1]!.name];
  const output = outputs[0]!.name;
  const distances: Perceptual['distances'] = async (a, b, n) => {
    const dims = [n, 3, size.height, size.width];
    const feed = (pixels: Uint8Array) => ({ type: 'float32' as const, dims, data: channelsFirst(pixels, n, size) });
    const results = await session.run({ [first]: feed(a), [second]: feed(b) }).catch((cause: unknown) => {
      if (cause instanceof AlixError) throw cause;
      const reason = cause instanceof Error ? cause.message : `${cause}`;
      throw new AlixError('run-failed', `the perceptual distance failed on ${n} pairs: ${reason}`, {
        where,
        remedy: 'try a smaller batch, or check that the network takes images of this size',
        cause,
      });
    });
    const made = results[output];
    if (!(made?.data instanceof Float32Array) || made.dims[0] !== n || made.data.length !== n)
      throw new AlixError('bad-extractor', 'the output is not a number for each pair of images', {
        where,
        expected: `float32 [${n}], [${n},1] or [${n},1,1,1]`,
        found: made ? `${made.type} [${made.dims}]` : 'nothing',
        remedy: 'export the network so that it averages over pixels but not over images',
      });
    const broken = made.data.findIndex((value) => !Number.isFinite(value));
    if (broken >= 0)
      throw new AlixError('not-finite', 'the perceptual distance gives a value that is no number', {
        where,
        found: `${made.data[broken]} for pair ${broken}`,
        remedy: 'check the network, and that it takes pixels in [-1,1]',
      });
    return Float64Array.from(made.data);
  };
  // two pairs: an average over the batch shows
  await distances(
    new Uint8Array(2 * size.height * size.width * size.channels),
    new Uint8Array(2 * size.height * size.width * size.channels),
    2,
  );
  const grey = size.channels === 1 ? '; grey as three channels' : '';
  const preprocessing = `stored pixels, ${size.height}x${size.width}x${size.channels}, from -1 to 1${grey}`;
  return { identity: { graph: sha256, inputs: [first, second], output, preprocessing }, distances };
}

const isOther = (side: number | string | undefined, images: number) => typeof side === 'number' && side !== images;

/** float32 [n,3,H,W] in [-1,1]. */
function channelsFirst(pixels: Uint8Array, n: number, { height, width, channels }: Size): Float32Array {
  const area = height * width;
  if (pixels.length !== n * area * channels)
    throw new AlixError('bad-shape', 'images of another size, or another number of them', {
      expected: `${n * area * channels} values`,
      found: `${pixels.length}`,
    });
  const out = new Float32Array(3 * n * area);
  for (let i = 0; i < n; i++)
    for (let c = 0; c < 3; c++)
      for (let at = 0; at < area; at++)
        out[(3 * i + c) * area + at] = (pixels[(i * area + at) * channels + (channels === 1 ? 0 : c)]! / 255) * 2 - 1;
  return out;
}
