/** What minibatches hold besides data: labels. */
import type { Dataset } from '@alix/train/datasets/dataset';
import { labelsOf } from '@alix/train/minibatches';
import { expect, it } from 'vitest';
import { describeWithTensorflow } from '../tensorflow.js';

const bare: Dataset = {
  name: 'bare',
  kind: 'points',
  shape: [1],
  count: 4,
  labels: undefined,
  classes: undefined,
  source: { kind: 'memory', shape: [1], data: new Float32Array(4) },
  batch: async (indices) => new Float32Array(indices.length),
  fingerprint: '',
};
const at = (...indices: number[]) => Uint32Array.from(indices);

describeWithTensorflow('labels of a minibatch', () => {
  it('classes are one-hot, in the order of the rows asked for', async () => {
    const data = { ...bare, labels: Uint8Array.of(2, 0, 1, 2), classes: 3 };
    expect(await labelsOf(data, at(3, 1, 2))?.array()).toEqual([
      [0, 0, 1],
      [1, 0, 0],
      [0, 1, 0],
    ]);
  });

  it('attributes are themselves, also where there are classes too', async () => {
    const attributes = { count: 2, values: Uint8Array.of(1, 0, 0, 0, 1, 1, 0, 1) };
    for (const data of [
      { ...bare, attributes },
      { ...bare, attributes, labels: Uint8Array.of(0, 1, 0, 1), classes: 2 },
    ]) {
      const labels = labelsOf(data, at(2, 0));
      expect(labels?.dtype).toBe('float32');
      expect(await labels?.array()).toEqual([
        [1, 1],
        [1, 0],
      ]);
    }
  });

  it('there are none where the data have neither', () => {
    expect(labelsOf(bare, at(0))).toBeUndefined();
    // numbers without a count of classes cannot be one-hot
    expect(labelsOf({ ...bare, labels: Uint8Array.of(0, 1, 0, 1) }, at(0))).toBeUndefined();
  });
});
