/** report.html of quickstart: what came out, to look at, and what it means. */
import {
  commands,
  curve,
  type Fact,
  facts,
  figure,
  type Html,
  html,
  images,
  notice,
  page,
  pairs,
  section,
  series,
  table,
} from '@alix/eval';
import type { Measured } from './measure.js';
import type { QuickstartRecord } from './record.js';

/** How many pairs are shown as they come, and how many of the best, the middle and the worst. */
const UNCHOSEN = 16;
const CHOSEN = 16;

export interface ReportOptions {
  /** The folder as the user named it. */
  readonly folder: string;
  /** The model as an argument of the commands to run next. */
  readonly model: string;
  /** How the user runs alix. */
  readonly alix: string;
  /** The losses to draw: the players of the objective. */
  readonly players: readonly string[];
}

/** The whole page as text. */
export function quickstartReport(record: QuickstartRecord, measured: Measured, options: ReportOptions): string {
  const { skipped, training } = record;
  return page({
    title: 'alix quickstart',
    lead: lead(record),
    content: [
      ...(skipped
        ? [
            notice(
              html`<strong>Skipped: ${skipped.what}</strong>, so this page shows the shipped model and has no curves. Why, and how to get it: ${skipped.why}.`,
            ),
          ]
        : []),
      section('How close reconstructions come', ...errors(record)),
      section('Originals and reconstructions', ...reconstructions(measured)),
      section('Samples from the prior', samples(record, measured)),
      ...(training ? [section('How training went', ...curves(record, options.players))] : []),
      section('What was run', whatWasRun(record)),
      section('What to run next', commands(next(record, options))),
    ],
    footer: `Made by alix ${record.alixVersion} on ${record.created.slice(0, 16).replace('T', ' ')} UTC. This file loads nothing; its numbers are inside it as JSON.`,
    data: record,
  });
}

function lead({ model, training, machine }: QuickstartRecord): string {
  const { system, dataset, latent } = model;
  const made = training
    ? `A ${system.toUpperCase()} model was trained on the data set ${dataset} for ${training.seconds.toFixed(0)} seconds on ${cores(machine.cores)} and exported to ONNX.`
    : `This is the shipped model ${model.name}, a ${system.toUpperCase()} trained on the data set ${dataset}.`;
  return `${made} Its encoder turns each image into a code of ${latent.size} numbers, its decoder turns codes into images. The images below were made by ONNX Runtime, without TensorFlow.`;
}

function errors({ reconstruction, meanImage, ratio }: QuickstartRecord): Html[] {
  const row = (name: string, { mse, rmse }: QuickstartRecord['reconstruction']) => [
    name,
    fixed(mse.mean),
    fixed(mse.std),
    fixed(rmse.mean),
  ];
  return [
    html`<p class="headline">The mean squared error of reconstructions over ${reconstruction.n} held-out images is <strong>${fixed(reconstruction.mse.mean)}</strong>, which is <strong>${ratio.toFixed(2)} times</strong> the mean image’s ${fixed(meanImage.mse.mean)}${ratio < 1 ? '' : ': this model does not reconstruct yet, and needs longer training'}.</p>
<p>The mean image, the average of the training images, is the best answer that never looks at its input. An encoder that works stays well below it.</p>`,
    table(
      ['', 'MSE', '± over images', 'RMSE'],
      [row('Reconstructions', reconstruction), row('Mean image', meanImage)],
      `Pixels in [0,1]; codes are the encoder's means; ${reconstruction.n} held-out images; ± is the standard deviation (ddof 0).`,
    ),
  ];
}

function reconstructions({ bundle, order, originals, reconstructions: others, errors: mse }: Measured): Html[] {
  const show = (indices: readonly number[]) =>
    pairs(
      indices.map((i) => ({
        original: originals[i]!,
        reconstruction: others[i]!,
        name: `held-out image ${i}`,
        caption: mse[i]!.toFixed(3),
      })),
      bundle.image,
    );
  const middle = Math.max(0, Math.floor((order.length - CHOSEN) / 2));
  const groups = [
    ['Best', order.slice(0, CHOSEN)],
    ['Median', order.slice(middle, middle + CHOSEN)],
    ['Worst', order.slice(-CHOSEN).reverse()],
  ] as const;
  return [
    figure({
      heading: 'As they come',
      content: show(Array.from({ length: Math.min(UNCHOSEN, order.length) }, (_, i) => i)),
      caption: 'The first held-out images, none chosen. Above the original, below its reconstruction, then its MSE.',
    }),
    ...groups.map(([heading, indices]) => figure({ heading, content: show(indices) })),
  ];
}

function samples({ model, seed }: QuickstartRecord, measured: Measured): Html {
  const tiles = measured.samples.map((pixels, i) => ({ pixels, alt: `sample ${i}` }));
  const prior = model.latent.prior === 'normal' ? 'standard normal' : 'uniform';
  return figure({
    content: images(tiles, measured.bundle.image),
    caption: `${tiles.length} codes drawn from the ${prior} prior with seed ${seed} and decoded; none chosen.`,
  });
}

function curves({ training, meanImage }: QuickstartRecord, players: readonly string[]): Html[] {
  const rows = training?.metrics ?? [];
  const losses = curve({
    title: 'Losses of the players over steps',
    xLabel: 'step',
    yLabel: 'loss',
    series: series(rows, 'step', players),
    from: { x: 0 },
  });
  const error = curve({
    title: 'Held-out reconstruction error over steps, beside that of the mean image',
    xLabel: 'step',
    yLabel: 'MSE',
    series: series(rows, 'epoch', ['reconstruction_mse'], { reconstruction_mse: 'reconstructions' }),
    references: [{ name: 'mean image', y: meanImage.mse.mean }],
    from: { x: 0, y: 0 },
  });
  return [
    html`<div class="columns">${[
      figure({
        heading: 'Losses of the players',
        content: losses,
        caption:
          'Each point is a mean over up to 20 steps. The players work against each other, so neither loss need fall.',
      }),
      figure({
        heading: 'Held-out reconstruction error',
        content: error,
        caption: 'Measured at the end of each epoch, with the running statistics of batch norm. Lower is better.',
      }),
    ]}</div>`,
  ];
}

function whatWasRun(record: QuickstartRecord): Html {
  const { machine, model, training } = record;
  const parameters = Object.values(model.parameters).reduce((sum, n) => sum + n, 0);
  const steps = `${training?.steps ?? model.training.steps} of ${model.training.batch} images`;
  const list: (Fact | undefined)[] = [
    { name: 'Recipe', value: `${model.training.recipe}, seed ${model.training.seed}` },
    { name: 'Steps', value: `${steps} (${(training?.epochs ?? model.training.epochs).toFixed(1)} epochs)` },
    training && {
      name: 'Training',
      value: `${training.seconds.toFixed(0)} s at ${training.imagesPerSecond.toFixed(0)} images/s`,
    },
    training && { name: 'TensorFlow', value: training.tensorflow },
    training && {
      name: 'ONNX against TensorFlow, largest difference',
      value: `codes ${(training.parity.codes ?? 0).toExponential(1)}, images ${(training.parity.images ?? 0).toExponential(1)}`,
    },
    { name: 'Parameters', value: parameters.toLocaleString('en') },
    { name: 'Reconstruction at run time', value: `${record.reconstructionsPerSecond.toFixed(0)} images/s on the CPU` },
    { name: 'Machine', value: `${cores(machine.cores)}, ${machine.processor}, ${machine.platform}` },
    { name: 'Node', value: machine.node },
    { name: 'In all', value: `${record.seconds.toFixed(0)} s` },
    { name: 'Model', value: `${model.name}, sha256 ${model.sha256.slice(0, 16)}` },
  ];
  return facts(list.filter((fact) => fact !== undefined));
}

function next({ skipped, recipe }: QuickstartRecord, { alix, model, folder }: ReportOptions) {
  const [at, images] = [shellWord(model), shellWord(`${folder}/held-out.npy`)];
  const list = [
    {
      what: 'The same reconstructions as one picture, and their error',
      command: `reconstruct ${at} ${images} -o grid.png`,
    },
    { what: 'Images to codes, for NumPy', command: `encode ${at} ${images} -o codes.npy` },
    { what: 'New images', command: `sample ${at} -n 64 --seed 2 -o samples.png` },
    skipped
      ? { what: 'What this machine lacks for training, and how to get it', command: 'doctor' }
      : { what: 'Train the recipe to its end', command: `train ${recipe} -o runs/${recipe}` },
    {
      what: 'Train on MNIST, from a folder with its four IDX files',
      command: 'train dali-mnist --data MNIST -o runs/mnist',
    },
  ];
  return list.map(({ what, command }) => ({ what, command: `${alix} ${command}` }));
}

const cores = (n: number) => (n === 1 ? '1 core' : `${n} cores`);
const fixed = (value: number) => value.toFixed(4);
/** A path as one word of a command line. */
const shellWord = (path: string) => (/^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`);
