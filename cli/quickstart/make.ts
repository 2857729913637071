/** The model that quickstart shows: trained and exported here, or the shipped one where this machine cannot train. */
import { join } from 'node:path';
import type { MetricsRow } from '@alix/eval';
import type { Bundle } from '@alix/infer';
import { throwIfAborted } from '@alix/infer/io/errors';
import type { RunConfig } from '@alix/train';
import type { Context } from '../commands/command.js';
import { type Skipped, skippedFor } from './skip.js';
import type { Stages } from './stages.js';

/** What is not the same in a test: how TensorFlow gets here, and which model is shipped. */
export interface Parts {
  readonly provision: typeof import('@alix/train/tensorflow/provision').provisionTensorflow;
  /** The folder of the shipped model. */
  readonly shipped: () => string;
}

export interface Trained {
  readonly steps: number;
  readonly epochs: number;
  /** Of steps alone. */
  readonly seconds: number;
  readonly imagesPerSecond: number;
  readonly tensorflow: string;
  readonly parity: Bundle['parity'];
  /** The lines of metrics.jsonl. */
  readonly metrics: readonly MetricsRow[];
}

export interface Made {
  /** The folder of the model. */
  readonly model: string;
  readonly trained?: Trained;
  readonly skipped?: Skipped;
}

export interface MakeRequest {
  readonly config: RunConfig;
  /** Where `run` and `model` are written. */
  readonly folder: string;
  readonly threads?: number | undefined;
}

/** Trains and exports; where TensorFlow cannot be had here, the shipped model, and why. */
export async function makeModel(request: MakeRequest, parts: Parts, stages: Stages, context: Context): Promise<Made> {
  const skipped = await provision(parts, stages, context);
  if (!skipped) return trainAndExport(request, stages, context);
  context.log(`skipped ${skipped.what}, and the shipped model is shown instead: ${skipped.why}`);
  return { model: parts.shipped(), skipped };
}

async function provision(parts: Parts, stages: Stages, context: Context): Promise<Skipped | undefined> {
  const { stageBars } = await import('../stage-bars.js');
  const bars = stageBars(context);
  const { signal } = context;
  const work = () =>
    parts
      .provision({ device: 'auto', signal, onProgress: bars.update, onMessage: (line) => context.log(line) })
      .finally(bars.stop);
  const words = { present: 'set up already', official: "tfjs-node's own", linked: 'in the cache', provisioned: 'new' };
  try {
    await stages.run('TensorFlow', work, ({ build, status }) => `${build}, ${words[status]}`);
    return undefined;
  } catch (error) {
    const skipped = skippedFor(error);
    if (!skipped) throw error;
    return skipped;
  }
}

async function trainAndExport(request: MakeRequest, stages: Stages, context: Context): Promise<Made> {
  const [{ withProgress }, { exportTrained }, { readMetrics, readRun }] = await Promise.all([
    import('../train-progress.js'),
    import('../export-run.js'),
    import('@alix/train'),
  ]);
  const { config, folder, threads } = request;
  const [run, model] = [join(folder, 'run'), join(folder, 'model')];
  const result = await stages.run(
    'train',
    async () => {
      const done = await withProgress(context, { config, folder: run, threads }, true);
      throwIfAborted(context.signal);
      return done;
    },
    ({ step, epochs, imagesPerSecond }) =>
      `${config.recipe}, ${step} steps (${epochs.toFixed(1)} epochs) at ${imagesPerSecond.toFixed(0)} images/s`,
  );
  const { bundle } = await stages.run(
    'export',
    () => exportTrained(run, model, { name: 'quickstart', licence: 'unstated', replace: false }),
    (exported) => `ONNX and TensorFlow differ by at most ${largest(exported.parity).toExponential(1)}`,
  );
  throwIfAborted(context.signal);
  const { step: steps, epochs, seconds, imagesPerSecond } = result;
  const metrics = await readMetrics(join(run, 'metrics.jsonl'));
  const { tensorflowVersion: tensorflow } = await readRun(run);
  return { model, trained: { steps, epochs, seconds, imagesPerSecond, tensorflow, parity: bundle.parity, metrics } };
}

const largest = ({ codes, images }: Bundle['parity']) => Math.max(codes ?? 0, images ?? 0);
