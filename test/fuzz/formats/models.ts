/** Model bundles, and the manifests and graphs of `alix import`. */
import { join } from 'node:path';
import { checkImport } from '@alix/export';
import { openBundle } from '@alix/infer';
import { checkGraph } from '@alix/infer/graph-check';
import { writeForeign } from '../../fixtures/foreign-pair.js';
import { writeTinyBundle } from '../../fixtures/tiny-bundle.js';
import { type Format, sound } from '../format.js';
import { folderOf } from './written.js';

const bundles: Format = {
  name: 'bundle',
  seeds: async () => [await folderOf((folder) => writeTinyBundle(folder))],
  async read(folder) {
    const { bundle, files } = await openBundle(folder);
    const { image, latent } = bundle;
    sound(!image || image.height * image.width * image.channels > 0, 'an image without pixels');
    sound(!latent || Number.isSafeInteger(latent.size), `codes of ${latent?.size}`);
    for (const name of Object.keys(bundle.files)) checkGraph(await files.read(name), files.where(name));
  },
};

const graphs: Format = {
  name: 'import',
  seeds: async () => [
    await folderOf((folder) => writeForeign(folder)),
    await folderOf((folder) =>
      writeForeign(folder, {
        manifest: {
          name: 'x',
          encoder: { file: 'e.onnx', mean: 'mu', std: 'spread', range: { mean: [0, 0, 0], std: [1, 1, 1] } },
        },
      }),
    ),
  ],
  async read(folder) {
    const { manifest } = await checkImport(join(folder, 'manifest.json'), join(folder, 'out'));
    const { image, latent } = manifest;
    sound(image.height * image.width * image.channels > 0 && latent.size > 0, 'no size');
  },
};

export const models: readonly Format[] = [bundles, graphs];
