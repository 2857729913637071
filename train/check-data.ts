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

/** Most sources make images of any size. */
function remedyFor({ kind, shape, options = {} }: Dataset, wanted: { kind: string; shape: readonly number[] }) {
  const [height, width, channels] = wanted.shape;
  if (kind !== 'images' || wanted.kind !== 'image' || height !== width) return {};
  const isOther = { size: shape[0] !== height || shape[1] !== width, channels: shape[2] !== channels };
  if ((isOther.size && !('size' in options)) || (isOther.channels && !('channels' in options))) return {};
  const settings = [
    ...(isOther.size ? [`--set data.options.size=${height}`] : []),
    ...(isOther.channels ? [`--set data.options.channels=${channels}`] : []),
  ];
  return { remedy: `fit the images with ${settings.join(' ')}, or let --size choose networks for them` };
}
