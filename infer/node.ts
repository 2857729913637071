/** The Node door: models from folders, URLs and lists of files, on onnxruntime-node in a worker. */
import { fileURLToPath } from 'node:url';
import { describeValue } from './describe-value.js';
import { openBundle } from './folder.js';
import { AlixError, throwIfAborted } from './io/errors.js';
import type { LoadOptions } from './load-options.js';
import { Model, type OpenBundle } from './model.js';
import { nodeRuntime } from './node/start.js';
import { choosePrecision } from './precision.js';
import { whileLoading } from './while-loading.js';

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
 * Loads a model bundle. Of every file that its model.json names the size is checked, and of a graph the sha256 when a verb first needs
 * it. Graphs run in a worker, which does not keep the process alive while it is idle.
 *
 * ```ts
 * const model = await loadModel('models/mnist-dali', { device: 'cpu' });
 * ```
 * @param source the path of a model folder; its URL (file:, http:, https:); or its files
 * @throws AlixError 'no-bundle', 'bad-bundle', 'bundle-too-new', 'no-device', 'no-runtime', 'no-precision', 'bad-option',
 *   'interrupted'
 */
export async function loadModel(source: string | URL | readonly File[], options: LoadOptions = {}): Promise<Model> {
  return whileLoading(options.signal, (signal) => load(source, { ...options, signal }));
}

async function load(source: string | URL | readonly File[], options: LoadOptions): Promise<Model> {
  throwIfAborted(options.signal);
  // the worker starts while the files are checked
  const [runtime, chosen] = await Promise.allSettled([nodeRuntime(options), chooseFiles(source, options)]);
  if (chosen.status === 'rejected') {
    if (runtime.status === 'fulfilled') await runtime.value.dispose?.();
    throw chosen.reason;
  }
  if (runtime.status === 'rejected') throw runtime.reason;
  if (options.signal?.aborted) await runtime.value.dispose?.();
  throwIfAborted(options.signal);
  const { open, precision } = chosen.value;
  return new Model(open, runtime.value, precision);
}

async function chooseFiles(source: string | URL | readonly File[], options: LoadOptions) {
  const open = await openSource(source, options);
  return { open, precision: choosePrecision(open.bundle, options.precision) };
}

/** What is fetched, or comes as files, is checked as on a web page. */
async function openSource(source: string | URL | readonly File[], { signal }: LoadOptions): Promise<OpenBundle> {
  if (typeof source !== 'string' && !(source instanceof URL)) {
    if (Array.isArray(source)) return (await import('./web/open-files.js')).openFiles(source);
    throw new AlixError('bad-option', 'not a model', {
      expected: 'the path of a model folder, its URL, or its files',
      found: describeValue(source),
    });
  }
  const scheme = typeof source === 'string' ? /^(https?|file):/i.exec(source)?.[0].toLowerCase() : source.protocol;
  if (scheme === undefined) return openBundle(`${source}`);
  if (scheme !== 'file:') return (await import('./web/open-url.js')).openUrl(source, { signal });
  return openBundle(pathOf(source));
}

function pathOf(url: string | URL): string {
  try {
    return fileURLToPath(url);
  } catch (cause) {
    throw new AlixError('no-bundle', 'a URL of no file of this machine', {
      where: `${url}`,
      remedy: 'name the model folder by its path',
      cause,
    });
  }
}
