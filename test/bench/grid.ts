/** Modes and high-quality samples of runs on the 25-Gaussian grid, beside the papers' numbers. A table of results, not a timing. */
import { parseArgs } from 'node:util';
import { modeCoverage } from '@alix/eval';
import { createRandom } from '@alix/infer/io/random';
import { gridMeans } from '@alix/train/datasets/gaussian-grid';
import { type Bench, whole } from './bench.js';

/** The papers' protocol: 2,500 samples, batch norm in evaluation mode, within 3 sigma of a mean. */
const SAMPLES = 2500;
const SIGMA = 0.05;

/** AIM Table 2 (DALI Table 2): modes of 25, and the share of high quality in per cent. */
const printed: Readonly<Record<string, string>> = {
  gan: '3.3, 0.5',
  ali: '15.84, 1.6',
  'unrolled-gan': '23.6, 16.0',
  'vae-gan': '21.4, 34.1',
  veegan: '24.6, 40.0',
  'sn-gan': '25, 67.8',
  dali: '25, 81.1',
  'dali-f': '25, 66.4',
};

export const grid: Bench = {
  name: 'grid',
  usage: 'RUN... [--samples 2500] [--seed 1]',
  summary:
    'modes and high-quality samples of trained runs on gaussian-grid, as a table; train them with `alix train KEY`',
  async run(args, print) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { samples: { type: 'string', default: `${SAMPLES}` }, seed: { type: 'string', default: '1' } },
    });
    if (positionals.length === 0) throw new Error('name one or more run folders');
    const n = whole('samples', values.samples);
    print('| run | objective | architecture | seed | steps | modes | high quality | printed (modes, %) |');
    print('|---|---|---|---|---|---|---|---|');
    for (const folder of positionals) {
      const { config, step, samples } = await draw(folder, n, Number(values.seed));
      const { modes, highQuality } = modeCoverage(samples, gridMeans, SIGMA);
      const { objective, architecture, seed } = config;
      const share = `${(100 * highQuality).toFixed(1)} %`;
      const known = printed[objective.name] ?? '-';
      print(
        `| ${folder.split('/').at(-1)} | ${objective.name} ${objective.preset} | ${architecture.name} | ${seed} | ${step} | ${modes} | ${share} | ${known} |`,
      );
    }
  },
};

async function draw(folder: string, n: number, seed: number) {
  const [{ readRun }, { newestCheckpoint }, { loadTensorflow }] = await Promise.all([
    import('@alix/train/run-folder'),
    import('@alix/train/checkpoints'),
    import('@alix/train/tensorflow/load'),
  ]);
  const { config } = await readRun(folder);
  const { state, weights } = await newestCheckpoint(folder);
  const tf = await loadTensorflow({ threads: 1 });
  const { System } = await import('@alix/train/system');
  const system = new System(config, weights);
  const { size, prior } = system.design.architecture.latent;
  const random = createRandom(seed).split('grid samples');
  const z = prior === 'normal' ? random.normal(n * size) : random.uniform(n * size).map((u) => 2 * u - 1);
  const samples: Float32Array[] = [];
  tf.tidy(() => {
    samples.push(Float32Array.from(system.decode(tf.tensor(z, [n, size], 'float32')).dataSync()));
  });
  system.dispose();
  return { config, step: state.step, samples: samples[0] as Float32Array };
}
