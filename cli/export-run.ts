/** Ties the three packages together for an export: the trained run, the writer of bundles, and the runtime that checks it. */
import { type ExportOptions, exportBundle } from '@alix/export';
import { loadModel, type Precision } from '@alix/infer';
import { createRandom } from '@alix/infer/io/random';
import { type CheckpointChoice, openTrained } from '@alix/train';
import type { Dataset } from '@alix/train/datasets/dataset';

/** Held-out images or points, and some of noise, on which the trained and the exported networks must agree. */
const HELD_OUT = 48;
const NOISE = 16;
/** At most this many held-out rows are reconstructed for the error that model.json records. */
const MEASURED = 10_000;

const load: ExportOptions['load'] = (folder, precision) => loadModel(folder, { device: 'cpu', precision });

export const goldenSources = ['data', 'noise'] as const;
export type GoldenSource = (typeof goldenSources)[number];

export interface ExportChoices {
  readonly name: string;
  readonly licence: string;
  readonly replace: boolean;
  /** What the weights are stored in: the first is the model's own, others lie beside it. */
  readonly precisions?: readonly Precision[];
  /** What model.json's golden pairs are made of: held-out data, or noise where the data are not to be passed on. */
  readonly golden?: GoldenSource;
  /** Where the run's data are now, if they have moved. */
  readonly data?: string | undefined;
  /** The newest whole one unless given. */
  readonly checkpoint?: CheckpointChoice;
}

/**
 * Exports a checkpoint of a run, the newest whole one unless another is chosen, to the folder `out`. Errors are those of openTrained and exportBundle.
 *
 * @param onEvent is told in one line of what is worth a line, such as a damaged checkpoint that was passed over
 */
export async function exportTrained(
  run: string,
  out: string,
  { name, licence, replace, precisions, golden = 'data', data: source, checkpoint }: ExportChoices,
  onEvent?: (line: string) => void,
) {
  const trained = await openTrained(run, onEvent, checkpoint);
  try {
    const { best, training } = trained;
    if (checkpoint === 'best' && best)
      onEvent?.(`the best checkpoint is that of step ${training.steps}: ${best.metric} ${best.value.toPrecision(4)}`);
    const data = await trained.heldOut(source);
    const count = Math.min(MEASURED, data.count);
    const { reconstruction_mse: error, held_out_accuracy: right } = await trained.measure(data, count);
    const isPoints = data.kind === 'points';
    const on = `${data.name}, held-out part; ${isPoints ? '' : 'pixels in [0,1], '}codes are means`;
    const metrics = {
      ...(error !== undefined && { mse: { value: error, n: count, on } }),
      ...(right !== undefined && { accuracy: { value: right, n: count, on: `${data.name}, held-out part` } }),
    };
    const examples = await (isPoints ? pointsOf : imagesOf)(data, trained.config.seed);
    const dataCount = held(data).length;
    const goldenFrom = golden === 'noise' ? dataCount : 0;
    const model = { ...trained, name, licence, metrics, examples, dataCount, goldenFrom };
    return await exportBundle(model, out, { load, replace, ...(precisions && { precisions }) });
  } finally {
    trained.dispose();
  }
}

const held = (data: Dataset) => Uint32Array.from({ length: Math.min(HELD_OUT, data.count) }, (_, i) => i);

/** Held-out images, then images of noise: uint8 [n,H,W,C]. */
async function imagesOf(data: Dataset, seed: number): Promise<Uint8Array> {
  const noise = createRandom(seed)
    .split('parity')
    .uniform(NOISE * size(data))
    .map((u) => Math.floor(256 * u));
  return Uint8Array.from([...((await data.pixels?.(held(data))) ?? []), ...noise]);
}

/** Held-out points, then points of noise: float32 [n,d]. */
async function pointsOf(data: Dataset, seed: number): Promise<Float32Array> {
  const noise = createRandom(seed)
    .split('parity')
    .normal(NOISE * size(data));
  return Float32Array.from([...(await data.batch(held(data))), ...noise]);
}

const size = ({ shape }: Dataset) => shape.reduce((product, n) => product * n, 1);
