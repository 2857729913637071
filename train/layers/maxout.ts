/** Maxout: the largest of each group of `pieces` neighbouring features. Goodfellow et al. 2013. */
import { AlixError } from '@alix/infer/io/errors';
import type { LayerKind } from './layer.js';

export const maxout: LayerKind<{ readonly pieces: number }> = {
  shape(input, { pieces }, path) {
    const features = input.at(-1) ?? 0;
    if (!Number.isInteger(pieces) || pieces < 1 || features % pieces !== 0)
      throw new AlixError('bad-architecture', 'the features cannot be cut into whole groups', {
        where: path,
        expected: `a multiple of ${pieces} features`,
        found: `${features}`,
      });
    return [...input.slice(0, -1), features / pieces];
  },
  parameters: () => [],
  flops: (input) => input.reduce((product, n) => product * n, 1),
  forward: (x, { pieces }, _parameters, { ops }) => ops.maxPieces(x, pieces),
};
