/**
 * What the papers measured, where a reader would take it for something else. Sentences are about their measurement, so that
 * they hold whatever ours was; each is of the paper's text or of the authors' code, and says so where only the code has it.
 */
import type { PaperId, PrintedMetric } from './sources.js';

interface Rule {
  /** All that are given must match; each is a list of which one must. */
  readonly paper?: readonly PaperId[];
  readonly dataset?: readonly string[];
  readonly method?: readonly string[];
  readonly metric?: readonly PrintedMetric[];
  readonly says: string;
}

const aimAndDali: readonly PaperId[] = ['aim', 'dali'];
const theirs = ['AIM', 'AIM-minus', 'DALI', 'DALI-l2', 'GAN'];
const ofLi = ['ALI', 'ALICE'];
const celeba = ['CelebA-64', 'CelebA-64-inpainting'];
const labelled = ['CIFAR-10-1000', 'CIFAR-10-2000', 'CIFAR-10-4000', 'CIFAR-10-8000'];
const withoutEncoder = [
  'KNN',
  'TSVM',
  'VAE (M1+M2)',
  'SWWAE without dropout',
  'SWWAE with dropout',
  'SDGM',
  'VAE',
  'NC',
];
const galiOwn = ['ALI (baseline)', 'ALICE', 'GALI-4', 'GALI-8', 'GALI-PT (supervised)'];

const rules: readonly Rule[] = [
  // MNIST and CIFAR-10, Table 1 of AIM and DALI
  {
    paper: aimAndDali,
    method: theirs,
    metric: ['recon_mse'],
    says: "The encoder's mean is decoded; the ± is the standard deviation over images with pixels in [0,1] (authors' code), no error of the mean.",
  },
  {
    paper: aimAndDali,
    dataset: ['MNIST', 'CIFAR-10'],
    method: ofLi,
    says: 'Quoted; the caption names Li et al. (2017), whose networks and code are others.',
  },
  {
    paper: [...aimAndDali, 'alice-code'],
    method: [...ofLi, 'ALICE lambda=1', 'ALICE lambda=1e-6'],
    metric: ['recon_mse'],
    says: 'The range of the pixels is not known: Li et al. train on [-1,1], where an MSE is four times that on [0,1], and their code does not measure it.',
  },
  {
    paper: aimAndDali,
    dataset: ['CIFAR-10'],
    method: theirs,
    says: "Images are enlarged from 32x32 to 64x64 (authors' code).",
  },
  {
    dataset: ['MNIST'],
    metric: ['inception_score'],
    says: 'By the MNIST classifier of Li et al. (2017): scores by another classifier are not comparable. The ± is over 10 splits.',
  },
  {
    paper: aimAndDali,
    dataset: ['MNIST'],
    method: theirs,
    metric: ['inception_score'],
    says: "50,000 samples; saved with pixels in [0,1], where the classifier takes [-0.5,0.5], and no shift is to be seen (authors' code).",
  },
  {
    paper: aimAndDali,
    dataset: ['CIFAR-10'],
    method: theirs,
    metric: ['inception_score'],
    says: "50,000 samples, ImageNet's Inception network, 10 splits; each sample's contrast is stretched to the full range before (authors' code).",
  },
  {
    paper: ['alice-code'],
    dataset: ['CIFAR-10'],
    metric: ['inception_score'],
    says: 'How it was measured is not said.',
  },
  { paper: ['alice-code'], method: ['real test set'], says: 'Real images: what no model is expected to pass.' },
  {
    metric: ['fid'],
    says: 'In features of the published Inception network: a distance in those of another network is not comparable.',
  },
  { metric: ['fid'], says: "The paper's main text does not say how many images were compared with which." },
  // the mixture
  {
    metric: ['modes_captured', 'high_quality_percent'],
    says: 'High quality is within 3 standard deviations of the nearest mean, 98.89 % for a perfect sampler; a mode counts where one such sample is nearest to it. The paper does not say of how many samples.',
  },
  {
    paper: aimAndDali,
    dataset: ['2D-grid-25'],
    method: ['Vanilla GAN', 'GAN', 'ALI', 'Unrolled GAN', 'VEEGAN'],
    says: 'Quoted from Srivastava et al. (2017), an average over five runs; their networks seem to be others than those of the row of the method itself.',
  },
  { paper: ['dali'], method: ['VAEGAN', 'SN-GAN'], says: 'The settings of this baseline are not said.' },
  {
    metric: ['modes_any_sample_of_10000'],
    says: 'A mode counts where any of 10,000 samples belongs to it, however far away; the ± is over 10 runs with learning rates, beta1 and initial weights at random.',
  },
  // errors with few labels
  {
    method: ['ALI (L2-SVM)'],
    says: "The L2-SVM reads the encoder's last three layers and output: 8,960 numbers by the paper, 5,376 in the authors' code. Mean and standard deviation over 100 draws of 1,000 labels, at random by the paper, 100 of each class in the code. The model is trained on SVHN's extra images.",
  },
  {
    method: ['DCGAN+L2-SVM'],
    says: "Quoted from Radford et al. (2015): features of a GAN's critic, not of an encoder.",
  },
  {
    paper: ['ali-2016', 'gali'],
    method: withoutEncoder,
    metric: ['error_rate_percent'],
    says: "Quoted from earlier work: another kind of method, no SVM on an encoder's features.",
  },
  {
    paper: ['ali-2017'],
    metric: ['error_rate_percent'],
    says: 'No SVM: the labels train the critic, which is itself the classifier.',
  },
  { paper: ['ali-2017'], method: ['GAN (feature matching)'], says: 'Quoted from Salimans et al. (2016).' },
  { paper: ['ali-2017'], dataset: labelled, method: ['ALI'], says: 'The ± is three standard deviations.' },
  ...labelled.map((name) => ({
    dataset: [name],
    says: `${Number(name.slice('CIFAR-10-'.length)).toLocaleString('en')} labels.`,
  })),
  { method: ['ALI (Dumoulin et al. 2017)'], says: 'Quoted; the ALI paper itself has 19.14 ± 0.50.' },
  {
    paper: ['gali'],
    dataset: ['SVHN-1000'],
    method: galiOwn,
    says: "A linear SVM on the encoder's last three layers and output, the mean over 100 draws of 1,000 labels.",
  },
  // GALI's reconstructions
  {
    paper: ['gali'],
    dataset: ['SVHN', 'SVHN-1000'],
    method: ['ALI', ...galiOwn, 'GALI-PT'],
    says: "The systems of this table had unequal numbers of updates (authors' code).",
  },
  {
    paper: ['gali'],
    dataset: ['SVHN', 'SVHN-1000'],
    method: ['GALI-PT', 'GALI-PT (supervised)'],
    says: 'It learns from a network that was trained on the labels of SVHN: not unsupervised.',
  },
  {
    paper: ['gali'],
    dataset: celeba,
    method: ['GALI-PT'],
    says: 'It learns from the Inception network, which was trained on the labels of ImageNet and which FID uses.',
  },
  {
    paper: ['gali'],
    dataset: ['SVHN', 'CelebA-64'],
    metric: ['pixel_mse'],
    says: "Pixels in [0,1] (authors' code).",
  },
  {
    paper: ['gali'],
    dataset: ['SVHN', 'CelebA-64'],
    metric: ['pixel_mse', 'feature_mse'],
    says: "The ± is the standard deviation over batches of 100 images, which is smaller than that over images (authors' code).",
  },
  {
    dataset: ['SVHN'],
    metric: ['feature_mse'],
    says: 'In 3,072 features of a network that reads house numbers: errors in the features of another network are not comparable.',
  },
  {
    dataset: celeba,
    metric: ['feature_mse'],
    says: "In 256 features of a network trained on CelebA's attributes: errors in the features of another network are not comparable.",
  },
  { dataset: celeba, says: "Images are scaled and cropped to 64x64, and the authors' code makes no test split." },
  {
    dataset: ['CelebA-64-inpainting'],
    metric: ['pixel_mse'],
    says: 'Over the filled region alone.',
  },
  {
    dataset: ['CelebA-64-inpainting'],
    says: "The authors' code draws boxes with sides of 8 to 54 pixels and fills them with another value than in training; it makes the pictures, not the errors, so that the range of the pixels and what the ± is over are not known.",
  },
  // AS-VAE
  {
    paper: ['as-vae'],
    metric: ['nll_nats'],
    says: "Of the paper's text: alix has no copy of its table.",
  },
  {
    paper: ['as-vae'],
    method: ['AS-VAE', 'AS-VAE-r'],
    metric: ['nll_nats'],
    says: 'The negative ELBO, an upper bound; grey values are the probabilities of binary pixels.',
  },
  {
    paper: ['as-vae'],
    method: ['Normalizing flow', 'state of the art (unnamed)'],
    metric: ['nll_nats'],
    says: 'Mentioned for comparison; whether its pixels were grey or binary is not said.',
  },
];

export interface PrintedPlace {
  readonly paper: PaperId;
  readonly dataset: string;
  readonly method: string;
  readonly metric: PrintedMetric;
}

const keys = ['paper', 'dataset', 'method', 'metric'] as const;

/** What a reader must know of how a number was measured, sentence by sentence; empty where nothing is known. */
export function whatDiffers(place: PrintedPlace): readonly string[] {
  const fits = (rule: Rule) =>
    keys.every((key) => (rule[key] as readonly string[] | undefined)?.includes(place[key]) ?? true);
  return rules.filter(fits).map(({ says }) => says);
}
