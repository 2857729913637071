/** Trained model to model bundle: graphs, model.json and a parity check, in a folder that appears whole or not at all. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Bundle, checkBundle, type GraphName, lowestVersion } from '@alix/infer/bundle';
import { AlixError } from '@alix/infer/io/errors';
import { sha256, writeFolderAtomic } from '@alix/infer/io/files';
import { plan } from '@alix/train/spec';
import { networkOf } from './chain.js';
import { imageShape, isPoints } from './data.js';
import { goldenPairs } from './golden.js';
import { graphsOf, type ModelGraphs } from './graphs.js';
import type { TrainedModel } from './model.js';
import { OPSET, onnxBytes } from './onnx.js';
import {
  type Answer,
  answersOf,
  checkParity,
  type Forward,
  hasCodes,
  PARITY_TOLERANCE,
  type Parity,
} from './parity.js';
import { questionsOf } from './questions.js';

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

export interface Exported {
  /** model.json's content. */
  readonly bundle: Bundle;
  /** What was measured; model.json has its largest numbers. */
  readonly parity: Parity;
  /** Graphs that the system has and a bundle cannot hold, with the reason. */
  readonly omitted: ModelGraphs['omitted'];
}

/**
 * Writes a model bundle to the folder `out`: model.json and, where the system has them, encoder.onnx, decoder.onnx,
 * refine.onnx, critic.onnx, features.onnx, masked_encoder.onnx and classifier.onnx.
 *
 * @throws AlixError 'parity' (nothing is written then), 'not-exportable', 'bad-architecture', 'bad-weights',
 *   'bad-examples', and those of writeFolderAtomic
 */
export async function exportBundle(
  model: TrainedModel,
  out: string,
  { load, replace = false }: ExportOptions,
): Promise<Exported> {
  const questions = questionsOf(model);
  const made = graphsOf(model);
  const inputs = [...made.graphs].map(([name, graph]) => [name, graph.inputs.map((port) => port.name)] as const);
  const answers = await answersOf(model.trained, new Map(inputs), questions);
  const files = filesOf(model, made);
  return writeFolderAtomic(
    out,
    async (folder) => {
      for (const [name, bytes] of files) await writeFile(join(folder, name), bytes);
      const write = (bundle: Bundle) => writeFile(join(folder, 'model.json'), `${JSON.stringify(bundle, null, 2)}\n`);
      // the runtime wants a whole bundle, so parity's place is held until it is known
      const draft = describe(model, made, questions.n, answers, files);
      await write(draft);
      const loaded = await load(folder);
      let parity: Parity;
      try {
        parity = await checkParity(answers, loaded, questions.n);
      } finally {
        await loaded.dispose?.();
      }
      const { graphs: _, ...recorded } = parity;
      const bundle = { ...draft, parity: recorded };
      await write(bundle);
      return { bundle, parity, omitted: made.omitted };
    },
    { replace },
  );
}

/** The graphs of a model as files by name; the same weights give the same bytes. */
export const graphFiles = (model: TrainedModel): ReadonlyMap<string, Uint8Array> => filesOf(model, graphsOf(model));

function filesOf({ name, system }: TrainedModel, { graphs }: ModelGraphs): ReadonlyMap<string, Uint8Array> {
  const metadata = { 'alix.model': name, 'alix.system': system };
  return new Map([...graphs].map(([graph, made]) => [`${graph}.onnx`, onnxBytes(made, metadata)]));
}

function describe(
  model: TrainedModel,
  { graphs }: ModelGraphs,
  n: number,
  answers: readonly Answer[],
  files: ReadonlyMap<string, Uint8Array>,
): Bundle {
  const { architecture } = model;
  const has = (graph: GraphName) => graphs.has(graph);
  const content = {
    format: 'alix-bundle' as const,
    name: model.name,
    system: model.system,
    dataset: model.dataset,
    ...dataOf(model),
    ...(has('encoder') || has('decoder') ? { latent: architecture.latent } : {}),
    ...(has('encoder') ? { encoder: { deterministic: graphs.get('encoder')?.outputs.length === 1 } } : {}),
    maskFill: model.maskFill ?? 0,
    parameters: Object.fromEntries(
      networksOf(model, graphs).map((name) => [name, plan(name, networkOf(architecture, name)).parameterCount]),
    ),
    precision: 'float32' as const,
    opset: OPSET,
    files: Object.fromEntries(
      [...files].map(([name, bytes]) => [name, { sha256: sha256(bytes), bytes: bytes.byteLength }]),
    ),
    parity: {
      n,
      ...([...graphs.keys()].some(hasCodes) ? { codes: 0 } : {}),
      ...(has('decoder') ? { images: 0 } : {}),
      tolerance: PARITY_TOLERANCE,
    },
    training: model.training,
    metrics: model.metrics ?? {},
    licence: model.licence,
    golden: goldenPairs(answers, n),
  };
  const { format, ...others } = content;
  const parsed = checkBundle({ format, formatVersion: lowestVersion(content), ...others });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new AlixError('not-exportable', `model.json cannot say this: "${issue?.path.join('.')}": ${issue?.message}`, {
    where: model.name,
  });
}

function dataOf({ architecture }: TrainedModel): Pick<Bundle, 'image' | 'points'> {
  if (isPoints(architecture)) return { points: { size: architecture.data.shape[0] ?? 0 } };
  const [height = 0, width = 0, channels = 0] = imageShape(architecture);
  // 1 or 3 channels: the schema refuses others
  return { image: { height, width, channels: channels as 1 | 3 } };
}

/** The networks that a model's graphs are made of. */
function networksOf({ chains }: TrainedModel, graphs: ModelGraphs['graphs']): readonly string[] {
  const { encoder, decoder, critic = [], classifier = [] } = chains;
  return [...new Set([...encoder, ...decoder, ...(graphs.has('critic') ? critic : []), ...classifier])];
}
