/** The web door: models from URLs or chosen files, on onnxruntime-web in a Web Worker. */
import { AlixError, throwIfAborted } from './io/errors.js';
import type { LoadOptions } from './load-options.js';
import { Model, type OpenBundle } from './model.js';
import { choosePrecision } from './precision.js';
import { selfTest } from './self-test.js';
import { openCache } from './web/cache.js';
import { openFiles } from './web/open-files.js';
import { openUrl } from './web/open-url.js';
import { webRuntime } from './web/runtime.js';
import { whileLoading } from './while-loading.js';

export { type Bundle, encoderOf, type GraphName, imageOf, latentOf } from './bundle.js';
export { AlixError } from './io/errors.js';
export type { Device, LoadOptions } from './load-options.js';
export { type BundleFiles, Model, type OpenBundle } from './model.js';
export { goldenOf, type Precision, precisions, precisionsOf } from './precision.js';
export type { Runtime } from './runtime.js';
export * from './verbs.js';
export { clearCache } from './web/cache.js';
export { webRuntime } from './web/runtime.js';
export { type Picture, type ToPixelsOptions, toImageData, toPixels } from './web/to-pixels.js';

/** What a page can run models on. */
export const devices = ['auto', 'wasm', 'webgpu'] as const;

/**
 * Loads a model bundle. Its model.json is read now, and each graph when a verb first needs it; every file is checked against
 * the size and sha256 that model.json states, and kept in the browser's cache, so that the next visit works without a
 * network. ONNX Runtime runs in a worker of its own; `dispose()` gives all its memory back.
 *
 * ```ts
 * const model = await loadModel('/models/mnist-dali/', { device: 'auto' });
 * console.log(model.device, model.reason); // wasm  the browser gives no GPU adapter; ...
 * ```
 * @param source the URL of a model folder (a text is taken from the page's own address), or its files
 * @throws AlixError 'no-bundle', 'bad-bundle', 'bundle-too-new', 'no-precision', 'bad-option', 'unreachable', 'no-device',
 *   'no-threads', 'bad-assets', 'no-worker', 'runtime-lost', 'interrupted'
 */
export async function loadModel(
  source: string | URL | readonly File[] | FileList,
  options: LoadOptions = {},
): Promise<Model> {
  return whileLoading(options.signal, (signal) => load(source, { ...options, signal }));
}

async function load(source: string | URL | readonly File[] | FileList, options: LoadOptions): Promise<Model> {
  const { device = 'wasm', signal } = options;
  if (!(devices as readonly string[]).includes(device))
    throw new AlixError('bad-option', 'no such device on a web page', { expected: devices.join(', '), found: device });
  throwIfAborted(signal);
  const open = await openBundle(source, options);
  choosePrecision(open.bundle, options.precision);
  let reason: string | undefined;
  if (device !== 'wasm')
    try {
      return await onWebGpu(open, options);
    } catch (error) {
      const isOfDevice = error instanceof AlixError && error.code !== 'interrupted' && error.code !== 'bad-bundle';
      if (device === 'webgpu' || !isOfDevice) throw error;
      reason = error.message;
    }
  const runtime = await webRuntime('wasm', options, reason);
  return new Model(open, runtime, choosePrecision(open.bundle, options.precision));
}

async function openBundle(
  source: string | URL | readonly File[] | FileList,
  { cache, signal }: LoadOptions,
): Promise<OpenBundle> {
  if (typeof source !== 'string' && !(source instanceof URL)) return openFiles(Array.from(source));
  return openUrl(source, { signal, cache: cache === false ? undefined : await openCache() });
}

/** A model on WebGPU that has shown that it computes what it should. */
async function onWebGpu(open: OpenBundle, options: LoadOptions): Promise<Model> {
  const precision = choosePrecision(open.bundle, options.precision);
  const model = new Model(open, await webRuntime('webgpu', options), precision);
  const problem = await selfTest(model, precision).catch(async (error: unknown) => {
    await model.dispose();
    throw error;
  });
  if (problem === undefined) return model;
  await model.dispose();
  throw new AlixError('no-device', `WebGPU computes this model wrongly: ${problem}`, {
    where: 'webgpu',
    remedy: 'use device: "wasm"; a newer browser or graphics driver may help',
  });
}
