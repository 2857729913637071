/** What foreign graphs answer by themselves: data brought to them and back in plain loops, as alix's own operators around them must. */
import { AlixError } from '@alix/infer/io/errors';
import type { Forward } from '../parity.js';
import { type Manifest, type Scaling, scalingOf } from './manifest.js';
import { checkMade } from './shapes.js';
import { laidOut, type Sides } from './sides.js';

interface Tensor {
  readonly type: 'float32' | 'uint8';
  readonly dims: readonly number[];
  readonly data: Float32Array | Uint8Array;
}

/** A graph that is open in some runtime. */
export interface OpenGraph {
  /** Runs the graph on its inputs by name. */
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>>;
  /** Gives its memory back. */
  release(): Promise<void>;
}

/** How many of a decoder's numbers lay outside of its range, of how many. */
export interface Clipped {
  count: number;
  of: number;
}

/** Further outside its range than this is no rounding. */
const BEYOND = 1 / 255;

/** @param clipped is told how many of the decoder's numbers are clipped */
export function foreignForward(
  manifest: Manifest,
  { encoder, decoder }: Sides,
  open: { readonly encoder: OpenGraph; readonly decoder: OpenGraph },
  clipped: Clipped,
): Forward {
  const { image, latent } = manifest;
  return {
    async run(graph, inputs, n) {
      if (graph === 'encoder') {
        const data = toNetwork(inputs.image as Uint8Array, image, encoder, n);
        const dims = [n, ...encoder.sizes];
        const { where } = encoder.foreign;
        const made = await running(where, n, open.encoder, { [encoder.input]: { type: 'float32', dims, data } });
        const mean = finite(where, encoder.mean, n, made[encoder.mean], [latent.size]);
        if (!encoder.spread) return { mean };
        const { output, isDeviation } = encoder.spread;
        const told = finite(where, output, n, made[output], [latent.size]);
        return { mean, log_variance: isDeviation ? told.map((s) => 2 * Math.fround(Math.log(s))) : told };
      }
      const { where } = decoder.foreign;
      const feeds: Tensor = { type: 'float32', dims: [n, ...decoder.sizes], data: inputs.latent! };
      const made = await running(where, n, open.decoder, { [decoder.input]: feeds });
      const values = finite(where, decoder.image, n, made[decoder.image], laidOut(image, decoder.layout));
      return { image: fromNetwork(values, image, decoder, n, clipped) };
    },
  };
}

async function running(where: string, n: number, graph: OpenGraph, feeds: Readonly<Record<string, Tensor>>) {
  try {
    return await graph.run(feeds);
  } catch (cause) {
    if (cause instanceof AlixError) throw cause;
    throw new AlixError('bad-graph', `the graph does not run on a batch of ${n}`, {
      where,
      found: (cause instanceof Error ? cause.message : String(cause)).split('\n', 1)[0]?.slice(0, 200) ?? '',
      remedy: 'export it with an open batch axis: dynamic_axes or dynamic_shapes of axis 0',
      cause,
    });
  }
}

/** @throws AlixError 'bad-graph' where an output is of other sizes, or not all of it is numbers */
function finite(where: string, name: string, n: number, made: Tensor | undefined, wanted: readonly number[]) {
  checkMade(where, name, made?.dims ?? [], n, wanted);
  const data = made?.data as Float32Array;
  if (data.every((value) => Number.isFinite(value))) return data;
  throw new AlixError('bad-graph', `"${name}" holds what is no number`, {
    where,
    found: `${data.find((value) => !Number.isFinite(value))}`,
    remedy: 'check "range" in the manifest, and the weights',
  });
}

/** For each pixel and channel of n images: its place in [N,H,W,C], its place in the layout, its channel. */
function* places({ height, width, channels }: Manifest['image'], layout: 'NCHW' | 'NHWC', n: number) {
  const pixels = height * width;
  for (let row = 0; row < n; row++)
    for (let pixel = 0; pixel < pixels; pixel++)
      for (let channel = 0; channel < channels; channel++) {
        const own = (row * pixels + pixel) * channels + channel;
        yield [own, layout === 'NCHW' ? (row * channels + channel) * pixels + pixel : own, channel] as const;
      }
}

type Way = Pick<Sides['encoder'], 'layout' | 'range'>;

/** uint8 [N,H,W,C] to what the encoder reads. */
function toNetwork(image: Uint8Array, shape: Manifest['image'], { layout, range }: Way, n: number): Float32Array {
  const { scale, offset }: Scaling = scalingOf(range, shape.channels);
  const made = new Float32Array(image.length);
  // rounded at each step, as the graph does
  for (const [own, there, c] of places(shape, layout, n))
    made[there] = Math.fround(image[own]! * Math.fround(scale[c]! / 255)) + Math.fround(offset[c]!);
  return made;
}

/** What the decoder puts out to float32 [N,H,W,C] in [0,1], clipped. */
function fromNetwork(values: Float32Array, shape: Manifest['image'], { layout, range }: Way, n: number, told: Clipped) {
  const { scale, offset } = scalingOf(range, shape.channels);
  const made = new Float32Array(values.length);
  for (const [own, there, c] of places(shape, layout, n)) {
    const unit = (values[there]! - offset[c]!) / scale[c]!;
    if (unit < -BEYOND || unit > 1 + BEYOND) told.count++;
    made[own] = Math.min(1, Math.max(0, unit));
  }
  told.of += values.length;
  return made;
}
