/** For tests that need TensorFlow: skipped with a word where it is not set up, a failure in CI. */
import { loadTensorflow, type Tensorflow } from '@alix/train/tensorflow/load';
import { describe } from 'vitest';

let loaded: Tensorflow | undefined;
try {
  loaded = await loadTensorflow();
} catch (error) {
  if (process.env.CI === 'true') throw error;
  console.warn(`skipped: TensorFlow is not set up (${(error as Error).message})`);
}

/** TensorFlow; only to be used inside `describeWithTensorflow`. */
export const tf = loaded as Tensorflow;

/** `describe` that skips where TensorFlow is missing. */
export function describeWithTensorflow(name: string, tests: () => void): void {
  (loaded ? describe : describe.skip)(name, tests);
}
