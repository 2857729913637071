/** A classifier trained by the real trainer, and its network M taken over by GALI-PT. */
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  architectures,
  newestCheckpoint,
  openTrained,
  type PartialConfig,
  readMetrics,
  resolveConfig,
  runTraining,
} from '@alix/train';
import { type Architecture, architecture } from '@alix/train/architectures/architecture';
import { beginnings } from '@alix/train/beginnings';
import { imageDataset } from '@alix/train/datasets/dataset';
import { drawStrokes } from '@alix/train/datasets/strokes';
import { chain, flatten, fullyConnected, type NetworkSpec, type Row, rescale, reshape } from '@alix/train/spec';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithTensorflow, tf } from '../tensorflow.js';

const image = [28, 28, 1];
const NAME = 'test-pretrained';

/** Networks of a classifier and of GALI-PT: M is the same in both unless an option says otherwise. */
const networks = architecture({
  name: NAME,
  title: 'test',
  source: 'test',
  options: { features: 6, slope: 0.2, dropout: 0, classes: 10, low: 0, deep: 0, rescaled: 0 },
  build({ features, slope, dropout, classes, low, deep, rescaled }) {
    const joint: NetworkSpec = {
      inputs: { x: image, z: [2], features: [features] },
      blocks: [
        { name: 'dx', from: ['x'], rows: [flatten()] },
        { name: 'logit', from: ['dx', 'z', 'features'], rows: [fullyConnected(5, 'relu'), fullyConnected(4)] },
      ],
      outputs: ['logit'],
    };
    const m: Row[] = [
      // from [low,1] to [-1,1]
      ...(rescaled ? [rescale(2 / (1 - low), (-1 - low) / (1 - low))] : []),
      fullyConnected(features, `bn lrelu(${slope})${dropout ? ` dropout(${dropout})` : ''}`),
      ...(deep ? [fullyConnected(features)] : []),
    ];
    return {
      data: { kind: 'image', shape: image, range: [low, 1] },
      latent: { size: 2, prior: 'normal' },
      networks: {
        M: chain('x', image, 'features', m),
        C: chain('features', [features], 'logit', [fullyConnected(classes)]),
        E: chain('x', image, 'mean', [fullyConnected(2)]),
        G: chain('z', [2], 'x', [fullyConnected(784, 'sigmoid'), reshape(28, 28, 1)]),
        D: joint,
        F: chain('x', image, 'features', [fullyConnected(features)]),
      },
    };
  },
});

let folder = '';
const at = (name: string) => join(folder, name);
const table = architectures as Record<string, Architecture>;

const config = (objective: string, ...layers: PartialConfig[]) =>
  resolveConfig(
    [
      {
        objective: { name: objective },
        architecture: { name: NAME },
        data: { options: { train: 60, test: 30 } },
        batch: 10,
        evaluationRows: 30,
        length: { steps: 6 },
        optimiser: { learningRate: 0.01 },
      } satisfies PartialConfig,
      ...layers,
    ].map((layer) => ({ from: 'test', config: layer })),
  );
const options = (values: Record<string, number>): PartialConfig => ({ architecture: { options: values } });
const withM = (run: string): PartialConfig => ({ pretrained: { M: at(run) } });

const data = (() => {
  const shape: [number, number, number] = [28, 28, 1];
  return imageDataset({ name: 'strokes', shape, classes: 10, ...drawStrokes(1, 'train', 20) });
})();

describeWithTensorflow('networks trained beforehand', () => {
  beforeAll(async () => {
    table[NAME] = networks;
    folder = await mkdtemp(join(tmpdir(), 'alix-pretrained-'));
    await runTraining({ config: config('classifier', { length: { steps: 12 } }), folder: at('classifier') });
  });
  afterAll(async () => {
    delete table[NAME];
    await rm(folder, { recursive: true, force: true });
  });

  it('a classifier without encoder and decoder trains: no pictures, and held-out accuracy at each epoch', async () => {
    expect((await readdir(at('classifier'))).sort()).toEqual([
      'checkpoint-12',
      'checkpoint-6',
      'events.out.tfevents.alix',
      'metrics.jsonl',
      'run.json',
    ]);
    const lines = await readMetrics(join(at('classifier'), 'metrics.jsonl'));
    const epochs = lines.filter(({ kind }) => kind === 'epoch');
    expect(epochs).toHaveLength(2);
    for (const line of epochs) {
      expect(line).not.toHaveProperty('reconstruction_mse');
      const right = Number(line.held_out_accuracy) * 30;
      expect(right).toBeCloseTo(Math.round(right), 4);
    }
    expect(lines.find(({ kind }) => kind === 'step')).toHaveProperty('accuracy');
  });

  it('the held-out accuracy is that of the saved weights, by hand', async () => {
    const run = await openTrained(at('classifier'));
    try {
      const heldOut = await run.heldOut();
      const of = (name: string) => run.weights.get(name)?.data as Float32Array;
      const x = await heldOut.batch(Uint32Array.from({ length: 30 }, (_, i) => i));
      let right = 0;
      for (let row = 0; row < 30; row++) {
        const hidden = Array.from({ length: 6 }, (_, f) => {
          let sum = of('M.features.0.fully-connected.bias')?.[f] ?? 0;
          for (let i = 0; i < 784; i++)
            sum += x[row * 784 + i]! * of('M.features.0.fully-connected.weight')[i * 6 + f]!;
          const [mean, variance] = ['running_mean', 'running_variance'].map(
            (p) => of(`M.features.1.batch-norm.${p}`)[f]!,
          );
          const [scale, shift] = ['scale', 'shift'].map((p) => of(`M.features.1.batch-norm.${p}`)[f]!);
          const y = ((sum - mean!) / Math.sqrt(variance! + 1e-5)) * scale! + shift!;
          return y > 0 ? y : 0.2 * y;
        });
        const logits = Array.from({ length: 10 }, (_, k) =>
          hidden.reduce(
            (sum, h, f) => sum + h * of('C.logit.0.fully-connected.weight')[f * 10 + k]!,
            of('C.logit.0.fully-connected.bias')[k]!,
          ),
        );
        if (logits.indexOf(Math.max(...logits)) === heldOut.labels?.[row]) right++;
      }
      const last = (await readMetrics(join(at('classifier'), 'metrics.jsonl'))).at(-1);
      expect(last?.held_out_accuracy).toBeCloseTo(right / 30, 6);
      expect(await run.measure(heldOut, 30)).not.toHaveProperty('reconstruction_mse');
    } finally {
      run.dispose();
    }
  });

  it("M's weights and running statistics arrive, and nothing else of the run", async () => {
    const { pretrained } = await beginnings(config('gali-pt', withM('classifier')), data);
    const { weights } = await newestCheckpoint(at('classifier'));
    const names = [...weights.keys()].filter((name) => name.startsWith('M.'));
    expect(names).toContain('M.features.1.batch-norm.running_variance');
    expect([...pretrained.keys()].sort()).toEqual(names.sort());
    for (const name of names) expect(pretrained.get(name)?.data).toEqual(weights.get(name)?.data);
  });

  it('GALI-PT trains with M as it was: no number of it changes, and every other network moves; resuming needs no folder', async () => {
    const moved = at('moved-away');
    const run = at('gali-pt');
    const begin = (length: PartialConfig['length']) =>
      config('gali-pt', { pretrained: { M: moved }, length: length ?? {} });
    await cp(at('classifier'), moved, { recursive: true });
    const { constantsKept } = await import('@alix/train/tensorflow/ops/kernel');
    const alive = () => tf.memory().numTensors - constantsKept();
    const before = alive();
    await runTraining({ config: begin({ steps: 3 }), folder: run });
    expect(alive()).toBe(before);
    const m = (await newestCheckpoint(at('classifier'))).weights;
    const early = (await newestCheckpoint(run)).weights;
    await rename(moved, at('elsewhere'));
    const result = await runTraining({ config: begin({ steps: 6 }), folder: run, resume: true });
    expect(result.step).toBe(6);
    const late = (await newestCheckpoint(run)).weights;
    for (const [name, { data: numbers }] of late) {
      const same = Buffer.from(numbers.buffer).equals(Buffer.from(early.get(name)!.data.buffer));
      expect(same, name).toBe(name.startsWith('M.'));
      if (name.startsWith('M.')) expect(numbers, name).toEqual(m.get(name)?.data);
    }
    // a run that is begun again needs it
    await rm(at('begun-again'), { recursive: true, force: true });
    await expect(runTraining({ config: begin({ steps: 1 }), folder: at('begun-again') })).rejects.toThrow(/moved-away/);
    expect(existsSync(at('begun-again'))).toBe(false);
  });

  it.each([
    ['nothing named', () => ({}), /pretrained\.M: GALI-PT needs a network M.*--set pretrained\.M=RUN/],
    ['a folder that is no run', () => withM('.'), /pretrained\.M=[^:]*: no run here.*train it first$/],
    ['a folder that is not there', () => withM('nowhere'), /pretrained\.M=.*nowhere.*no run here/],
    [
      'other shapes',
      () => ({ ...withM('classifier'), ...options({ features: 7 }) }),
      /classifier: M\.features\.0\.fully-connected\.weight: .*expected 784x7, found 784x6/,
    ],
    [
      'another activation',
      () => ({ ...withM('classifier'), ...options({ slope: 0.1 }) }),
      /M\.features\.2\.leaky-relu: .*expected leaky-relu \{"slope":0\.1\}, found leaky-relu \{"slope":0\.2\}/,
    ],
    [
      'data on another scale',
      () => ({ ...withM('classifier'), ...options({ low: -1 }) }),
      /classifier: M, x: .*expected data in \[-1,1\], found data in \[0,1\]/,
    ],
  ] as [string, () => PartialConfig, RegExp][])('%s is an error in words', async (_what, layer, message) => {
    const attempt = beginnings(config('gali-pt', layer()), data);
    await expect(attempt).rejects.toThrow(message);
    await expect(attempt).rejects.toMatchObject({ code: 'bad-pretrained' });
  });

  it('a run without such a network, and a network that gives something else', async () => {
    await runTraining({
      config: config('gali-pt', withM('classifier'), { length: { steps: 1 } }),
      folder: at('has-m'),
    });
    // M of a GALI-PT run is as good as the classifier's
    await expect(beginnings(config('gali-pt', withM('has-m')), data)).resolves.toBeDefined();
    table[`${NAME}-gan`] = { ...networks, name: `${NAME}-gan`, build: withoutM };
    try {
      const gan = config('gan', { architecture: { name: `${NAME}-gan` }, length: { steps: 1 } });
      await runTraining({ config: gan, folder: at('gan') });
      await expect(beginnings(config('gali-pt', withM('gan')), data)).rejects.toThrow(
        /M\.features\.0\.fully-connected\.weight.*expected 784x6, found nothing of this name/,
      );
    } finally {
      delete table[`${NAME}-gan`];
    }
    const other = (values: Parameters<Architecture['build']>[0]) => {
      const spec = networks.build(values);
      return { ...spec, networks: { ...spec.networks, M: chain('x', image, 'logit', [fullyConnected(6)]) } };
    };
    table[`${NAME}-other`] = { ...networks, name: `${NAME}-other`, build: other };
    try {
      const wrong = config('gali-pt', { architecture: { name: `${NAME}-other` } }, withM('classifier'));
      await expect(beginnings(wrong, data)).rejects.toThrow(/network M.*expected x -> features, found x -> logit/);
    } finally {
      delete table[`${NAME}-other`];
    }
  });

  it('dropout makes no other network of it, for M runs in evaluation mode', async () => {
    const layer = { ...withM('classifier'), ...options({ dropout: 0.5 }) };
    await expect(beginnings(config('gali-pt', layer), data)).resolves.toBeDefined();
  });

  it("M may end before the run's network does, not after it", async () => {
    const deep = options({ deep: 1 });
    await runTraining({ config: config('classifier', deep, { length: { steps: 1 } }), folder: at('deep') });
    const { pretrained } = await beginnings(config('gali-pt', withM('deep')), data);
    expect([...pretrained.keys()].some((name) => name.startsWith('M.features.3'))).toBe(false);
    await expect(beginnings(config('gali-pt', withM('classifier'), deep), data)).rejects.toThrow(
      /M\.features\.3\.fully-connected\.weight: .*nothing of this name/,
    );
  });

  it('data on another scale are right where M itself rescales them', async () => {
    const rescaled = options({ rescaled: 1 });
    await runTraining({ config: config('classifier', rescaled, { length: { steps: 1 } }), folder: at('rescaled') });
    const other = config('gali-pt', withM('rescaled'), options({ rescaled: 1, low: -1 }));
    await expect(beginnings(other, data)).resolves.toBeDefined();
  });

  it('a name that the objective does not take is refused', async () => {
    await expect(beginnings(config('classifier', withM('classifier')), data)).rejects.toThrow(
      /"pretrained\.M" is no network that classifier takes as trained \(expected none\)/,
    );
  });

  it('a classifier of another number of classes than the data have stops at its first step, in words', async () => {
    const wrong = config('classifier', options({ classes: 7 }));
    await expect(runTraining({ config: wrong, folder: at('classes') })).rejects.toThrow(
      /network C, logit.*expected 10, found 7/,
    );
  });
});

/** A GAN's networks in place of M. */
function withoutM(values: Parameters<Architecture['build']>[0]) {
  const spec = networks.build(values);
  const { G, F } = spec.networks as { G: NetworkSpec; F: NetworkSpec };
  return { ...spec, networks: { G, F, D: chain('features', [6], 'logit', [fullyConnected(1)]) } };
}
