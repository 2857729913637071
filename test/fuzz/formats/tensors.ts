/** Files of numbers: codes, weights, features, parts of evaluations. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Recorder } from '@alix/eval';
import { collectSample, collectStatistics, encodeFeatureFile, encodeFidFile, frechetDistance } from '@alix/eval';
import { digestOfImages } from '@alix/eval/evaluation/common-recorders';
import { decodePart, encodePart, labelOf } from '@alix/eval/evaluation/parts';
import { featuresStore, rowsStore } from '@alix/eval/evaluation/store';
import { readRegular } from '@alix/infer/io/files';
import { encodeNpy } from '@alix/infer/io/npy';
import { decodeSafetensors, encodeSafetensors } from '@alix/infer/io/safetensors';
import { allOf, openSafetensors } from '@alix/infer/io/safetensors-file';
import type { CodesSource } from 'alix/dist/codes/format.js';
import { formats as codesFormats, openAnyCodes } from 'alix/dist/codes/formats.js';
import { writeCodes } from 'alix/dist/codes/write.js';
import { readReference } from 'alix/dist/evaluation/files.js';
import { type Format, isFinite32, product, sound } from '../format.js';
import { treeOf } from '../tree.js';
import { folderOf } from './written.js';

const numbers = (n: number) => Float32Array.from({ length: n }, (_, i) => Math.sin(i));
/** Seven codes in each of their formats. */
const source: CodesSource = {
  n: 7,
  d: 3,
  description: { model: { name: 'tiny', sha256: 'a'.repeat(64) }, latent: 3 },
  async *blocks() {
    yield { names: Array.from({ length: 7 }, (_, i) => `a/${i} "x".png`), codes: numbers(21) };
  },
};
const codesName = (name: string) => codesFormats.some((format) => name === `c.${format.name}`);

const codes: Format = {
  name: 'codes',
  seeds: async () =>
    Promise.all([
      ...codesFormats.map((format) =>
        folderOf((folder) => writeCodes(format, join(folder, `c.${format.name}`), source)),
      ),
      treeOf({ 'c.npy': encodeNpy({ shape: [4, 3], data: Float64Array.from(numbers(12)) }) }),
    ]),
  async read(folder) {
    const file = await openAnyCodes(join(folder, readdirSync(folder).find(codesName) ?? 'c.npy'));
    const { n, d, names } = file;
    const all = await file.all();
    sound(all.length === n * d && (names === undefined || names.length === n), `${all.length} values of ${n} x ${d}`);
    let rows = 0;
    for await (const block of file.blocks(3)) rows += block.length / d;
    sound(rows === n || d === 0, `${rows} rows in blocks, of ${n}`);
  },
};

const safetensors: Format = {
  name: 'safetensors',
  seeds: async () => [
    treeOf({
      'w.safetensors': encodeSafetensors(
        new Map([
          ['a', { shape: [2, 3], data: numbers(6) }],
          ['b', { shape: [], data: BigInt64Array.of(7n) }],
          ['c', { shape: [0], data: new Uint8Array() }],
        ]),
        { made: 'here' },
      ),
    }),
  ],
  async read(folder, index) {
    const path = join(folder, 'w.safetensors');
    const tensors =
      index % 2 ? allOf(await openSafetensors(path)) : decodeSafetensors(await readRegular(path), path).tensors;
    for (const [name, { shape, data }] of tensors)
      sound(product(shape) === data.length, `${name} has ${data.length} values`);
  },
};

function featureFile() {
  const rows = numbers(15);
  const keys = ['1', '2', '3', '4', '5'].map((key) => key.repeat(64));
  const statistics = collectStatistics(3);
  statistics.add(rows);
  const sample = collectSample(3, 4);
  sample.add(keys, rows);
  const extractor = { graph: 'b'.repeat(64), output: 'features', preprocessing: 'none' };
  return { extractor, images: 'c'.repeat(64), statistics: statistics.statistics(), sample: sample.sample() };
}

const features: Format = {
  name: 'features',
  seeds: async () => {
    const file = featureFile();
    return [
      treeOf({ 'f.safetensors': encodeFeatureFile(file) }),
      treeOf({ 'f.safetensors': encodeFidFile(file.statistics) }),
    ];
  },
  async read(folder) {
    const found = await readReference(join(folder, 'f.safetensors'));
    if (found.kind === 'features') {
      const { statistics, sample } = found.file;
      const { n, d, mean, scatter } = statistics;
      sound(
        Number.isSafeInteger(n) && n >= 0 && mean.length === d && scatter.length === d * d,
        `statistics of ${n} rows of ${d}`,
      );
      sound(
        sample.features.length === sample.keys.length * d && isFinite32(sample.features),
        'a sample that does not fit',
      );
      return;
    }
    const { value: distance } = frechetDistance(found.gaussian, found.gaussian);
    sound(Number.isFinite(distance), `a distance of ${distance} to itself`);
  },
};

const recorders = [
  { name: 'errors', store: rowsStore(1) },
  { name: 'features', store: featuresStore(3, 4) },
  digestOfImages,
] as unknown as readonly Recorder[];
const range = { pass: 'images', start: 0, end: 5 } as const;

const parts: Format = {
  name: 'parts',
  seeds: async () => {
    const { statistics, sample } = featureFile();
    const states = new Map<string, unknown>([
      ['errors', Float64Array.of(1, 2, 3, 4, 5)],
      ['features', { statistics, sample }],
      ['digest', 'd'.repeat(64)],
    ]);
    return [treeOf({ 'p.safetensors': await encodePart(labelOf(range), 'plan', recorders, states) })];
  },
  async read(folder) {
    const path = join(folder, 'p.safetensors');
    const states = await decodePart(await readRegular(path), path, labelOf(range), 'plan', recorders);
    const errors = states.get('errors') as Float64Array;
    sound(errors.length === 5, `${errors.length} errors`);
  },
};

export const tensors: readonly Format[] = [codes, safetensors, features, parts];
