/** The checkpoints of a run as models. Graphs are made of their weights alone: no TensorFlow is needed. */
import { isDeepStrictEqual } from 'node:util';
import { decoderGraph, encoderGraph, onnxBytes, type Weights } from '@alix/export';
import { type Images, Model, nodeRuntime } from '@alix/infer';
import { AlixError } from '@alix/infer/io/errors';
import { sha256 } from '@alix/infer/io/files';
import { answering } from '@alix/train/averages';
import { read } from '@alix/train/checkpoint';
import { checkpointSteps, openChosen } from '@alix/train/checkpoints';
import type { RunConfig } from '@alix/train/config';
import { design } from '@alix/train/design';
import { loadExtensions } from '@alix/train/extensions/index';
import { readRun } from '@alix/train/run-folder';
import type { ModelOptions } from '../options.js';

export interface RunModels {
  /** Of which there are checkpoints, in order. */
  readonly steps: readonly number[];
  /** In float32. To be disposed of. @throws AlixError 'bad-checkpoint', 'bad-weights', ... */
  open(step: number): Promise<Model>;
}

/** How far numbers of the same weights may be apart: other versions of the exporter round otherwise. */
const SAME = 1e-3;

/**
 * @param model what was exported from the run
 * @throws AlixError 'no-run', 'bad-run', 'no-checkpoint'; 'other-run' where the model's record of its training is of another run
 */
export async function openRun(
  folder: string,
  model: Model,
  { device, threads }: Pick<ModelOptions, 'device' | 'threads'>,
): Promise<RunModels> {
  const run = await readRun(folder);
  await loadExtensions(run.config, folder);
  const { architecture, chains, networks, config } = design(run.config);
  checkSame(model, run.data.fingerprint, config, folder);
  const steps = (await checkpointSteps(folder)).sort((a, b) => a - b);
  if (steps.length === 0)
    throw new AlixError('no-checkpoint', 'no checkpoint in this run', { where: folder, remedy: 'train it first' });
  const used = Object.entries(architecture.networks).filter(([name]) => networks.has(name));
  const spec = { ...architecture, networks: Object.fromEntries(used) };
  const { name, system, precision: _, drift: __, variants: ___, ...bundle } = model.bundle;
  return {
    steps,
    async open(step) {
      const { weights, state } = await openChosen(folder, step);
      const answers: Weights = answering(read(weights));
      const labels = { 'alix.model': name, 'alix.system': system };
      const files = new Map([
        ['encoder.onnx', onnxBytes(encoderGraph(spec, chains.encoder, answers), labels)],
        ['decoder.onnx', onnxBytes(decoderGraph(spec, chains.decoder, answers), labels)],
      ]);
      const described = {
        ...bundle,
        name,
        system,
        precision: 'float32' as const,
        training: { ...bundle.training, steps: state.step },
        files: Object.fromEntries(
          [...files].map(([file, bytes]) => [file, { sha256: sha256(bytes), bytes: bytes.length }]),
        ),
      };
      const where = (file: string) => `${file} of ${folder} at step ${step}`;
      const opened = { where, read: async (file: string) => files.get(file)! };
      const text = new TextEncoder().encode(JSON.stringify(described));
      return new Model(
        { bundle: described, files: opened, sha256: sha256(text) },
        await nodeRuntime({ device, threads }),
      );
    },
  };
}

/** @throws AlixError 'other-run' where the checkpoint of the model's own steps encodes images otherwise than the model */
export async function checkSameWeights(model: Model, checkpoint: Model, images: Images, folder: string): Promise<void> {
  const codes = async (one: Model) => (await one.encode(images)).mean;
  const [own, theirs] = [await codes(model), await codes(checkpoint)];
  const largest = own.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  // the weights of another precision are rounded
  const within = model.precision === 'float32' ? SAME : 0.2;
  if (own.every((value, i) => Math.abs(value - theirs[i]!) <= within * largest)) return;
  throw otherRun(folder, `the same codes at step ${model.bundle.training.steps}`, 'others');
}

/** What may change while a run goes on does not count: its length, and which checkpoints it keeps. */
function checkSame({ bundle }: Model, fingerprint: string, config: RunConfig, folder: string): void {
  const { training } = bundle;
  if (training.data !== fingerprint)
    throw otherRun(folder, `training data ${fingerprint.slice(0, 12)}`, training.data.slice(0, 12));
  const plain = (value: unknown) => JSON.parse(JSON.stringify(value ?? null)) as unknown;
  const keys = ['objective', 'architecture', 'seed', 'batch', 'optimiser', 'initialiser'] as const;
  for (const key of keys) {
    const [theirs, own] = [plain(config[key]), plain(training.config[key])];
    if (!isDeepStrictEqual(theirs, own))
      throw otherRun(folder, `"${key}" ${JSON.stringify(theirs)}`, JSON.stringify(own));
  }
}

const otherRun = (where: string, expected: string, found: string) =>
  new AlixError('other-run', 'the model was not exported from this run', {
    where,
    expected,
    found: `${found} in the model's record`,
    remedy: 'name the run folder that it was exported from',
  });
