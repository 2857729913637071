/** What tools choose differently where papers are silent, as data: the options of alix's own functions. */
import type { InceptionScoreOptions } from '../inception-score.js';
import type { PrecisionRecallOptions } from '../prdc.js';
import type { ResizeName } from '../resize-filters.js';
import type { SsimOptions } from '../ssim.js';

/** Whose random numbers: of numpy's RandomState, torch's CPU generator, or alix's own. */
export type Stream = 'numpy' | 'torch' | 'alix';

export interface Draws {
  readonly stream: Stream;
  /** The tool's own seed; undefined where it has none, and its user or the machine seeds it. */
  readonly seed?: number;
}

/** How a tool takes the Inception Score. */
export interface ScoreConvention extends Required<Pick<InceptionScoreOptions, 'splits' | 'cut' | 'ddof'>> {
  /** How rows are shuffled before they are cut; undefined: they are not. */
  readonly shuffle?: Draws;
}

/** How a tool takes the kernel distance. */
export interface KernelConvention {
  readonly subsets: number;
  readonly size: number;
  /** Whether subsets are as small as the smaller set where that has fewer than `size` rows, which is an error elsewhere. */
  readonly shrinks: boolean;
  readonly degree: number;
  /** undefined: 1/d */
  readonly gamma?: number;
  readonly constant: number;
  /** Without replacement, from the one set and then from the other, subset by subset. */
  readonly draws: Draws & { readonly first: 'real' | 'fake' };
  readonly values: readonly ('mean' | 'std')[];
}

export interface NeighbourConvention extends Required<Pick<PrecisionRecallOptions, 'k' | 'ties'>> {
  readonly values: readonly ('precision' | 'recall' | 'density' | 'coverage' | 'f_score')[];
}

export interface DistanceConvention {
  /** Of covariances. */
  readonly ddof: 1;
}

export interface PsnrConvention {
  /** 'images': the mean of the images' ratios. 'mean error': the ratio of their mean error (`ofMeanError`), which is lower. */
  readonly of: 'images' | 'mean error';
  /** Of the pixels' scale. */
  readonly range: number;
}

export interface ErrorConvention {
  /** 'images': the mean of the images' roots. 'mean error': the root of their mean error, which is higher. */
  readonly rmse: 'images' | 'mean error';
}

/** By what `--metrics` calls them. */
export interface MetricConventions {
  readonly is: ScoreConvention;
  readonly fd: DistanceConvention;
  readonly kid: KernelConvention;
  readonly prdc: NeighbourConvention;
  readonly ssim: Required<SsimOptions>;
  readonly psnr: PsnrConvention;
  readonly mse: ErrorConvention;
}

/** Where a tool does otherwise than alix by itself, metric by metric; a metric without an entry is one that the tool lacks or takes as alix does. */
export interface Conventions {
  /** With its version. */
  readonly tool: string;
  /** Undefined where the tool takes features and no images. */
  readonly resize?: ResizeName;
  readonly metrics: Readonly<Partial<MetricConventions>>;
  /** Where alix still does otherwise, and what that comes to. */
  readonly differs: readonly string[];
}
