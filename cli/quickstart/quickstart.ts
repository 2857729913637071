/** quickstart: from nothing to a trained model, its ONNX graphs, and a page that shows what it can do. */
import { basename, join } from 'node:path';
import { throwIfAborted } from '@alix/infer/io/errors';
import { writeFileAtomic, writeFolderAtomic } from '@alix/infer/io/files';
import { design } from '@alix/train/design';
import type { Context } from '../commands/command.js';
import { resolveModel } from '../models.js';
import { trainConfig } from '../train-config.js';
import { mayReplace } from './folder.js';
import { makeModel, type Parts } from './make.js';
import { measure } from './measure.js';
import { createRecord, type QuickstartRecord } from './record.js';
import { quickstartReport } from './report.js';
import { createStages } from './stages.js';

const RECIPE = 'dali-strokes';
const SHIPPED = 'strokes-dali';

export interface QuickstartOptions {
  readonly output: string;
  /** Of training, at most. */
  readonly seconds: number;
  readonly seed?: number | undefined;
  readonly threads?: number | undefined;
  /** How the user runs alix, for the commands to run next. */
  readonly alix: string;
}

const realParts: Parts = {
  async provision(options) {
    const { provisionTensorflow } = await import('@alix/train/tensorflow/provision');
    return provisionTensorflow(options);
  },
  shipped: () => resolveModel(SHIPPED),
};

/**
 * Fills the folder `output`: run/ and model/ (unless training was skipped), held-out.npy, codes.npy, reconstructions.png,
 * samples.png, report.html and report.json. It appears whole, when all is done.
 *
 * @throws AlixError 'output-exists' for a folder that quickstart did not write, 'interrupted', ...
 */
export async function quickstart(
  options: QuickstartOptions,
  context: Context,
  parts: Parts = realParts,
): Promise<QuickstartRecord> {
  const { output, seconds, seed, threads } = options;
  const start = performance.now();
  const replace = await mayReplace(output);
  // eight epochs are what two idle cores do in the time, and the rate falls to nothing within them
  const flags = { hours: seconds / 3600, epochs: 8, set: [], ...(seed === undefined ? {} : { seed }) };
  const config = await trainConfig(RECIPE, flags);
  const players = Object.keys(design(config).objective.players);
  const stages = createStages(context);
  return writeFolderAtomic(
    output,
    async (folder) => {
      const made = await makeModel({ config, folder, threads }, parts, stages, context);
      const measured = await measure({ model: made.model, config, folder, threads }, stages, context);
      throwIfAborted(context.signal);
      const took = (performance.now() - start) / 1000;
      const record = createRecord(config, made, measured, { stages: stages.done, seconds: took, threads });
      const model = made.trained ? join(output, 'model') : basename(made.model);
      const report = quickstartReport(record, measured, { folder: output, model, alix: options.alix, players });
      await writeFileAtomic(join(folder, 'report.html'), report);
      await writeFileAtomic(join(folder, 'report.json'), `${JSON.stringify(record, null, 2)}\n`);
      return record;
    },
    { replace },
  );
}
