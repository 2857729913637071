/** Reconstructions a batch at a time, refined on request, with what they were before. */
import {
  type Images,
  type Model,
  type ReconstructionBatch,
  type RefineSettings,
  type RunOptions,
  reconstructBatches,
} from '@alix/infer';
import type { Refinement } from './refine-options.js';

/** One batch of them. */
export interface Reconstructed extends ReconstructionBatch {
  /** What the encoder's codes gave, where they were refined. */
  readonly before?: Pick<ReconstructionBatch, 'pixels' | 'mse'>;
}

/** A refined batch starts from the codes that its plain reconstruction had. */
export async function* reconstructed(
  model: Model,
  images: Images,
  refinement: Refinement | undefined,
  options: RunOptions & Pick<RefineSettings, 'onStep'>,
): AsyncGenerator<Reconstructed> {
  const { signal, onStep } = options;
  let done = 0;
  for await (const before of reconstructBatches(model, images, options)) {
    if (!refinement) {
      yield before;
      continue;
    }
    const { originals, n, names, latent } = before;
    const first = done;
    const refined = await model.refine(
      { data: originals, n, names },
      { ...refinement, start: latent, batch: n, signal, onStep: (step) => onStep?.({ ...step, first }) },
    );
    yield { ...refined, originals, before };
    done += n;
  }
}
