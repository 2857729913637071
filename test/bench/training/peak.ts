/** The machine's matrix-multiplication peak as TensorFlow reaches it: what rates of a step are compared with. */
import type { NodeBinding } from '@alix/train/tensorflow/load';
import { timesAlone } from './kernels.js';
import type { RawBinding } from './recorder.js';

const SIDES = [1024, 1536, 2048, 3072];

/** The best of some square float32 products, in GFLOP/s. */
export function matmulPeak(raw: RawBinding, { TF_ATTR_TYPE, TF_ATTR_BOOL, TF_FLOAT }: NodeBinding): number {
  const rates = SIDES.map((n) => {
    const matrix = { shape: [n, n], dtype: TF_FLOAT };
    const times = timesAlone(raw, {
      op: 'MatMul',
      attributes: [
        { name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT },
        { name: 'transpose_a', type: TF_ATTR_BOOL, value: false },
        { name: 'transpose_b', type: TF_ATTR_BOOL, value: false },
      ],
      inputs: [matrix, matrix],
      outputs: [matrix],
    });
    return (2 * n ** 3) / Math.min(...times) / 1e6;
  });
  return Math.max(...rates);
}
