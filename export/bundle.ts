/** Trained model to model bundle: graphs, model.json and a parity check, in a folder that appears whole or not at all. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Bundle, bundleSchema, FORMAT_VERSION } from '@alix/infer/bundle';
import { AlixError } from '@alix/infer/io/errors';
import { sha256, writeFolderAtomic } from '@alix/infer/io/files';
import { type ArchitectureSpec, plan, size } from '@alix/train/spec';
import { decoderGraph, encoderGraph, imageShape } from './graph.js';
import { networkOf } from './network.js';
import { type Graph, OPSET, onnxBytes } from './onnx.js';
import { type Answers, answersOf, checkParity, type Forward, PARITY_TOLERANCE, type Parity } from './parity.js';
import type { Weights } from './weights.js';

/** How many examples become golden pairs. */
const GOLDEN_PAIRS = 4;
/** How far another runtime may be from the golden pairs: ten times what export itself allows. */
const GOLDEN_TOLERANCE = 10 * PARITY_TOLERANCE;

/** All that export needs to know of a trained model. */
export interface TrainedModel {
  readonly name: string;
  /** The objective's name. */
  readonly system: string;
  readonly dataset: string;
  readonly architecture: ArchitectureSpec;
  /** The networks that make up each half, in the order they run: { encoder: ['F', 'E'], decoder: ['G'] }. */
  readonly chains: { readonly encoder: readonly string[]; readonly decoder: readonly string[] };
  readonly weights: Weights;
  readonly training: Bundle['training'];
  readonly metrics?: Bundle['metrics'];
  readonly licence: string;
  /** The value put under an inpainting mask, on the [0,1] scale; 0 unless given. */
  readonly maskFill?: number;
  /** uint8 [n,H,W,C], n >= 1: what parity is checked on; the first few become golden pairs. */
  readonly examples: Uint8Array;
  /** The trained networks in evaluation mode. */
  readonly trained: Forward;
}

/** A runtime with a bundle loaded. */
export interface LoadedModel extends Forward {
  dispose?(): Promise<void>;
}

export interface ExportOptions {
  /** Loads a bundle's folder, its model.json included, in the runtime that parity is to be checked with. */
  readonly load: (folder: string) => Promise<LoadedModel>;
  /** Replace what is at the output path; otherwise a folder with content is refused. */
  readonly replace?: boolean;
}

/**
 * Writes a model bundle to the folder `out`: encoder.onnx, decoder.onnx, model.json.
 *
 * @returns model.json's content, and the parity that was measured (it is in there too)
 * @throws AlixError 'parity' (nothing is written then), 'not-exportable', 'bad-architecture', 'bad-weights',
 *   'bad-examples', and those of writeFolderAtomic
 */
export async function exportBundle(
  model: TrainedModel,
  out: string,
  { load, replace = false }: ExportOptions,
): Promise<{ readonly bundle: Bundle; readonly parity: Parity }> {
  const n = exampleCount(model);
  const files = graphFiles(model);
  const answers = await answersOf(model.trained, model.examples, n);
  return writeFolderAtomic(
    out,
    async (folder) => {
      for (const [name, bytes] of files) await writeFile(join(folder, name), bytes);
      const write = (bundle: Bundle) => writeFile(join(folder, 'model.json'), `${JSON.stringify(bundle, null, 2)}\n`);
      // the runtime wants a whole bundle, so parity's place is held until it is known
      const draft = describe(model, n, answers, files);
      await write(draft);
      const loaded = await load(folder);
      let parity: Parity;
      try {
        parity = await checkParity(answers, loaded, model.examples, n);
      } finally {
        await loaded.dispose?.();
      }
      const bundle = { ...draft, parity };
      await write(bundle);
      return { bundle, parity };
    },
    { replace },
  );
}

/** The graphs of a model as files by name; the same weights give the same bytes. */
export function graphFiles({
  architecture,
  chains,
  weights,
  name,
  system,
}: TrainedModel): ReadonlyMap<string, Uint8Array> {
  const bytes = (graph: Graph) => onnxBytes(graph, { 'alix.model': name, 'alix.system': system });
  return new Map([
    ['encoder.onnx', bytes(encoderGraph(architecture, chains.encoder, weights))],
    ['decoder.onnx', bytes(decoderGraph(architecture, chains.decoder, weights))],
  ]);
}

function describe(model: TrainedModel, n: number, answers: Answers, files: ReadonlyMap<string, Uint8Array>): Bundle {
  const { architecture, chains } = model;
  const [height = 0, width = 0, channels = 0] = imageShape(architecture);
  const networks = [...new Set([...chains.encoder, ...chains.decoder])];
  const parsed = bundleSchema.safeParse({
    format: 'alix-bundle',
    formatVersion: FORMAT_VERSION,
    name: model.name,
    system: model.system,
    dataset: model.dataset,
    image: { height, width, channels },
    latent: architecture.latent,
    encoder: { deterministic: answers.logVariance === undefined },
    maskFill: model.maskFill ?? 0,
    parameters: Object.fromEntries(
      networks.map((name) => [name, plan(name, networkOf(architecture, name)).parameterCount]),
    ),
    precision: 'float32',
    opset: OPSET,
    files: Object.fromEntries(
      [...files].map(([name, bytes]) => [name, { sha256: sha256(bytes), bytes: bytes.byteLength }]),
    ),
    parity: { n, codes: 0, images: 0, tolerance: PARITY_TOLERANCE },
    training: model.training,
    metrics: model.metrics ?? {},
    licence: model.licence,
    golden: goldenPairs(model, n, answers),
  });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new AlixError('not-exportable', `model.json cannot say this: "${issue?.path.join('.')}": ${issue?.message}`, {
    where: model.name,
  });
}

/** The trained model's own answers, so that a self-test checks the whole way from training to the runtime at hand. */
function goldenPairs({ examples, architecture }: TrainedModel, all: number, answers: Answers): Bundle['golden'] {
  const n = Math.min(all, GOLDEN_PAIRS);
  const pixels = n * size(architecture.data.shape);
  return {
    image: base64(examples.subarray(0, pixels)),
    mean: base64(answers.mean.subarray(0, n * architecture.latent.size)),
    decoded: base64(answers.images.subarray(0, pixels)),
    n,
    tolerance: GOLDEN_TOLERANCE,
  };
}

const base64 = (data: Uint8Array | Float32Array): string =>
  Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');

function exampleCount({ examples, architecture }: TrainedModel): number {
  const n = examples.length / size(imageShape(architecture));
  if (n >= 1 && Number.isInteger(n)) return n;
  throw new AlixError('bad-examples', 'the examples are no whole images', {
    expected: `a multiple of ${size(architecture.data.shape)} bytes (${architecture.data.shape.join('x')})`,
    found: `${examples.length} bytes`,
  });
}
