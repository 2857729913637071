/** report.json of a model of points. */
import type { Model } from '@alix/infer';
import type { Row } from '../evaluation/measure.js';
import type { EvalPoints, PointEvaluation, PointMetrics, PointSettings } from './evaluate.js';

/** report.json; it has another format than that of images, with which it does not compare. */
export interface PointRecord {
  readonly format: 'alix-eval-points';
  readonly version: 1;
  readonly alixVersion: string;
  readonly created: string;
  readonly model: Readonly<Record<'name' | 'sha256' | 'system' | 'dataset' | 'device', string>> & {
    /** Steps that it was trained for, where its bundle says so. */
    readonly steps?: number;
  };
  readonly data: Readonly<Record<'name', string>> & {
    readonly split?: string;
    readonly n: number;
    readonly of: number;
    /** Coordinates of a point. */
    readonly d: number;
    readonly fingerprint?: string;
    readonly mixture?: EvalPoints['mixture'];
  };
  readonly conventions: Readonly<Record<string, unknown>>;
  readonly metrics: PointMetrics;
  readonly skipped: PointEvaluation['skipped'];
}

/**
 * An evaluation of points as report.json has it.
 *
 * @param origin what the caller knows of itself
 */
export function pointRecord(
  model: Model,
  { rows, d, of, name, split, fingerprint, mixture }: EvalPoints,
  settings: PointSettings,
  { metrics, skipped }: Pick<PointEvaluation, 'metrics' | 'skipped'>,
  origin: { readonly alixVersion: string; readonly created: string },
): PointRecord {
  const { bundle, sha256, device } = model;
  const steps = (bundle.training as { steps?: unknown } | undefined)?.steps;
  return {
    format: 'alix-eval-points',
    version: 1,
    ...origin,
    model: {
      name: bundle.name,
      sha256,
      system: bundle.system,
      dataset: bundle.dataset,
      device,
      ...(typeof steps === 'number' && { steps }),
    },
    data: {
      name,
      ...(split !== undefined && { split }),
      n: rows.length / d,
      of,
      d,
      ...(fingerprint !== undefined && { fingerprint }),
      ...(mixture && { mixture }),
    },
    conventions: {
      ...settings,
      confidence: 0.95,
      ...(metrics.modes && {
        modes:
          'a sample is of high quality within threshold standard deviations (Euclidean) of the nearest mean; a mode is captured by one such sample (VEEGAN, section 4.1)',
      }),
      ...(metrics.mse && {
        errors: 'squared, the mean over coordinates, then over rows; in units of the data, std with ddof 0',
      }),
    },
    metrics,
    skipped,
  };
}

/** All numbers in the order in which they are shown. */
export function pointRows({ modes, mse, there_and_back: back }: PointMetrics): Row[] {
  return [
    ...(modes
      ? ([
          {
            group: 'samples',
            name: `modes captured of ${modes.of}`,
            value: modes.captured,
            n: `${modes.n}`,
            better: 'higher',
          },
          {
            group: 'samples',
            name: `samples of high quality (the mixture itself: ${modes.perfect.toFixed(4)})`,
            value: modes.high_quality,
            interval: modes.interval,
            n: `${modes.n}`,
            better: 'higher',
          },
        ] as const)
      : []),
    ...(mse
      ? [
          {
            group: 'reconstructions',
            name: 'MSE',
            value: mse.mean,
            interval: mse.interval,
            n: `${mse.n}`,
            better: 'lower',
          } as const,
        ]
      : []),
    ...(back
      ? [
          {
            group: 'codes',
            name: 'code to point to code, MSE',
            value: back.mean,
            interval: back.interval,
            n: `${back.n}`,
            better: 'lower',
          } as const,
        ]
      : []),
  ];
}
