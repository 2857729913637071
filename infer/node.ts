/** The Node door: models from folders, on onnxruntime-node in a worker. */
import { openBundle } from './folder.js';
import { throwIfAborted } from './io/errors.js';
import type { LoadOptions } from './load-options.js';
import { Model } from './model.js';
import { nodeRuntime } from './node/start.js';
import { choosePrecision } from './precision.js';

export { type Bundle, encoderOf, type GraphName, imageOf, latentOf } from './bundle.js';
export { openBundle } from './folder.js';
export { AlixError } from './io/errors.js';
export type { Device, LoadOptions } from './load-options.js';
export { type BundleFiles, Model, type OpenBundle } from './model.js';
export { devices } from './node/options.js';
export { nodeRuntime } from './node/start.js';
export { goldenOf, type Precision, precisions, precisionsOf } from './precision.js';
export type { Runtime } from './runtime.js';
export * from './verbs.js';

/**
 * Loads the model bundle in a folder. Every file that its model.json names is checked (size and sha256); the graphs are
 * opened when a verb first needs them. They run in a worker, which does not keep the process alive while it is idle.
 *
 * ```ts
 * const model = await loadModel('models/mnist-dali', { device: 'cpu' });
 * ```
 * @throws AlixError 'no-bundle', 'bad-bundle', 'bundle-too-new', 'no-device', 'no-runtime', 'no-precision', 'bad-option',
 *   'interrupted'
 */
export async function loadModel(path: string, options: LoadOptions = {}): Promise<Model> {
  throwIfAborted(options.signal);
  // the worker starts while the files are checked
  const [runtime, chosen] = await Promise.allSettled([nodeRuntime(options), chooseFiles(path, options)]);
  if (chosen.status === 'rejected') {
    if (runtime.status === 'fulfilled') await runtime.value.dispose?.();
    throw chosen.reason;
  }
  if (runtime.status === 'rejected') throw runtime.reason;
  const { open, precision } = chosen.value;
  return new Model(open, runtime.value, precision);
}

async function chooseFiles(path: string, options: LoadOptions) {
  const open = await openBundle(path);
  return { open, precision: choosePrecision(open.bundle, options.precision) };
}
