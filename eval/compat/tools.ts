/** The conventions of tools, read in the code of the versions named; test/oracles/compat_tools.py runs them. */
import type { Conventions, KernelConvention, ScoreConvention } from './conventions.js';

/** What `--compat` takes. */
export const compatTools = ['torch-fidelity', 'torchmetrics', 'clean-fid', 'prdc', 'improved-gan'] as const;
/** One of `compatTools`. */
export type CompatTool = (typeof compatTools)[number];

const salimans: ScoreConvention = { splits: 10, cut: 'even', ddof: 0 };

const binkowski: KernelConvention = {
  subsets: 100,
  size: 1000,
  shrinks: false,
  degree: 3,
  constant: 1,
  draws: { stream: 'alix', first: 'real' },
  values: ['mean', 'std'],
};

const FLOAT64_KID =
  "kid: float64; the tool's kernels stay in the features' float32, which moves small distances by 1e-3 of themselves";
const EXACT_FD = 'fd: exact for singular covariances too, where the tool is up to 1e-5 off';
const ROW_ORDER =
  'seeds give the same rows only where images come in the order in which the tool had them, and all features are kept';

/** The papers' own code, which alix follows where no tool is named. */
export const papers: Conventions = {
  tool: "the papers' own code",
  resize: 'bicubic',
  metrics: {
    is: salimans,
    fd: { ddof: 1 },
    kid: binkowski,
    prdc: { k: 5, ties: 'out', values: ['precision', 'recall', 'density', 'coverage'] },
    ssim: { edges: 'inside', range: 1 },
    psnr: { of: 'images', range: 1 },
    mse: { rmse: 'images' },
  },
  differs: [],
};

export const tools: Readonly<Record<CompatTool, Conventions>> = {
  'torch-fidelity': {
    tool: 'torch-fidelity 0.4.0',
    resize: 'bilinear-tf1',
    metrics: {
      is: { ...salimans, shuffle: { stream: 'numpy', seed: 2020 } },
      fd: { ddof: 1 },
      kid: { ...binkowski, draws: { stream: 'numpy', seed: 2020, first: 'fake' } },
      prdc: { k: 3, ties: 'in', values: ['precision', 'recall', 'f_score'] },
    },
    differs: [FLOAT64_KID, EXACT_FD, ROW_ORDER, 'prdc: distances on an edge are compared exactly, not as rounded'],
  },
  torchmetrics: {
    tool: 'torchmetrics 1.9.0',
    resize: 'bilinear-antialiased',
    metrics: {
      is: { splits: 10, cut: 'chunk', ddof: 1, shuffle: { stream: 'torch' } },
      fd: { ddof: 1 },
      kid: { ...binkowski, draws: { stream: 'torch', first: 'real' } },
      ssim: { edges: 'reflected', range: 1 },
      psnr: { of: 'mean error', range: 1 },
      mse: { rmse: 'mean error' },
    },
    differs: [
      'is: float64; the tool stays in the float32 of the features, about 1e-6 of the value away',
      FLOAT64_KID,
      EXACT_FD,
      ROW_ORDER,
      'generated images are rounded to uint8; the tool cuts off fractions with normalize=True',
      'ssim: range 1; the tool takes the range of the batch where data_range is not given',
    ],
  },
  'clean-fid': {
    tool: 'clean-fid 0.1.35',
    resize: 'bicubic-clipped',
    metrics: {
      fd: { ddof: 1 },
      kid: { ...binkowski, shrinks: true, draws: { stream: 'numpy', first: 'fake' }, values: ['mean'] },
    },
    differs: [FLOAT64_KID, EXACT_FD, ROW_ORDER],
  },
  prdc: {
    tool: 'prdc 0.2',
    metrics: { prdc: papers.metrics.prdc! },
    differs: [
      "prdc: k is the one of the tool's own example, as it has no default; distances on an edge are compared exactly, not as rounded",
    ],
  },
  'improved-gan': {
    tool: 'improved-gan (the code of Salimans et al. 2016)',
    resize: 'bilinear-tf1',
    metrics: { is: salimans },
    differs: [
      'is: float64, and 0 log 0 is 0; the tool gives NaN where a float32 probability underflows',
      'is: of the logits that the extractor gives; the tool leaves out the biases of the last layer of its network, and has 1008 classes',
    ],
  },
};
