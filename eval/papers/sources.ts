/** Where the numbers come from, and what their columns, data sets and methods are called in alix. */

export interface Paper {
  /** What the field calls it. */
  readonly name: string;
  readonly citation: string;
}

/** Every source of a number. */
export const papers = {
  'ali-2016': {
    name: 'ALI (2016)',
    citation: 'Dumoulin et al., Adversarially Learned Inference, arXiv:1606.00704v1, 2016',
  },
  'ali-2017': {
    name: 'ALI (2017)',
    citation: "Dumoulin et al., Adversarially Learned Inference, ICLR 2017; the LaTeX in the authors' repository",
  },
  'alice-code': {
    name: 'ALICE (code)',
    citation:
      "Li et al., ALICE: Towards Understanding Adversarial Learning for Joint Distribution Matching, NIPS 2017; README of the authors' repository",
  },
  'as-vae': { name: 'AS-VAE', citation: 'Pu et al., Adversarial Symmetric Variational Autoencoder, NIPS 2017' },
  aim: {
    name: 'AIM',
    citation: 'AIM: Adversarial Inference by Matching Priors and Conditionals, submission to ICLR 2019, anonymous',
  },
  dali: { name: 'DALI', citation: 'Li et al., Decomposed Adversarial Learned Inference, arXiv:2004.10267, 2020' },
  gali: { name: 'GALI', citation: 'Dandi et al., Generalized Adversarially Learned Inference, AAAI 2021' },
} as const satisfies Readonly<Record<string, Paper>>;

export type PaperId = keyof typeof papers;

/** What was measured, in the papers' units: errors and shares in percent. */
export type PrintedMetric =
  | 'recon_mse'
  | 'pixel_mse'
  | 'feature_mse'
  | 'inception_score'
  | 'fid'
  | 'error_rate_percent'
  | 'nll_nats'
  | 'modes_captured'
  | 'modes_any_sample_of_10000'
  | 'high_quality_percent'
  | 'recon_mse_reduction_percent'
  | 'seconds_per_image'
  | 'hours_per_epoch';

/** `spread`: what follows the ±, which is not the same thing in each of them (differs.ts); absent where they print none. */
export type PrintedRow = readonly [
  dataset: string,
  method: string,
  metric: PrintedMetric,
  value: number,
  spread?: number,
];

export interface PrintedTable {
  readonly paper: PaperId;
  readonly table: string;
  readonly rows: readonly PrintedRow[];
}

export interface MetricMeaning {
  readonly title: string;
  /** Of the papers' number; empty where it has none. */
  readonly unit: string;
  /** What ours, as eval gives it, is multiplied by to have that unit. */
  readonly scale: number;
}

/** The metrics of eval that a paper has numbers of. */
export const paperMetrics = {
  mse: { title: 'MSE of reconstructions', unit: '', scale: 1 },
  feature_mse: { title: 'feature MSE of reconstructions', unit: '', scale: 1 },
  inception_score: { title: 'Inception Score', unit: '', scale: 1 },
  fd: { title: 'Fréchet distance of samples', unit: '', scale: 1 },
  svm: { title: 'error with few labels', unit: '%', scale: 100 },
  nll: { title: 'negative log-likelihood', unit: 'nats', scale: 1 },
  modes: { title: 'modes captured of 25', unit: '', scale: 1 },
  high_quality: { title: 'samples of high quality', unit: '%', scale: 100 },
  inpainting: { title: 'MSE of filled holes', unit: '', scale: 1 },
  inpainting_feature_mse: { title: 'feature MSE of images with filled holes', unit: '', scale: 1 },
} as const satisfies Readonly<Record<string, MetricMeaning>>;

/** The name of a metric that the papers report. */
export type PaperMetric = keyof typeof paperMetrics;

/** The metric of eval that a printed one is compared with; undefined: with none. */
export const metricOfPrinted: Readonly<Record<PrintedMetric, PaperMetric | undefined>> = {
  recon_mse: 'mse',
  pixel_mse: 'mse',
  feature_mse: 'feature_mse',
  inception_score: 'inception_score',
  fid: 'fd',
  error_rate_percent: 'svm',
  nll_nats: 'nll',
  modes_captured: 'modes',
  modes_any_sample_of_10000: 'modes',
  high_quality_percent: 'high_quality',
  // ratios of other rows, and times on other machines
  recon_mse_reduction_percent: undefined,
  seconds_per_image: undefined,
  hours_per_epoch: undefined,
};

/** Metrics of the inpainting table, which is printed under the names of reconstructions. */
export const metricOfHoles: Readonly<Partial<Record<PaperMetric, PaperMetric>>> = {
  mse: 'inpainting',
  feature_mse: 'inpainting_feature_mse',
};

/** A data set of the papers by its name in alix; undefined: alix has none of the kind. */
export const datasetOfPrinted: Readonly<Record<string, string | undefined>> = {
  MNIST: 'mnist',
  'CIFAR-10': 'cifar10',
  'CIFAR-10-1000': 'cifar10',
  'CIFAR-10-2000': 'cifar10',
  'CIFAR-10-4000': 'cifar10',
  'CIFAR-10-8000': 'cifar10',
  SVHN: 'svhn',
  'SVHN-1000': 'svhn',
  'CelebA-64': 'celeba',
  'CelebA-64-inpainting': 'celeba',
  '2D-grid-25': 'gaussian-grid',
  '5-GMM': undefined,
  ImageNet: undefined,
};

/** Names of data sets without case, spaces and marks, as folders and recipes have them. */
export const datasetAliases: Readonly<Record<string, string>> = {
  mnist: 'mnist',
  cifar10: 'cifar10',
  cifar10batchesbin: 'cifar10',
  svhn: 'svhn',
  celeba: 'celeba',
  celeba64: 'celeba',
  imgalignceleba: 'celeba',
  gaussiangrid: 'gaussian-grid',
};

/** A method of the papers by its name in alix (train/objectives); those that are not here are no system of alix. */
export const systemOfMethod: Readonly<Record<string, string>> = {
  ALI: 'ali',
  'ALI (L2-SVM)': 'ali',
  'ALI (Dumoulin et al. 2017)': 'ali',
  'ALI (baseline)': 'ali',
  ALICE: 'alice',
  'ALICE lambda=1': 'alice',
  'ALICE lambda=1e-6': 'alice',
  AIM: 'dali',
  DALI: 'dali',
  'AIM-minus': 'dali-l2',
  'DALI-l2': 'dali-l2',
  'DALI-f': 'dali-f',
  'AS-VAE': 'as-vae',
  'AS-VAE-r': 'as-vae-r',
  'GALI-4': 'gali-4',
  'GALI-8': 'gali-8',
  'GALI-PT': 'gali-pt',
  'GALI-PT (supervised)': 'gali-pt',
  'GALI-mix': 'gali-mix',
  GAN: 'gan',
  'Vanilla GAN': 'gan',
  'Unrolled GAN': 'unrolled-gan',
  VEEGAN: 'veegan',
  VAEGAN: 'vae-gan',
  'SN-GAN': 'sn-gan',
};

/** Other names of systems and families. */
export const systemAliases: Readonly<Record<string, readonly string[]>> = {
  aim: ['dali'],
  'aim-minus': ['dali-l2'],
  gali: ['gali-4', 'gali-8', 'gali-pt', 'gali-mix'],
};
