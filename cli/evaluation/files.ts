/** Files of feature statistics: reading and writing them. */
import { extname } from 'node:path';
import { decodeFeatureFile, decodeFidFile, encodeFeatureFile, encodeFidFile, type FeatureFile } from '@alix/eval';
import { AlixError } from '@alix/infer/io/errors';
import { readRegular, sha256, writeFileAtomic } from '@alix/infer/io/files';
import { isNpz } from '@alix/infer/io/npz';

/** What a distance is measured to: statistics that alix made, or the Gaussian of a file of pytorch-fid's. */
export type Reference = { readonly sha256: string } & ReferenceContent;

type ReferenceContent =
  | { readonly kind: 'features'; readonly file: FeatureFile }
  | { readonly kind: 'gaussian'; readonly gaussian: Awaited<ReturnType<typeof decodeFidFile>> };

/** @throws AlixError 'usage' before anything is computed */
export function checkOutput(path: string): void {
  if (['.safetensors', '.npz'].includes(extname(path).toLowerCase())) return;
  throw new AlixError('usage', '-o takes a file that ends in .safetensors or .npz', { where: path });
}

/** @throws AlixError 'bad-features', 'bad-safetensors', 'not-found', ...; 'not-mergeable' for pytorch-fid's files */
export async function readFeatureFile(path: string): Promise<FeatureFile> {
  const reference = await readReference(path);
  if (reference.kind === 'features') return reference.file;
  throw new AlixError('not-mergeable', 'mu and sigma alone do not merge: the file does not say of how many images', {
    where: path,
    remedy: 'merge the .safetensors files that `alix eval features` writes',
  });
}

/** @throws AlixError 'bad-features', 'bad-safetensors', 'bad-npz', 'not-found', ... */
export async function readReference(path: string): Promise<Reference> {
  const bytes = await readRegular(path);
  const digest = sha256(bytes);
  if (isNpz(bytes)) return { sha256: digest, kind: 'gaussian', gaussian: await decodeFidFile(bytes, path) };
  return { sha256: digest, kind: 'features', file: decodeFeatureFile(bytes, path) };
}

/** In the format of the path's extension. */
export async function writeFeatureFile(path: string, file: FeatureFile): Promise<void> {
  const isFid = extname(path).toLowerCase() === '.npz';
  await writeFileAtomic(path, isFid ? encodeFidFile(file.statistics) : encodeFeatureFile(file));
}
