/** MNIST, LeCun et al. 1998: 60,000 training and 10,000 test digits, 28x28 grey. It does not ship with alix. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AlixError } from '@alix/infer/io/errors';
import type { DatasetSource } from './dataset.js';
import { idx } from './idx.js';

export const mnist: DatasetSource = {
  name: 'mnist',
  summary: 'MNIST from $ALIX_DATA/mnist, the folder of its four IDX files; or name the folder itself',
  defaults: {},
  async open(request) {
    const folder = request.path ?? (process.env.ALIX_DATA && join(process.env.ALIX_DATA, 'mnist'));
    if (!folder || !existsSync(folder))
      throw new AlixError('no-data', 'MNIST is not on this machine', {
        ...(folder ? { where: folder } : {}),
        remedy:
          "give the folder of MNIST's four IDX files with --data, or set ALIX_DATA to the folder above it; `alix data download mnist -o DIR` fetches them",
      });
    return { ...(await idx.open({ ...request, path: folder })), name: 'mnist' };
  },
};
