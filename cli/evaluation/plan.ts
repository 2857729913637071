/** What `alix eval --dry-run` tells: the data are counted, nothing is measured. */
import { join } from 'node:path';
import type { Model } from '@alix/infer';
import { keptOptions, openDataset } from '@alix/train/datasets/index';
import type { Plan } from '../plan.js';
import { trainedOn } from './data.js';
import { type EvaluateOptions, MOST_SAMPLES, PARTS } from './evaluate.js';
import type { PerceptualOptions } from './perceptual.js';
import { partsFolder } from './stores.js';
import { checkPictures, PICTURES } from './written.js';

/** @throws AlixError 'output-exists' where the pictures would replace other files, and those of `openDataset` */
export async function evalPlan(
  model: Model,
  options: EvaluateOptions & PerceptualOptions & { readonly data: string; readonly output: string },
): Promise<Plan> {
  const { data, output, split, train, extractor, classifier, lpips, reference, run, resume, compat } = options;
  await checkPictures(output);
  const before = trainedOn(model.bundle);
  const { count, kind } = await openDataset(data, {
    split,
    seed: 0,
    options: before ? await keptOptions(data, before) : {},
  });
  const n = Math.min(options.n ?? count, count);
  const parts = join(output, PARTS);
  const hasParts = await partsFolder(parts).any();
  return {
    model: model.bundle.name,
    device: model.device,
    inputs: [data, train, extractor, classifier, lpips, reference, run].filter((path) => path !== undefined),
    counts: { [kind]: n, samples: options.samples ?? Math.min(n, MOST_SAMPLES) },
    outputs: ['report.json', 'report.html', PICTURES].map((name) => join(output, name)),
    notes: [
      ...(compat ? [`conventions of ${compat}`] : []),
      ...(hasParts
        ? [`${parts} ${resume ? 'would be gone on with' : 'would be removed: --resume goes on with it'}`]
        : []),
    ],
  };
}
