/** Do data fit an architecture? */
import { AlixError } from '@alix/infer/io/errors';
import type { Dataset } from './datasets/dataset.js';

/** @throws AlixError 'mismatch' where kind or shape differ */
export function checkShape(
  data: Dataset,
  wanted: { kind: string; shape: readonly number[] },
  architecture: string,
): void {
  const kind = data.kind === 'images' ? 'image' : 'points';
  if (kind === wanted.kind && data.shape.join() === wanted.shape.join()) return;
  throw new AlixError('mismatch', `the data do not fit the architecture ${architecture}`, {
    where: data.name,
    expected: `${wanted.kind} of ${wanted.shape.join('x')}`,
    found: `${kind} of ${data.shape.join('x')}`,
    ...remedyFor(data, wanted),
  });
}

/** Sources that read image files make them of any size. */
function remedyFor({ kind, shape, source }: Dataset, wanted: { kind: string; shape: readonly number[] }) {
  const [height, width, channels] = wanted.shape;
  if (source.kind === 'memory' || kind !== 'images' || wanted.kind !== 'image' || height !== width) return {};
  const settings = [
    ...(shape[0] === height && shape[1] === width ? [] : [`--set data.options.size=${height}`]),
    ...(shape[2] === channels ? [] : [`--set data.options.channels=${channels}`]),
  ];
  return { remedy: `fit the images with ${settings.join(' ')}` };
}
