/**
 * Measures a classifier that is to be shipped and writes what it finds to its model.json: accuracy and the Inception Score of the real
 * held-out images, as shipped and in float32.
 *
 *   node test/dist/oracles/shipped-classifiers.js BUNDLE FLOAT32_BUNDLE DATA [OPTION=VALUE...]
 *
 * The two bundles are exports of one run, with --precision int8 --golden noise and with none; DATA is as `alix train --data` takes it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bundle } from '@alix/infer/bundle';
import { openDataset } from '@alix/train/datasets/index';
import { measureClassifier } from '../fixtures/classifier-measures.js';

const [shipped = '', float32 = '', source = '', ...given] = process.argv.slice(2);
const options = Object.fromEntries(given.map((text) => text.split('=')).map(([key, value]) => [key, value === 'true']));
const data = await openDataset(source, { split: 'test', seed: 1, options });
const own = await measureClassifier(shipped, data);
const whole = await measureClassifier(float32, data);

const path = join(shipped, 'model.json');
const bundle = JSON.parse(readFileSync(path, 'utf8')) as Bundle;
const on = `${data.name}, held-out part`;
const splits = `${on}; of these real images themselves, 10 splits in their order`;
const inFloat32 = 'with weights in float32';
const measure = (value: number, words: string) => ({ value, n: own.n, on: words });
const metrics: Bundle['metrics'] = {
  accuracy: measure(own.accuracy, on),
  accuracyFloat32: measure(whole.accuracy, `${on}, ${inFloat32}`),
  inceptionScore: measure(own.score.mean, splits),
  inceptionScoreStd: measure(own.score.std, `${on}; of the 10 splits' scores`),
  inceptionScoreFloat32: measure(whole.score.mean, `${splits}, ${inFloat32}`),
};
writeFileSync(path, `${JSON.stringify({ ...bundle, metrics }, null, 2)}\n`);
console.log(JSON.stringify({ own, whole }, null, 2));
