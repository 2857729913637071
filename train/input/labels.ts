/** What a minibatch holds besides data: labels, as numbers. */
import type { Dataset } from '../datasets/dataset.js';

/** float32 [n,width]. */
export interface LabelArray {
  readonly data: Float32Array<ArrayBuffer>;
  readonly width: number;
}

export type Labelled = Pick<Dataset, 'labels' | 'classes' | 'attributes'>;

/** One-hot classes, or the attributes themselves; undefined where the data have neither. */
export function labelArray({ labels, classes, attributes }: Labelled, indices: Uint32Array): LabelArray | undefined {
  if (attributes) {
    const { count: width, values } = attributes;
    const data = new Float32Array(indices.length * width);
    indices.forEach((row, i) => {
      data.set(values.subarray(row * width, (row + 1) * width), i * width);
    });
    return { data, width };
  }
  if (!labels || !classes) return undefined;
  const data = new Float32Array(indices.length * classes);
  indices.forEach((row, i) => {
    data[i * classes + (labels[row] as number)] = 1;
  });
  return { data, width: classes };
}
