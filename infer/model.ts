/** A model: the graphs of a bundle, run by an ONNX Runtime that is passed in. One verb per file beside this one. */
import type { Images, RunOptions } from './batches.js';
import { type Bundle, type GraphName, imageOf, latentOf } from './bundle.js';
import { type Critic, classify, critic } from './critic.js';
import { type Decoded, decode } from './decode.js';
import { type Codes, type EncodeOptions, encode } from './encode.js';
import { type Features, features } from './features.js';
import { sizes, toFeeds } from './feeds.js';
import { checkGraph } from './graph-check.js';
import { type Inpainting, type InpaintOptions, inpaint } from './inpaint.js';
import { type InterpolateOptions, type Interpolation, interpolate } from './interpolate.js';
import { AlixError } from './io/errors.js';
import { type Manifold, type ManifoldOptions, manifold } from './manifold.js';
import type { Masks } from './mask.js';
import { type CodeIndex, type Neighbours, neighbours, type SearchOptions } from './neighbours.js';
import { isOutOfMemory, ortReason } from './ort-reason.js';
import { choosePrecision, fileOf, holderOf, type Precision } from './precision.js';
import { type Reconstruction, type ReconstructOptions, reconstruct } from './reconstruct.js';
import { type Refined, type RefineOptions, refine } from './refine.js';
import { checkSignature, type Runtime, signature } from './runtime.js';
import {
  type Sample,
  type SampleGiven,
  type SampleGivenOptions,
  type SampleOptions,
  sample,
  sampleGiven,
} from './sample.js';
import type { GraphSession, Tensors, TensorValue, Values } from './session.js';

/** Where a bundle's files come from: a folder, or a base URL. */
export interface BundleFiles {
  /** The path or URL of one file, for error messages. */
  where(file: string): string;
  /** The file's bytes, checked against the size and sha256 in model.json. */
  read(file: string): Promise<Uint8Array>;
}

/** A parsed and checked bundle, the way to its files, and what names it exactly. */
export interface OpenBundle {
  readonly bundle: Bundle;
  readonly files: BundleFiles;
  /** sha256 of model.json, which holds those of all other files. */
  readonly sha256: string;
}

/** The tensors of one run, by output name. */
type Outputs = Readonly<Record<string, Values>>;

/**
 * A loaded model. Get one from `loadModel`; `dispose()` it when done.
 *
 * ```ts
 * const model = await loadModel('models/mnist-dali', { device: 'cpu' });
 * const { mean } = await model.encode({ data: pixels, n: 100 });
 * await model.dispose();
 * ```
 */
export class Model {
  /** The parsed model.json. */
  readonly bundle: Bundle;
  /** sha256 of model.json, which holds those of all other files: it names the model exactly. */
  readonly sha256: string;
  /** What the weights that run are stored in. */
  readonly precision: Precision;
  readonly #files: BundleFiles;
  readonly #runtime: Runtime;
  readonly #sessions = new Map<GraphName, Promise<GraphSession>>();
  #disposed = false;

  /**
   * @param runtime what runs the graphs; `loadModel` passes the one of its platform
   * @param precision the bundle's own unless given
   * @throws AlixError 'no-precision' naming those there are
   */
  constructor({ bundle, files, sha256 }: OpenBundle, runtime: Runtime, precision?: Precision) {
    this.bundle = bundle;
    this.precision = choosePrecision(bundle, precision);
    this.sha256 = sha256;
    this.#files = files;
    this.#runtime = runtime;
  }

  /** The device that runs the graphs: 'cpu', 'cuda', ... */
  get device(): string {
    return this.#runtime.name;
  }

  /** Why `auto` did not take the device that it prefers; undefined where it did, and where one was asked for by name. */
  get reason(): string | undefined {
    return this.#runtime.reason;
  }

  /** Threads of one run; undefined where the runtime does not say. */
  get threads(): number | undefined {
    return this.#runtime.threads;
  }

  /** The size of the images. @throws AlixError 'not-images' where it is a model of points */
  get image(): NonNullable<Bundle['image']> {
    return imageOf(this.bundle);
  }

  /** Size and prior of the codes. @throws AlixError 'no-graph' where the model has none */
  get latent(): NonNullable<Bundle['latent']> {
    return latentOf(this.bundle);
  }

  /** Images to codes; see encode.ts. */
  encode(images: Images, options?: EncodeOptions): Promise<Codes> {
    return encode(this, images, options);
  }

  /** Codes to images; see decode.ts. */
  decode(latent: Float32Array, options?: RunOptions): Promise<Decoded> {
    return decode(this, latent, options);
  }

  /** Images through encoder (mean) and decoder, with the error of each, refined on request; see reconstruct.ts. */
  reconstruct(images: Images, options?: ReconstructOptions): Promise<Reconstruction> {
    return reconstruct(this, images, options);
  }

  /** Images to the features that classifiers are trained on; see features.ts. */
  features(images: Images, options?: RunOptions): Promise<Features> {
    return features(this, images, options);
  }

  /** The critic's logits of images, with the code of each where it reads codes; see critic.ts. */
  critic(images: Images, latent?: Float32Array, options?: RunOptions): Promise<Critic> {
    return critic(this, images, latent, options);
  }

  /** Images to a classifier's logits; see critic.ts. */
  classify(images: Images, options?: RunOptions): Promise<Critic> {
    return classify(this, images, options);
  }

  /** New images from the prior; see sample.ts. */
  sample(n: number, options: SampleOptions): Promise<Sample> {
    return sample(this, n, options);
  }

  /** New images from the posterior of each image given: z ~ q(z|x), then p(x|z); see sample.ts. */
  sampleGiven(images: Uint8Array | Images, perImage: number, options: SampleGivenOptions): Promise<SampleGiven> {
    return sampleGiven(this, images, perImage, options);
  }

  /** Codes whose images are nearer to the targets, by descent on the decoder's error; see refine.ts. */
  refine(images: Images, options?: RefineOptions): Promise<Refined> {
    return refine(this, images, options);
  }

  /** Images with their hidden pixels made up; see inpaint.ts. */
  inpaint(images: Images, masks: Masks, options?: InpaintOptions): Promise<Inpainting> {
    return inpaint(this, images, masks, options);
  }

  /** The images on the way from codes to codes; see interpolate.ts. */
  interpolate(from: Float32Array, to: Float32Array, options?: InterpolateOptions): Promise<Interpolation> {
    return interpolate(this, from, to, options);
  }

  /** The images over a grid of the latent plane; see manifold.ts. */
  manifold(options?: ManifoldOptions): Promise<Manifold> {
    return manifold(this, options);
  }

  /** The codes of an index nearest to those of images; see neighbours.ts. */
  neighbours(images: Images, index: CodeIndex, options?: SearchOptions & RunOptions): Promise<Neighbours> {
    return neighbours(this, images, index, options);
  }

  /** True where the bundle has this graph. */
  has(graph: GraphName): boolean {
    return `${holderOf(this.bundle, graph)}.onnx` in this.bundle.files;
  }

  /**
   * Opens a graph and checks it against model.json, as its first run would.
   *
   * @throws AlixError 'bad-bundle', 'bad-graph', 'no-graph', 'disposed'
   */
  async prepare(graph: GraphName): Promise<void> {
    await this.#session(graph);
  }

  /**
   * Runs one graph on one batch. The verbs are built on it; users rarely need it.
   *
   * @param inputs `n` rows of each of the graph's inputs by name, or of its one input
   * @param options `notFinite` is 'allowed' where the caller looks for NaN and infinities itself
   * @returns the outputs, by the names that the bundle contract gives them
   * @throws AlixError 'bad-bundle', 'bad-graph', 'no-graph', 'bad-input', 'run-failed', 'no-memory', 'not-finite',
   *   'disposed'
   */
  async run(
    graph: GraphName,
    inputs: Values | Readonly<Record<string, Values>>,
    n: number,
    { notFinite = 'refused' }: { readonly notFinite?: 'refused' | 'allowed' } = {},
  ): Promise<Outputs> {
    const session = await this.#session(graph);
    this.#refuseDisposed();
    const ports = signature(this.bundle, graph);
    const where = this.#files.where(fileOf(this.bundle, graph, this.precision));
    const feeds = toFeeds(session, ports, inputs, n);
    let results: Tensors;
    try {
      results = await session.run(feeds);
    } catch (cause) {
      if (cause instanceof AlixError) throw cause;
      throw runFailed(cause, n, where);
    }
    const arrays: Record<string, Values> = {};
    for (const output of ports.outputs) {
      const result = results[output.name] as TensorValue;
      const expected = sizes(session.outputs, output.name, n);
      // a graph may declare one shape and give another
      if (result.dims.join(',') !== expected.join(',') || result.type !== output.type)
        throw new AlixError('bad-graph', `output "${output.name}" is not as model.json promises`, {
          where,
          expected: `${output.type} [${expected}]`,
          found: `${result.type} [${result.dims.join(',')}]`,
          remedy: 'export the model again',
        });
      const { data } = result;
      if (notFinite === 'refused' && data instanceof Float32Array && !data.every(Number.isFinite))
        throw new AlixError('not-finite', `output "${output.name}" holds values that are not finite numbers`, {
          where,
          remedy: 'the model is broken: train it again, or export another checkpoint',
        });
      arrays[output.name] = data;
    }
    return arrays;
  }

  /** Frees the memory of the graphs; every later call is an error. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    const sessions = [...this.#sessions.values()];
    this.#sessions.clear();
    // its graphs go with it, without waiting for the one that runs
    if (this.#runtime.dispose) return this.#runtime.dispose();
    // a session that failed to open has nothing to release
    for (const session of await Promise.allSettled(sessions))
      if (session.status === 'fulfilled') await session.value.release();
  }

  #refuseDisposed(): void {
    if (this.#disposed) throw new AlixError('disposed', 'the model was disposed of', { remedy: 'load it again' });
  }

  #session(graph: GraphName): Promise<GraphSession> {
    this.#refuseDisposed();
    const holder = holderOf(this.bundle, graph);
    const known = this.#sessions.get(holder);
    if (known) return known;
    const open = this.#open(holder);
    this.#sessions.set(holder, open);
    // what failed for a while, as a network does, is tried anew by the next call
    open.catch(() => this.#sessions.delete(holder));
    return open;
  }

  async #open(graph: GraphName): Promise<GraphSession> {
    const file = fileOf(this.bundle, graph, this.precision);
    const where = this.#files.where(file);
    if (!(file in this.bundle.files))
      throw new AlixError('no-graph', `this model has no ${graph}`, {
        where: this.#files.where('model.json'),
        remedy: `choose a model with ${file}`,
      });
    const bytes = await this.#files.read(file);
    checkGraph(bytes, where);
    const session = await this.#runtime.createSession(bytes, where);
    try {
      checkSignature(session, this.bundle, graph, where);
    } catch (error) {
      await session.release();
      throw error;
    }
    return session;
  }
}

function runFailed(cause: unknown, n: number, where: string): AlixError {
  const reason = ortReason(cause);
  const [code, what, remedy] = isOutOfMemory(reason)
    ? ['no-memory', 'there is not enough memory for', 'choose a smaller batch']
    : ['run-failed', 'the graph failed on', 'try a smaller batch; if that fails too, export the model again'];
  return new AlixError(code, `${what} a batch of ${n}: ${reason}`, { where, remedy, cause });
}
