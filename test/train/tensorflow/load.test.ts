/** With the real TensorFlow: it is what everything else in training stands on. */

import { existsSync } from 'node:fs';
import { addonLink, tfjsNodeFolder } from '@alix/train/tensorflow/link';
import { loadTensorflow, nodeBackend } from '@alix/train/tensorflow/load';
import { loadInChild } from '@alix/train/tensorflow/try-load';
import { describe, expect, test } from 'vitest';

const present = existsSync(addonLink(tfjsNodeFolder()));
if (!present) console.warn('TensorFlow is not set up, so it is not tested: run `alix setup`');

/** In CI a missing TensorFlow is a failure, not a reason to skip. */
describe.skipIf(!present && !process.env.CI)('TensorFlow', () => {
  test('multiplies matrices, the same engine for those who import tfjs-core', async () => {
    const tf = await loadTensorflow();
    const core = await import('@tensorflow/tfjs-core');
    expect(tf.getBackend()).toBe('tensorflow');
    expect(core.engine()).toBe(tf.engine());
    const product = tf.tidy(() =>
      tf
        .matMul(
          tf.tensor2d([
            [1, 2],
            [3, 4],
          ]),
          tf.tensor2d([
            [5, 6],
            [7, 8],
          ]),
        )
        .dataSync(),
    );
    expect([...product]).toEqual([19, 22, 43, 50]);
  });

  test('keeps the threads it was loaded with', async () => {
    await loadTensorflow();
    await expect(loadTensorflow({ threads: 3 })).rejects.toMatchObject({ code: 'bad-threads' });
    await expect(loadTensorflow({ threads: 0 })).rejects.toMatchObject({ code: 'bad-threads' });
    await expect(loadTensorflow({ threads: 100_000 })).rejects.toMatchObject({ expected: '1 to 1024' });
  });

  test('runs its own kernels by name', async () => {
    const tf = await loadTensorflow();
    const { binding } = nodeBackend();
    const [x, scale, shift, none] = [
      tf.tensor4d([1, 2, 3, 6], [4, 1, 1, 1]),
      tf.tensor1d([2]),
      tf.tensor1d([5]),
      tf.tensor1d([]),
    ];
    const attributes = [
      { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
      { name: 'U', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
      { name: 'epsilon', type: binding.TF_ATTR_FLOAT, value: 0.5 },
      { name: 'exponential_avg_factor', type: binding.TF_ATTR_FLOAT, value: 1 },
      { name: 'data_format', type: binding.TF_ATTR_STRING, value: 'NHWC' },
      { name: 'is_training', type: binding.TF_ATTR_BOOL, value: true },
    ];
    const [y, mean, variance] = nodeBackend().executeMultipleOutputs(
      'FusedBatchNormV3',
      attributes,
      [x, scale, shift, none, none],
      6,
    );
    // Mean 3; squared distances 4, 1, 0, 9: 3.5 over N, which normalises, and 14/3 over N - 1, which is reported.
    expect(mean?.dataSync()[0]).toBeCloseTo(3, 6);
    expect(variance?.dataSync()[0]).toBeCloseTo(14 / 3, 5);
    expect([...(y?.dataSync() ?? [])]).toEqual([1, 2, 3, 6].map((v) => expect.closeTo(5 + 2 * ((v - 3) / 2), 5)));
  });

  test('keeps variables in place for its optimisers', async () => {
    const tf = await loadTensorflow();
    const backend = nodeBackend();
    const { TF_ATTR_BOOL, TF_ATTR_SHAPE, TF_ATTR_STRING, TF_ATTR_TYPE, TF_FLOAT } = backend.binding;
    const dtype = { name: 'dtype', type: TF_ATTR_TYPE, value: TF_FLOAT };
    const variable = (name: string, value: number[]) => {
      const handle = backend.executeSingleOutput(
        'VarHandleOp',
        [
          { name: 'container', type: TF_ATTR_STRING, value: '' },
          { name: 'shared_name', type: TF_ATTR_STRING, value: name },
          dtype,
          { name: 'shape', type: TF_ATTR_SHAPE, value: [value.length] },
        ],
        [],
      );
      backend.executeMultipleOutputs('AssignVariableOp', [dtype], [handle, tf.tensor1d(value)], 0);
      return handle;
    };
    const [w, m, v] = [variable('w', [1, 2]), variable('m', [0, 0]), variable('v', [0, 0])];
    const settings = [0.9, 0.999, 0.1, 0.9, 0.999, 0].map((value) => tf.scalar(value));
    const attributes = [
      { name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT },
      { name: 'use_locking', type: TF_ATTR_BOOL, value: false },
      { name: 'use_nesterov', type: TF_ATTR_BOOL, value: false },
    ];
    const gradient = tf.tensor1d([4, -0.5]);
    backend.executeMultipleOutputs('ResourceApplyAdam', attributes, [w, m, v, ...settings, gradient], 0);
    // Adam's first step is the learning rate against the gradient's sign.
    const after = backend.executeSingleOutput('ReadVariableOp', [dtype], [w]).dataSync();
    expect([...after]).toEqual([expect.closeTo(0.9, 5), expect.closeTo(2.1, 5)]);
  });

  test('loads in a child process without a word', async () => {
    const report = await loadInChild(process.env);
    expect(report).toMatchObject({ ok: true, version: expect.stringMatching(/^\d+\.\d+/) });
  });
});
