/** How the sizes of a foreign graph's inputs and outputs go with a bundle's. */
import { AlixError } from '@alix/infer/io/errors';
import type { Foreign, ForeignPort } from './foreign.js';

const product = (sizes: readonly number[]) => sizes.reduce((all, n) => all * n, 1);
const text = (sizes: readonly (number | string)[]) => `[${sizes.join(',')}]`;

/** True where numbers of these sizes lie in the same order: axes of 1 beside, or all in one axis. */
export function isSameOrder(sizes: readonly number[], wanted: readonly number[]): boolean {
  const without = (all: readonly number[]) => all.filter((n) => n !== 1).join();
  return without(sizes) === without(wanted) || (sizes.length === 1 && sizes[0] === product(wanted));
}

function unlike(where: string, name: string, found: readonly (number | string)[], wanted: readonly number[]) {
  return new AlixError('bad-graph', `"${name}" is not of the sizes that the manifest says`, {
    where,
    expected: text(['N', ...wanted]),
    found: text(found),
    remedy: 'correct "image", "latent" or "layout" in the manifest',
  });
}

/**
 * The sizes of an input but for the batch's.
 *
 * @param wanted what the manifest says, without the batch
 * @throws AlixError 'bad-graph' where it is of others, where they are open, and where the batch is not
 */
export function inputSizes({ where }: Foreign, { name, shape }: ForeignPort, wanted: readonly number[]): number[] {
  if (!shape) throw unlike(where, name, ['?'], wanted);
  const [batch, ...rest] = shape;
  const sizes = rest.filter((n) => typeof n === 'number');
  const refuse = (what: string, remedy: string) => {
    const [expected, found] = [text(['N', ...wanted]), text(shape)];
    return new AlixError('bad-graph', `"${name}": ${what}`, { where, expected, found, remedy });
  };
  if (sizes.length < rest.length)
    throw refuse('only the batch may be of an open size', 'export the model with a fixed height, width and channels');
  if (!isSameOrder(sizes, wanted)) throw unlike(where, name, shape, wanted);
  if (typeof batch === 'number')
    throw refuse('the size of the batch must be open', 'export it with dynamic_axes or dynamic_shapes of axis 0');
  return sizes;
}

/** The same of an output, whose sizes may be told only when it runs. */
export function checkOutput({ where }: Foreign, { name, shape }: ForeignPort, wanted: readonly number[]): void {
  const rest = shape?.slice(1);
  if (!shape || !rest?.every((n) => typeof n === 'number')) return;
  if (!isSameOrder(rest, wanted)) throw unlike(where, name, shape, wanted);
}

/** The same of what came out of it. */
export function checkMade(where: string, name: string, dims: readonly number[], n: number, wanted: readonly number[]) {
  if (dims[0] !== n || !isSameOrder(dims.slice(1), wanted)) throw unlike(where, name, dims, wanted);
}
