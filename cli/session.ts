/** What the verbs that run a model begin with. */
import type { Model } from '@alix/infer';
import { encoderOf, imageOf } from '@alix/infer/bundle';
import type { Context } from './commands/command.js';
import { resolveModel } from './models.js';
import type { ModelOptions } from './options.js';

/** Opens a model argument, says which model runs where, hands it to `work` and disposes of it whatever happens. */
export async function withModel<T>(
  argument: string,
  { device, threads, precision }: ModelOptions,
  context: Context,
  work: (model: Model) => Promise<T>,
): Promise<T> {
  const { loadModel } = await import('@alix/infer');
  const model = await loadModel(resolveModel(argument), { device, threads, precision });
  const { name, system, dataset } = model.bundle;
  context.log(`model ${name} (${system}, ${dataset}) in ${model.precision} on ${model.device}`);
  try {
    return await work(model);
  } finally {
    await model.dispose();
  }
}

/** Told before any image is read, and before anything is written. @throws AlixError 'no-graph', 'not-images' */
export function needEncoder({ bundle }: Model): void {
  imageOf(bundle);
  encoderOf(bundle);
}

/** What results say of the model that made them; the precision where it is not the model's own. */
export function identity(model: Model): {
  readonly name: string;
  readonly sha256: string;
  readonly precision?: string;
} {
  const { bundle, sha256, precision } = model;
  return { name: bundle.name, sha256, ...(precision !== bundle.precision && { precision }) };
}
