/** What parity is asked on: the examples, codes of the prior, and masks; the same for the same examples. */
import { AlixError } from '@alix/infer/io/errors';
import { createRandom } from '@alix/infer/io/random';
import { size } from '@alix/train/spec';
import { imageShape, isPoints } from './data.js';
import type { TrainedModel } from './model.js';
import type { Questions } from './parity.js';

/** @throws AlixError 'bad-examples' where they are no whole images or points */
export function questionsOf({ architecture, examples }: TrainedModel): Questions {
  const n = exampleCount(architecture, examples);
  const { latent } = architecture;
  const random = createRandom('parity');
  const values = n * latent.size;
  const codes =
    latent.prior === 'normal' ? random.normal(values) : random.uniform(values).map((u) => Math.fround(2 * u - 1));
  const points = isPoints(architecture);
  return {
    n,
    data: points ? { points: examples } : { image: examples },
    latent: codes,
    ...(points ? { mask: new Float32Array(0), weight: new Float32Array(0) } : masksAndWeights(architecture, n)),
  };
}

/** What is masked counts for nothing in refinement; the rest counts more or less, at random. */
function masksAndWeights(architecture: TrainedModel['architecture'], n: number): Pick<Questions, 'mask' | 'weight'> {
  const mask = masks(imageShape(architecture), n);
  const weight = createRandom('weights').uniform(mask.length);
  return { mask, weight: mask.map((hidden, i) => (1 - hidden) * (weight[i] ?? 0)) };
}

/** A box of each image: float32 [n,H,W,1], 1 inside. */
function masks([height = 0, width = 0]: readonly number[], n: number): Float32Array {
  const random = createRandom('masks');
  const mask = new Float32Array(n * height * width);
  for (let i = 0; i < n; i++) {
    const [a = 0, b = 0, c = 0, d = 0] = random.uniform(4);
    const [top, bottom] = [Math.floor(Math.min(a, b) * height), Math.ceil(Math.max(a, b) * height)];
    const [left, right] = [Math.floor(Math.min(c, d) * width), Math.ceil(Math.max(c, d) * width)];
    for (let row = top; row < bottom; row++)
      mask.fill(1, (i * height + row) * width + left, (i * height + row) * width + right);
  }
  return mask;
}

function exampleCount(architecture: TrainedModel['architecture'], examples: TrainedModel['examples']): number {
  const points = isPoints(architecture);
  const shape = points ? architecture.data.shape : imageShape(architecture);
  const n = examples.length / size(shape);
  const isRightType = points ? examples instanceof Float32Array : examples instanceof Uint8Array;
  if (isRightType && n >= 1 && Number.isInteger(n)) return n;
  throw new AlixError('bad-examples', `the examples are no whole ${points ? 'points' : 'images'}`, {
    expected: points
      ? `float32, a multiple of ${size(shape)} numbers`
      : `uint8, a multiple of ${size(shape)} bytes (${shape.join('x')})`,
    found: `${isRightType ? '' : `${examples.constructor.name}, `}${examples.length} values`,
  });
}
