/** Ties the three packages together for an export: the trained run, the writer of bundles, and the runtime that checks it. */
import { type ExportOptions, exportBundle } from '@alix/export';
import { loadModel } from '@alix/infer';
import { AlixError } from '@alix/infer/io/errors';
import { createRandom } from '@alix/infer/io/random';
import { openTrained } from '@alix/train';

/** Held-out images, and images of noise, on which the trained and the exported networks must agree. */
const HELD_OUT = 48;
const NOISE = 16;
/** At most this many held-out images are reconstructed for the error that model.json records. */
const MEASURED = 10_000;

const load: ExportOptions['load'] = async (folder) => {
  const model = await loadModel(folder, { device: 'cpu' });
  return {
    encode: (data, n) => model.encode({ data, n }),
    decode: async (latent) => (await model.decode(latent)).image,
    dispose: () => model.dispose(),
  };
};

export interface ExportChoices {
  readonly name: string;
  readonly licence: string;
  readonly replace: boolean;
  /** Where the run's data are now, if they have moved. */
  readonly data?: string | undefined;
}

/**
 * Exports the newest whole checkpoint of a run to the folder `out`. Errors are those of openTrained and exportBundle.
 *
 * @param onEvent is told in one line of what is worth a line, such as a damaged checkpoint that was passed over
 */
export async function exportTrained(
  run: string,
  out: string,
  { name, licence, replace, data: source }: ExportChoices,
  onEvent?: (line: string) => void,
) {
  const trained = await openTrained(run, onEvent);
  try {
    if (trained.chains.encoder.length === 0)
      throw new AlixError('not-exportable', `${trained.system} has no encoder, and a bundle needs one`, {
        where: run,
        remedy: 'train a system that has one, such as dali',
      });
    const data = await trained.heldOut(source);
    const count = Math.min(MEASURED, data.count);
    const error = trained.reconstructionError(data, count);
    const on = `${data.name}, held-out part; pixels in [0,1], codes are means`;
    const metrics = error === undefined ? {} : { mse: { value: error, n: count, on } };
    const held = Uint32Array.from({ length: Math.min(HELD_OUT, data.count) }, (_, i) => i);
    const pixels = data.pixels?.(held) ?? new Uint8Array(0);
    const size = trained.architecture.data.shape.reduce((product, n) => product * n, 1);
    const noise = createRandom(trained.config.seed)
      .split('parity')
      .uniform(NOISE * size)
      .map((u) => Math.floor(256 * u));
    const examples = Uint8Array.from([...pixels, ...noise]);
    return await exportBundle({ ...trained, name, licence, metrics, examples }, out, { load, replace });
  } finally {
    trained.dispose();
  }
}
