/** A whole export: what parity is checked on and what model.json records are taken from the run's held-out data. */
import type { Precision } from '@alix/infer';
import { createRandom } from '@alix/infer/io/random';
import { type Exported, type ExportOptions, exportBundle } from './bundle.js';
import type { TrainedModel } from './model.js';

/** Held-out images or points, and some of noise, on which the trained and the exported networks must agree. */
const HELD_OUT = 48;
const NOISE = 16;
/** At most this many held-out rows are reconstructed for the error that model.json records. */
const MEASURED = 10_000;

/** What model.json's golden pairs can be made of. */
export const goldenSources = ['data', 'noise'] as const;

/** One of `goldenSources`. */
export type GoldenSource = (typeof goldenSources)[number];

/** What export asks of held-out data: a `Dataset` of @alix/train is one. */
export interface HeldOut {
  /** The data set's name. */
  readonly name: string;
  readonly kind: 'images' | 'points';
  /** [H,W,C] of images, [d] of points. */
  readonly shape: readonly number[];
  /** How many rows there are. */
  readonly count: number;
  /** Rows as float32 [n, ...shape]. */
  batch(indices: Uint32Array): Promise<Float32Array>;
  /** Rows of images as stored, uint8 [n,H,W,C]. */
  pixels?(indices: Uint32Array): Promise<Uint8Array>;
}

/** What export asks of a run that was opened: `openTrained` of @alix/train gives one. */
export interface ExportableRun<Data extends HeldOut = HeldOut>
  extends Omit<TrainedModel, 'licence' | 'metrics' | 'examples' | 'dataCount' | 'goldenFrom'> {
  readonly config: { readonly seed: number };
  /** The held-out part of the run's data. @param source where they are now, if they have moved */
  heldOut(source?: string): Promise<Data>;
  /** The held-out error, `reconstruction_mse`, and of a classifier `held_out_accuracy`. */
  measure(data: Data, count: number): Promise<Readonly<Record<string, number | undefined>>>;
}

/** Settings of `exportRun`. */
export interface ExportRunOptions {
  /** The model's name; the run's unless given. */
  readonly name?: string | undefined;
  /** Of the weights, as model.json states it: "unstated" unless given. */
  readonly licence?: string | undefined;
  /** Replace what is at the output path; otherwise a folder with content is refused. */
  readonly replace?: boolean | undefined;
  /** What the weights are stored in: the first is the model's own, others lie beside it. float32 unless given. */
  readonly precisions?: readonly Precision[] | undefined;
  /** What model.json's golden pairs are made of: held-out data, or noise where the data are not to be passed on. */
  readonly golden?: GoldenSource | undefined;
  /** Where the run's data are now, if they have moved. */
  readonly data?: string | undefined;
  /** Loads a bundle in the runtime that parity is checked with: @alix/infer on the CPU unless given. */
  readonly load?: ExportOptions['load'] | undefined;
}

const onTheCpu: ExportOptions['load'] = async (folder, precision) => {
  const { loadModel } = await import('@alix/infer');
  return loadModel(folder, { device: 'cpu', precision });
};

/**
 * Exports a run that was opened to the folder `out`, which appears whole or not at all, and checks that both compute the same. The run stays open.
 *
 * ```ts
 * const run = await openTrained('runs/strokes');
 * const { parity } = await exportRun(run, 'out/strokes');
 * run.dispose();
 * ```
 * @throws AlixError as exportBundle, and what the data cannot be read for
 */
export async function exportRun<Data extends HeldOut>(
  run: ExportableRun<Data>,
  out: string,
  options: ExportRunOptions = {},
): Promise<Exported> {
  const {
    name = run.name,
    licence = 'unstated',
    replace = false,
    precisions,
    golden = 'data',
    load = onTheCpu,
  } = options;
  const data = await run.heldOut(options.data);
  const count = Math.min(MEASURED, data.count);
  const { reconstruction_mse: error, held_out_accuracy: right } = await run.measure(data, count);
  const isPoints = data.kind === 'points';
  const on = `${data.name}, held-out part; ${isPoints ? '' : 'pixels in [0,1], '}codes are means`;
  const metrics = {
    ...(error !== undefined && { mse: { value: error, n: count, on } }),
    ...(right !== undefined && { accuracy: { value: right, n: count, on: `${data.name}, held-out part` } }),
  };
  const examples = await (isPoints ? pointsOf : imagesOf)(data, run.config.seed);
  const dataCount = held(data).length;
  const goldenFrom = golden === 'noise' ? dataCount : 0;
  const model: TrainedModel = { ...run, name, licence, metrics, examples, dataCount, goldenFrom };
  return exportBundle(model, out, { load, replace, ...(precisions && { precisions }) });
}

const held = (data: HeldOut) => Uint32Array.from({ length: Math.min(HELD_OUT, data.count) }, (_, i) => i);

/** Held-out images, then images of noise: uint8 [n,H,W,C]. */
async function imagesOf(data: HeldOut, seed: number): Promise<Uint8Array> {
  const noise = createRandom(seed)
    .split('parity')
    .uniform(NOISE * size(data))
    .map((u) => Math.floor(256 * u));
  return Uint8Array.from([...((await data.pixels?.(held(data))) ?? []), ...noise]);
}

/** Held-out points, then points of noise: float32 [n,d]. */
async function pointsOf(data: HeldOut, seed: number): Promise<Float32Array> {
  const noise = createRandom(seed)
    .split('parity')
    .normal(NOISE * size(data));
  return Float32Array.from([...(await data.batch(held(data))), ...noise]);
}

const size = ({ shape }: HeldOut) => shape.reduce((product, n) => product * n, 1);
