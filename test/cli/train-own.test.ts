/** alix train on a folder of one's own: networks for a size, what is said of the images, and the commands that come next. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readImage } from '@alix/infer/io/image-file';
import { encodePng } from '@alix/infer/io/png';
import type { Progress } from '@alix/train';
import { design } from '@alix/train';
import { headColours } from '@alix/train/datasets/head-colours';
import { openDataset } from '@alix/train/datasets/index';
import { nameAt } from '@alix/train/datasets/rows/names';
import { batchFor } from '@alix/train/own-images';
import { describe, expect, it, test } from 'vitest';
import { epochForecast } from '../../cli/dist/epoch-forecast.js';
import { trainConfig } from '../../cli/dist/train-config.js';
import { nextCommands, quoted } from '../../cli/dist/train-next.js';
import { alix } from '../fixtures/cli.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { inside } from '../fixtures/inside.js';
import { describeWithTensorflow } from '../tensorflow.js';

const root = temporaryFolder();

interface Kind {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
}

/** n pictures of a bright bar each, somewhere on a ramp. */
function photos(name: string, kinds: readonly Kind[], n: number): string {
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true });
  for (let i = 0; i < n; i++) {
    const { height, width, channels } = kinds[i % kinds.length] as Kind;
    const pixels = Uint8Array.from({ length: height * width * channels }, (_, at) => {
      const x = Math.floor(at / channels) % width;
      return Math.abs(x - ((i * 7) % width)) < 3 ? 250 : (x * 4 + (at % channels) * 40) % 200;
    });
    writeFileSync(
      join(folder, `photo ${String(i).padStart(3, '0')}.png`),
      encodePng(pixels, { height, width, channels }),
    );
  }
  return folder;
}

const mixed = photos(
  "my photos'",
  [
    { height: 30, width: 40, channels: 3 },
    { height: 48, width: 20, channels: 1 },
    { height: 64, width: 64, channels: 3 },
  ],
  60,
);
const grey = photos('grey', [{ height: 32, width: 32, channels: 1 }], 40);

async function chosen(what: string, data: string, size: number, ...set: string[]) {
  const said: string[] = [];
  const config = await trainConfig(what, { data, size, set }, (line) => said.push(line));
  return { config, said: said.join('\n'), shape: design(config).architecture.data.shape };
}

describe('--size', () => {
  it('chooses networks of the size, colour where one image has it, a batch that leaves steps; and says so', async () => {
    const { config, said, shape } = await chosen('dali', mixed, 32);
    expect(shape).toEqual([32, 32, 3]);
    expect(config).toMatchObject({
      recipe: 'dali-32',
      objective: { name: 'dali' },
      architecture: { name: 'aim-square', options: { size: 32, channels: 3 } },
      data: { source: mixed, options: { size: 32, channels: 3 } },
      batch: 8,
      // an epoch of a few steps is no measure for a rate that falls with epochs
      optimiser: { learningRate: 2e-4, schedule: 'constant' },
    });
    const held = 60 - Number(/(\d+) images to train on/.exec(said)?.[1]);
    expect(said).toContain(`, ${held} held out for testing`);
    expect(held).toBeGreaterThan(0);
    expect(said).toMatch(/they are from 20x48 to 64x64 pixels; taken is the centred square of each, scaled to 32x32/);
    expect(said).toMatch(
      /of \d+ are grey: they are taken as colour \(--set data\.options\.channels=1 makes all grey\)/,
    );
    expect(said).toMatch(/of \d+ are smaller than 32 pixels, and are enlarged/);
    expect(said).toMatch(
      /networks: aim-square for colour images of 32x32, 0\.25 of the paper's width .*; batches of 8$/,
    );
  });

  it('grey images stay grey, and what is set goes first', async () => {
    const { config, said } = await chosen('dali', grey, 32, 'architecture.options.width=1', 'batch=5');
    expect(config).toMatchObject({ data: { options: { channels: 1 } }, batch: 5 });
    expect(config.architecture.options).toEqual({ size: 32, channels: 1, width: 1 });
    expect(said).toMatch(/they are 32x32 pixels\nnetworks: aim-square for grey images of 32x32; batches of 5$/);
    const coloured = await chosen('dali', grey, 32, 'data.options.channels=3', 'data.options.heldOut=0.5');
    expect(coloured.config.data.options).toEqual({ size: 32, channels: 3, heldOut: 0.5 });
    expect(coloured.shape).toEqual([32, 32, 3]);
  });

  it.each([
    ['dali', 28, 'small-28'],
    ['dali-l2', 64, 'aim-square'],
    ['sn-gan', 64, 'aim-square'],
    ['wgan', 96, 'aim-square'],
    ['gan', 256, 'aim-square'],
    ['ali', 32, 'ali-cifar10'],
    ['ali', 64, 'ali-celeba'],
    ['gali-4', 32, 'gali-svhn'],
    ['dali-celeba', 64, 'aim-celeba'],
  ])('%s at %i: %s', async (what, size, architecture) => {
    const { config, shape } = await chosen(what, mixed, size);
    expect([config.architecture.name, shape]).toEqual([architecture, [size, size, 3]]);
  });

  it.each([
    [
      'dali',
      '--data grey --size 50',
      2,
      /--size: no networks of dali for images of 50x50 \(expected 16, .*64, 80.* found 50\)/,
    ],
    ['vae', '--data grey --size 64', 2, /no networks of vae for images of 64x64 \(expected 28, found 64\)/],
    [
      'dali',
      '--size 64',
      2,
      /strokes: these data have no images that could be scaled; name a folder of images with --data/,
    ],
    ['dali', '--data nowhere --size 64', 1, /nowhere: no such data set, folder or file/],
    ['dali', '--data grey --size 0', 2, /--size.*whole number of at least 1/],
    ['dali', '--data few --size 32', 1, /few: no image is held out for testing; set data\.options\.heldOut/],
  ])('%s %s is refused', async (what, line, code, words) => {
    photos('few', [{ height: 32, width: 32, channels: 1 }], 2);
    const ran = await inside(['train', what, ...line.split(' '), '--quiet'], root);
    expect([ran.code, ran.stdout]).toEqual([code, '']);
    expect(ran.stderr).toMatch(/^alix: [^\n]+\n$/);
    expect(ran.stderr).toMatch(words);
    expect(existsSync(join(root, 'runs'))).toBe(false);
  });

  test.each([
    [60, 100, 8],
    [500, 100, 50],
    [5000, 100, 100],
    [5, 100, 5],
    [9, 4, 4],
  ])('%i images, batches of %i: %i', (count, batch, expected) => expect(batchFor(count, batch)).toBe(expected));
});

test('whether an image is grey, by its head', () => {
  const png = (channels: 1 | 3) => encodePng(new Uint8Array(channels), { height: 1, width: 1, channels });
  expect([headColours(png(1)), headColours(png(3)), headColours(png(1).subarray(0, 20))]).toEqual([
    'grey',
    'colour',
    undefined,
  ]);
  const jpeg = (components: number) =>
    Uint8Array.from([255, 216, 255, 224, 0, 4, 0, 0, 255, 192, 0, 11, 8, 0, 1, 0, 1, components, 0, 0]);
  expect([headColours(jpeg(1)), headColours(jpeg(3)), headColours(new Uint8Array(40))]).toEqual([
    'grey',
    'colour',
    undefined,
  ]);
});

test("--resize brings an image to a model's size as training does", async () => {
  const shape = { height: 16, width: 16, channels: 3, resize: true } as const;
  const data = await openDataset(mixed, { split: 'train', seed: 0, options: { size: 16, channels: 3 } });
  if (data.source.kind !== 'files') throw new Error(data.source.kind);
  const rows = (await data.pixels?.(Uint32Array.from({ length: data.count }, (_, i) => i))) as Uint8Array;
  for (let i = 0; i < data.count; i++) {
    const read = await readImage(join(mixed, nameAt(data.source.names, i)), shape);
    expect(Buffer.from(read).equals(rows.subarray(i * 768, (i + 1) * 768))).toBe(true);
  }
  const plain = readImage(join(mixed, nameAt(data.source.names, 0)), { ...shape, resize: false });
  await expect(plain).rejects.toMatchObject({ code: 'wrong-size' });
});

test('the time of an epoch is told once, after a minute', () => {
  let now = 100;
  const forecast = epochForecast(() => now);
  const at = (step: number, more: Partial<Progress> = {}) =>
    forecast({
      step,
      steps: 10_000,
      epoch: 1,
      stepsPerEpoch: 1000,
      imagesPerSecond: 1,
      seconds: now - 100,
      secondsLimit: Number.POSITIVE_INFINITY,
      metrics: {},
      ...more,
    });
  // the first step took its time; from its end on a step takes 2 s
  expect(at(1)).toBeUndefined();
  for (let step = 2; step <= 30; step++) {
    now += 2;
    expect(at(step)).toBeUndefined();
  }
  now += 2;
  expect(at(31)).toBe('an epoch takes about 33m20s (1,000 steps), about 5h32m to the end of the run');
  now += 100;
  expect(at(32)).toBeUndefined();
});

test('an epoch of hours names narrower networks; where time ends the run, that is its end', () => {
  let now = 0;
  const forecast = epochForecast(() => now);
  const common = { epoch: 1, stepsPerEpoch: 1000, imagesPerSecond: 1, metrics: {}, steps: Number.POSITIVE_INFINITY };
  forecast({ ...common, step: 1, seconds: 0, secondsLimit: 7200 });
  now = 60;
  expect(forecast({ ...common, step: 7, seconds: 60, secondsLimit: 7200 })).toBe(
    'an epoch takes about 2h46m (1,000 steps), about 1h59m to the end of the run; narrower networks are faster: --set architecture.options.width=0.25',
  );
});

test('words as a shell reads them back', () => {
  expect(['runs/a-b_1.2', 'my photos', "it's", '-x', '$HOME', ''].map(quoted)).toEqual([
    'runs/a-b_1.2',
    "'my photos'",
    "'it'\\''s'",
    './-x',
    "'$HOME'",
    "''",
  ]);
});

test('commands after a run that left images out leave them out too', async () => {
  const { config } = await chosen('dali', mixed, 32);
  const skipped = [{ split: 'test', name: 'x.png', code: 'bad-image', message: 'x' }] as const;
  const [first, ...others] = (await nextCommands(config, { folder: 'r', skipped })).slice(1);
  expect([first, others.length]).toEqual(['  alix export r -o r-model', 2]);
  for (const line of others) expect(line).toMatch(/ --on-error skip -o /);
  expect((await nextCommands(config, { folder: 'r', skipped: [] })).join()).not.toContain('--on-error');
});

describeWithTensorflow('with TensorFlow', () => {
  it('a folder is trained on, and the commands that it ends with do what they say', async () => {
    const line =
      '--size 16 --steps 8 --threads 1 --set architecture.options.width=0.0625 --set architecture.options.latent=4';
    const ran = await alix(['train', 'dali', '--data', "my photos'", ...line.split(' '), '-o', 'my run'], root);
    expect([ran.code, ran.stdout]).toEqual([0, '']);
    expect(readdirSync(join(root, 'my run', 'samples')).length).toBeGreaterThan(0);
    expect(JSON.parse(readFileSync(join(root, 'my run', 'run.json'), 'utf8'))).toMatchObject({
      config: { data: { source: "my photos'", options: { size: 16, channels: 3 } } },
      data: { options: { heldOut: 0.1 } },
      meanImage: { mse: expect.any(Number) },
    });
    const [, told] =
      /^the mean image's error is (0\.\d{4}) \(of 5\d training images, over \d held out\)/m.exec(ran.stderr) ?? [];
    expect(ran.stderr).toContain(` times the mean image's ${told}`);
    const commands = ran.stderr.split('next:\n')[1]?.trimEnd().split('\n') ?? [];
    expect(commands).toEqual([
      "  alix export 'my run' -o 'my run-model'",
      "  alix reconstruct 'my run-model' 'my photos'\\''' --resize -o 'my run-model-pairs.png'",
      "  alix eval 'my run-model' --data 'my photos'\\''' -o 'my run-model-report'",
    ]);
    // as a shell would split them
    const words = (command: string) =>
      [...command.trim().matchAll(/(?:[^\s'\\]|\\'|'[^']*')+/g)].map(([word]) =>
        word.replace(/'([^']*)'|\\(')/g, (_, inside, escaped) => inside ?? escaped),
      );
    for (const command of commands) {
      const [, ...args] = words(command);
      const next = await alix([...args, '--quiet'], root);
      expect([command, next.code, next.stderr]).toEqual([command, 0, '']);
    }
    expect(existsSync(join(root, 'my run-model-pairs.png'))).toBe(true);
    const report = JSON.parse(readFileSync(join(root, 'my run-model-report', 'report.json'), 'utf8'));
    expect(JSON.stringify(report)).toContain('"mse"');
  });
});
