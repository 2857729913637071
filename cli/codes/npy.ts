/** Codes as .npy: float32 [n,d], which NumPy reads; everything else stands in the .json beside it. */
import { openCodes } from '@alix/infer/io/codes-file';
import { isNpy, npyHeader } from '@alix/infer/io/npy';
import { bytesOf, type CodesFormat } from './format.js';

export const npy: CodesFormat = {
  name: 'npy',
  async *write({ n, d, blocks }) {
    yield npyHeader('<f4', [n, d]);
    for await (const { codes } of blocks()) yield bytesOf(codes);
  },
  beside: 'all',
  begins: isNpy,
  open: openCodes,
};
