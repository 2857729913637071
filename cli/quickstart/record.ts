/** Everything that quickstart found out, as report.json keeps it. */
import { availableParallelism, cpus } from 'node:os';
import type { ErrorSummary } from '@alix/eval';
import type { RunConfig } from '@alix/train';
import { version } from '../version.js';
import { FORMAT } from './folder.js';
import type { Made, Trained } from './make.js';
import type { Measured } from './measure.js';
import type { Skipped } from './skip.js';
import type { Stage } from './stages.js';

export interface QuickstartRecord {
  readonly format: typeof FORMAT;
  readonly formatVersion: 1;
  readonly alixVersion: string;
  readonly created: string;
  readonly machine: {
    readonly platform: string;
    readonly processor: string;
    readonly cores: number;
    readonly threads: number | undefined;
    readonly node: string;
  };
  /** In all, and by stage. */
  readonly seconds: number;
  readonly stages: readonly Stage[];
  readonly recipe: string;
  readonly seed: number;
  readonly model: Pick<Measured['bundle'], 'name' | 'system' | 'dataset' | 'latent' | 'parameters' | 'training'> & {
    readonly sha256: string;
    /** False for the shipped model. */
    readonly trainedHere: boolean;
  };
  readonly training: Trained | undefined;
  readonly skipped: Skipped | undefined;
  readonly data: string;
  readonly reconstruction: ErrorSummary;
  readonly meanImage: ErrorSummary;
  /** reconstruction.mse.mean / meanImage.mse.mean: below 1 the model is better than the mean image. */
  readonly ratio: number;
  /** Reconstructed per second by the runtime, on the CPU. */
  readonly reconstructionsPerSecond: number;
}

export function createRecord(
  config: RunConfig,
  made: Made,
  measured: Measured,
  { stages, seconds, threads }: { stages: readonly Stage[]; seconds: number; threads: number | undefined },
): QuickstartRecord {
  const { name, system, dataset, latent, parameters, training } = measured.bundle;
  return {
    format: FORMAT,
    formatVersion: 1,
    alixVersion: version(),
    created: new Date().toISOString(),
    machine: {
      platform: `${process.platform} ${process.arch}`,
      processor: cpus()[0]?.model.trim() || 'unknown',
      cores: availableParallelism(),
      threads,
      node: process.versions.node,
    },
    seconds,
    stages,
    recipe: config.recipe,
    seed: config.seed,
    model: {
      ...{ name, system, dataset, latent, parameters, training },
      sha256: measured.sha256,
      trainedHere: made.trained !== undefined,
    },
    training: made.trained,
    skipped: made.skipped,
    data: measured.data,
    reconstruction: measured.error,
    meanImage: measured.meanImageError,
    ratio: measured.error.mse.mean / measured.meanImageError.mse.mean,
    reconstructionsPerSecond: measured.imagesPerSecond,
  };
}
