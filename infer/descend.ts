/** The descent of one batch of codes on refine.onnx, which gives the decoder's loss and its gradient in the latent. */
import { adam } from './adam.js';
import { latentOf } from './bundle.js';
import { AlixError, throwIfAborted } from './io/errors.js';
import type { Model } from './model.js';
import type { RefineSettings } from './refine.js';

/** What one batch begins with. */
export interface Begun {
  /** float32 [n,d] */
  readonly latent: Float32Array;
  /** uint8 [n,H,W,C] */
  readonly target: Uint8Array;
  /** float32 [n,H,W] */
  readonly weight: Float32Array;
  readonly n: number;
  /** The place of the first image among all. */
  readonly first: number;
}

/** Where it came by. */
export interface Descended {
  /** float32 [n,d]: the code of the least loss of each row */
  readonly latent: Float32Array;
  /** float32 [n] */
  readonly loss: Float32Array;
  /** float32 [n]: at the start */
  readonly lossBefore: Float32Array;
}

/**
 * `steps` steps of Adam from `latent`, and the best row by row of the steps + 1 codes that were looked at.
 *
 * @throws AlixError 'not-finite' where the loss at the start is not a number, 'interrupted', ...
 */
export async function descend(
  model: Model,
  { latent, target, weight, n, first }: Begun,
  { steps = 50, learningRate = 0.1, onStep, signal }: RefineSettings & { readonly signal?: AbortSignal | undefined },
): Promise<Descended> {
  const { size: d, prior } = latentOf(model.bundle);
  const within = prior === 'uniform' ? (z: number) => Math.max(-1, Math.min(1, z)) : (z: number) => z;
  const code = latent.map(within);
  const best = code.slice();
  const loss = new Float32Array(n).fill(Number.POSITIVE_INFINITY);
  const stopped = new Uint8Array(n);
  const next = adam(n * d, { learningRate });
  let lossBefore: Float32Array = loss;
  for (let step = 0; step <= steps; step++) {
    throwIfAborted(signal);
    const out = await model.run('refine', { latent: code, target, weight }, n, { notFinite: 'allowed' });
    const [losses, gradient] = [out.loss as Float32Array, out.gradient as Float32Array];
    if (step === 0) lossBefore = finite(losses, model);
    for (let i = 0; i < n; i++) {
      if (stopped[i]) continue;
      const row = code.subarray(i * d, (i + 1) * d);
      if (losses[i]! < loss[i]!) {
        loss[i] = losses[i]!;
        best.set(row, i * d);
      }
      // past here the row's numbers mean nothing; its best code stands
      if (!Number.isFinite(losses[i]) || !gradient.subarray(i * d, (i + 1) * d).every(Number.isFinite)) stopped[i] = 1;
    }
    onStep?.({ step, steps, first, n, loss: meanOf(losses) });
    if (step === steps) break;
    const change = next(gradient);
    for (let k = 0; k < code.length; k++) if (!stopped[Math.floor(k / d)]) code[k] = within(code[k]! - change[k]!);
  }
  return { latent: best, loss, lossBefore };
}

function finite(losses: Float32Array, model: Model): Float32Array {
  const bad = losses.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return losses;
  throw new AlixError('not-finite', `the loss of row ${bad} of a batch is ${losses[bad]} where its descent begins`, {
    where: model.bundle.name,
    remedy: 'begin at other codes; if the encoder gave them, the model is broken',
  });
}

function meanOf(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
